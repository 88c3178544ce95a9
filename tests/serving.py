"""The real server app behind a real socket, for tests that speak to it as a till does."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import uvicorn
from fastapi import FastAPI

from avileo_pos.server.http.http_protocol import BoundedHttp


@contextmanager
def serving(app: FastAPI, port: int = 0) -> Iterator[str]:
    """The address of `app` while it is served, as `http://127.0.0.1:PORT`; on a free port unless one is named."""
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(("127.0.0.1", port))
        config = uvicorn.Config(
            app, http=BoundedHttp, lifespan="off", server_header=False, log_config=None, access_log=False
        )
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, args=([door],), name="central")
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.005)
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
