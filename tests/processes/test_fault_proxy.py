"""Each way in which a line can fail does to the bytes what it says."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from time import monotonic
from urllib.parse import urlsplit

import pytest

from tests.processes.fault_proxy import FaultProxy, Line, Way

ANSWER = b"abono recibido"
LIFE = 0.8


@contextmanager
def line_to_central(line: Line) -> Iterator[socket.socket]:
    """A connection through such a line, at whose end each request is answered."""
    with socket.create_server(("127.0.0.1", 0)) as central:
        answering = Thread(target=answer_requests, args=(central,))
        answering.start()
        try:
            proxy = FaultProxy(central.getsockname()[1], 0, ((1, lambda _random: line),), LIFE)
            with proxy.open():
                port = urlsplit(proxy.address).port or 0
                with socket.create_connection(("127.0.0.1", port), timeout=60) as till:
                    yield till
        finally:
            central.shutdown(socket.SHUT_RDWR)
            answering.join()


def answer_requests(central: socket.socket) -> None:
    with suppress(OSError):
        connection, _ = central.accept()
        with connection:
            while connection.recv(1_000):
                connection.sendall(ANSWER)


def heard(till: socket.socket) -> bytes:
    """All that comes until the line breaks, which it does by a reset."""
    came = b""
    try:
        while piece := till.recv(1_000):
            came += piece
    except ConnectionResetError:
        return came
    raise AssertionError("the line was closed in order")


def test_a_clear_line_carries_everything_until_its_time_is_over() -> None:
    with line_to_central(Line("clear")) as till:
        for _ in range(3):
            till.sendall(b"sale")
            assert till.recv(1_000) == ANSWER
        assert heard(till) == b""


def test_a_line_is_cut_after_so_many_bytes_of_an_answer() -> None:
    with line_to_central(Line("cut", answer=Way(cut_after=5))) as till:
        till.sendall(b"sale")
        assert heard(till) == ANSWER[:5]


def test_a_line_is_cut_after_so_many_bytes_of_a_request() -> None:
    with line_to_central(Line("cut", request=Way(cut_after=2))) as till:
        till.sendall(b"sale")
        assert heard(till) in (b"", ANSWER)


@pytest.mark.parametrize(
    "line",
    [
        Line("swallows requests", request=Way(is_swallowed=True)),
        Line("swallows answers", answer=Way(is_swallowed=True)),
        Line("accepts and hangs", reaches_central=False),
        Line("reset at once", is_reset_at_once=True),
    ],
    ids=lambda line: line.name,
)
def test_nothing_is_heard_on_a_line_that_swallows_hangs_or_breaks(line: Line) -> None:
    with suppress(ConnectionError), line_to_central(line) as till:
        till.sendall(b"sale")
        assert heard(till) == b""


def test_a_narrow_line_takes_its_time() -> None:
    with line_to_central(Line("narrow", answer=Way(speed=len(ANSWER) / 0.5))) as till:
        began = monotonic()
        till.sendall(b"sale")
        assert till.recv(1_000) == ANSWER
        assert monotonic() - began >= 0.5
