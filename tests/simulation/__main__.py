"""`python -m tests.simulation --seeds N --start S`: play schedules, and end well only if every promise held in each."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from avileo_pos.server.postgres.embedded import EmbeddedPostgres
from tests.simulation.pieces import Broken, play_piece
from tests.simulation.regressions import as_line, keep
from tests.simulation.shop import FASTEST_FOLDER

SEEDS_OF_A_PIECE: Final = 20


def main(arguments: list[str]) -> int:
    asked = _asked(arguments)
    began = time.perf_counter()
    ends = asked.start + asked.seeds
    pieces = [range(start, min(start + SEEDS_OF_A_PIECE, ends)) for start in range(asked.start, ends, SEEDS_OF_A_PIECE)]
    broken: list[Broken] = []
    with (
        TemporaryDirectory(dir=FASTEST_FOLDER) as folder,
        EmbeddedPostgres(Path(folder) / "postgres", durable=False),
        ProcessPoolExecutor(asked.jobs, get_context("spawn")) as pool,
    ):
        for piece, found in zip(pieces, pool.map(partial(play_piece, folder), pieces), strict=True):
            broken += found
            done, took = piece.stop - asked.start, time.perf_counter() - began
            say(f"{done} seeds in {took:.0f} s, {done / took:.1f} a second, {len(broken)} broken")
            for each in found:
                _tell(each, to_keep=asked.keep)
    return 1 if broken else 0


def _asked(arguments: list[str]) -> argparse.Namespace:
    wanted = argparse.ArgumentParser(prog="python -m tests.simulation")
    wanted.add_argument("--seeds", type=int, default=200, help="how many schedules")
    wanted.add_argument("--start", type=int, default=0, help="the first seed")
    wanted.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many processes")
    wanted.add_argument("--keep", action="store_true", help="write what breaks into the regressions")
    return wanted.parse_args(arguments)


def _tell(broken: Broken, *, to_keep: bool) -> None:
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    say(f"\nseed {broken.seed} at {commit.stdout.strip()}: {broken.said}")
    for line in broken.trace:
        say(f"    {line}")
    say(f"  {as_line(broken.shortest)}\n")
    if to_keep:
        keep(broken.shortest)


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
