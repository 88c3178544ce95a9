"""`python -m tests.processes --kills N --seed S`: kill so many processes of a shop at work, then count what is left."""

from __future__ import annotations

import argparse
import logging
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from tests.processes.mayhem import survive


def main(arguments: list[str]) -> int:
    wanted = argparse.ArgumentParser(prog="python -m tests.processes")
    wanted.add_argument("--kills", type=int, default=100, help="how many processes are killed or paused")
    wanted.add_argument(
        "--seed", type=int, default=0, help="what is drawn: which process, when, and how the line fails"
    )
    asked = wanted.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    began = time.perf_counter()
    with TemporaryDirectory() as folder:
        toll = survive(asked.kills, asked.seed, Path(folder), say)
    say(f"{asked.kills} kills in {time.perf_counter() - began:.0f} s: {dict(toll.killed)}")
    say(f"connections: {dict(toll.lines)}")
    say(f"{toll.operations} operations, none lost, none doubled")
    return 0


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
