"""A line between tills and central that does what bad lines do, over real TCP."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from threading import Thread
from typing import Final

LONGEST_LIFE: Final = 3.0  # seconds that a connection lasts; then a router on the way has forgotten it
AT_ONCE: Final = 64 * 1024  # bytes
_RESET: Final = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Way:
    """How one direction carries bytes: after `delay` seconds each time, at so many bytes a second, so many in all."""

    delay: float = 0.0
    speed: float = float("inf")
    cut_after: int | None = None
    is_swallowed: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """What happens to one connection; one that does not reach central is accepted and then hears nothing."""

    name: str
    request: Way = field(default_factory=Way)
    answer: Way = field(default_factory=Way)
    is_reset_at_once: bool = False
    reaches_central: bool = True


def _clear(_random: Random) -> Line:
    return Line("clear")


def _late(random: Random) -> Line:
    delay = random.uniform(0.05, 0.4)
    return Line("late", Way(delay=delay), Way(delay=delay))


def _narrow(_random: Random) -> Line:
    twenty_kilobits = Way(speed=20_000 / 8)
    return Line("narrow", twenty_kilobits, twenty_kilobits)


def _cut_in_request(random: Random) -> Line:
    return Line("cut in the request", request=Way(cut_after=random.choice((1, 100, 400, 900, 3_000))))


def _cut_in_answer(random: Random) -> Line:
    return Line("cut in the answer", answer=Way(cut_after=random.choice((1, 100, 200, 400, 2_000))))


def _hangs(_random: Random) -> Line:
    return Line("accepts and hangs", reaches_central=False)


def _reset(_random: Random) -> Line:
    return Line("reset at once", is_reset_at_once=True)


def _swallows_requests(_random: Random) -> Line:
    return Line("swallows requests", request=Way(is_swallowed=True))


def _swallows_answers(_random: Random) -> Line:
    return Line("swallows answers", answer=Way(is_swallowed=True))


Lines = Sequence[tuple[int, Callable[[Random], Line]]]
LINES: Final[Lines] = (
    (10, _clear),
    (3, _late),
    (2, _narrow),
    (3, _cut_in_request),
    (4, _cut_in_answer),
    (1, _hangs),
    (2, _reset),
    (1, _swallows_requests),
    (2, _swallows_answers),
)


class FaultProxy:
    """Stands before `port` of this machine; what becomes of each connection is drawn by `seed` from weighed lines."""

    def __init__(self, port: int, seed: int, lines: Lines = LINES, life: float = LONGEST_LIFE) -> None:
        self.drawn: Counter[str] = Counter()
        self.address = ""
        self._port = port
        self._random = Random(seed)
        self._lines = lines
        self._life = life

    @contextmanager
    def open(self) -> Iterator[None]:
        """Carry bytes until the end of the block, on a thread of its own."""
        loop = asyncio.new_event_loop()
        server = loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        thread = Thread(target=loop.run_forever, name="fault-proxy")
        thread.start()
        try:
            yield
        finally:
            asyncio.run_coroutine_threadsafe(_end(server), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = self._draw()
        self.drawn[line.name] += 1
        with contextlib.suppress(OSError, TimeoutError, asyncio.CancelledError):
            async with asyncio.timeout(self._life):
                await self._carry(line, reader, writer)
        _reset_connection(writer)

    def _draw(self) -> Line:
        [make] = self._random.choices([make for _, make in self._lines], [weight for weight, _ in self._lines])
        return make(self._random)

    async def _carry(self, line: Line, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if line.is_reset_at_once:
            return
        if not line.reaches_central:
            await asyncio.sleep(self._life)
            return
        from_central, to_central = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(_pump(reader, to_central, line.request))
                both.create_task(_pump(from_central, writer, line.answer))
        except* OSError:
            pass
        finally:
            _reset_connection(to_central)


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter, way: Way) -> None:
    """Raises ConnectionResetError where the line breaks or one side has closed it."""
    room = way.cut_after
    while data := await source.read(AT_ONCE if room is None else room):
        await asyncio.sleep(way.delay + len(data) / way.speed)
        if not way.is_swallowed:
            sink.write(data)
            await sink.drain()
        if room is not None:
            room -= len(data)
            if room == 0:
                break
    raise ConnectionResetError


def _reset_connection(writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()


async def _end(server: asyncio.Server) -> None:
    server.close()
    carrying = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in carrying:
        task.cancel()
    await asyncio.gather(*carrying, return_exceptions=True)
