"""Schedules that have broken a promise once, as short as they could be made: they are played in every run of tests."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from tests.simulation.schedule import Schedule

FILE: Final = Path(__file__).with_name("regressions.jsonl")


def kept() -> list[Schedule]:
    """One in each line of the file."""
    return [msgspec.json.decode(line, type=Schedule) for line in FILE.read_text(encoding="utf-8").splitlines()]


def as_line(schedule: Schedule) -> str:
    return msgspec.json.encode(schedule).decode()


def keep(schedule: Schedule) -> None:
    with FILE.open("a", encoding="utf-8") as file:
        file.write(f"{as_line(schedule)}\n")


CAUGHT: Final = Path(__file__).with_name("caught.json")
"""By each deliberate bug, a short schedule that it does not survive."""


def caught() -> dict[str, Schedule]:
    return msgspec.json.decode(CAUGHT.read_bytes(), type=dict[str, Schedule]) if CAUGHT.exists() else {}


def keep_caught(mutant: str, schedule: Schedule) -> None:
    lines = (
        f"{msgspec.json.encode(name).decode()}: {as_line(each)}"
        for name, each in (caught() | {mutant: schedule}).items()
    )
    CAUGHT.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
