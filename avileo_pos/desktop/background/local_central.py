"""A central on this PC: `avileo-server` on its embedded PostgreSQL, in a process of its own that can be stopped."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import httpx

LONGEST_WAIT: Final = 120  # seconds; the first start makes a PostgreSQL cluster
_ANNOUNCEMENT: Final = "central.json"
_OF_THE_SERVER: Final = ("DATABASE_URL", "OWNER_DATABASE_URL")

if sys.platform == "win32":
    _WITHOUT_CONSOLE: Final = subprocess.CREATE_NO_WINDOW
else:
    _WITHOUT_CONSOLE: Final = 0


class LocalCentralFailed(Exception):  # noqa: N818 - the name says what happened
    """It did not come up; the message is what it said."""


class LocalCentral:
    """Central in `folder`, at the same port for all who look there; `host` says who may call, all by `0.0.0.0`.

    Whoever needs it first starts it and stops it at the end; the others find it by its announcement. When it is gone
    they go on selling, as every till does without central.
    """

    def __init__(self, folder: Path, host: str = "127.0.0.1") -> None:
        self._folder = folder
        self._host = host
        self._process: subprocess.Popen[str] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self.address = self._announced_address() or self._announce(_free_port())

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def is_up(self) -> bool:
        """Whether it answers that it can serve."""
        try:
            return httpx.get(f"{self.address}/readyz", timeout=2).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def start(self) -> None:
        """Start it and wait until it serves. Raises LocalCentralFailed."""
        options = ("--host", self._host, "--port", str(self.port), "--until-input-ends", "--log-level", "warning")
        self._process = self._launch("serve", *options)
        give_up = time.monotonic() + LONGEST_WAIT
        while not self.is_up():
            if self._process.poll() is not None or time.monotonic() > give_up:
                raise LocalCentralFailed(self._what_it_said())
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop it if this process started it. When this process is killed it ends by itself, as its input does."""
        process, self._process = self._process, None
        if process is not None:
            process.communicate(timeout=LONGEST_WAIT)

    def do(self, *command: str, told: str = "") -> None:
        """Have one of `avileo-server`'s commands done to its end, which reads `told`. Raises LocalCentralFailed."""
        process = self._launch(*command)
        try:
            process.communicate(told, timeout=LONGEST_WAIT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        if process.returncode != 0:
            raise LocalCentralFailed(self._what_it_said())

    def _announced_address(self) -> str | None:
        try:
            said = json.loads((self._folder / _ANNOUNCEMENT).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return str(said["address"])

    def _announce(self, port: int) -> str:
        address = f"http://127.0.0.1:{port}"
        (self._folder / _ANNOUNCEMENT).write_text(json.dumps({"address": address}), encoding="utf-8")
        return address

    def _launch(self, *arguments: str) -> subprocess.Popen[str]:
        environment = {name: value for name, value in os.environ.items() if name not in _OF_THE_SERVER}
        with (self._folder / "central.log").open("a", encoding="utf-8") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "avileo_pos.server", *arguments, "--data-dir", str(self._folder)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                text=True,
                env=environment | {"PYTHONUTF8": "1"},
                creationflags=_WITHOUT_CONSOLE,
            )

    def _what_it_said(self) -> str:
        lines = (self._folder / "central.log").read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-5:]) or "central said nothing"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
