"""A mail server on this machine that keeps what it is given, and can be told to misbehave."""

from __future__ import annotations

import socket
import socketserver
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_string
from email.message import Message
from email.policy import default
from queue import Queue
from threading import Thread
from typing import Any


class Mailbox(socketserver.ThreadingTCPServer):
    """Speaks as much SMTP as it takes to hand in a letter."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Clerk)
        self._tls = tls
        self.refuses = False
        self._letters: Queue[Message] = Queue()
        self._refused: Queue[str] = Queue()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        if self._tls is not None:
            connection = self._tls.wrap_socket(connection, server_side=True)
        return connection, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who hangs up is no trouble of the mailbox."""

    def keep(self, text: str) -> None:
        self._letters.put(message_from_string(text, policy=default))

    def refuse(self, recipient: str) -> None:
        self._refused.put(recipient)

    def next_letter(self) -> Message:
        """The oldest letter that was not read yet; waits for one that is on its way."""
        return self._letters.get(timeout=20)

    def next_refused(self) -> str:
        return self._refused.get(timeout=20)

    def is_empty(self) -> bool:
        return self._letters.empty()


class _Clerk(socketserver.StreamRequestHandler):
    server: Mailbox

    def handle(self) -> None:
        self._say("220 mailbox")
        for line in self.rfile:
            word = line.decode().strip().upper()
            if word.startswith("RCPT") and self.server.refuses:
                self.server.refuse(line.decode().strip())
                self._say("550 no such person")
            elif word == "DATA":
                self._say("354 go on")
                self.server.keep(self._text())
                self._say("250 kept")
            elif word == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 mailbox")

    def _text(self) -> str:
        lines = iter(self.rfile.readline, b".\r\n")
        return b"".join(line.removeprefix(b".") if line.startswith(b"..") else line for line in lines).decode()

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@contextmanager
def open_mailbox(tls: ssl.SSLContext | None = None) -> Iterator[Mailbox]:
    """With `tls` it speaks nothing else."""
    with Mailbox(tls) as mailbox:
        thread = Thread(target=mailbox.serve_forever, kwargs={"poll_interval": 0.05}, name="mailbox")
        thread.start()
        try:
            yield mailbox
        finally:
            mailbox.shutdown()
            thread.join()
