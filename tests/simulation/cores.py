"""A process of the simulator and its PostgreSQL wait for each other all the time: on one core they do that faster."""

from __future__ import annotations

import os
from contextlib import suppress
from multiprocessing.queues import SimpleQueue


def take_a_core(free: SimpleQueue[int]) -> None:
    """This process stays on the next of these."""
    with suppress(AttributeError, OSError):
        os.sched_setaffinity(0, {free.get()})


def bring_beside_us(process: int) -> None:
    """Let a process run where this one may, if the system knows that and we may say it."""
    with suppress(AttributeError, OSError):
        os.sched_setaffinity(process, os.sched_getaffinity(0))


def cores(how_many: int) -> list[int]:
    """For so many processes, beginning anywhere, as another run may be under way."""
    try:
        ours = sorted(os.sched_getaffinity(0))
    except AttributeError:
        return [0] * how_many
    return [ours[(os.getpid() + number) % len(ours)] for number in range(how_many)]
