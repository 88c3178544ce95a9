"""`python -m tests.simulation --seeds N --start S`: play schedules, and end well only if every promise held in each."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from avileo_pos.server.postgres.embedded import EmbeddedPostgres
from tests.processes.__main__ import main as kill_processes
from tests.simulation.cores import cores, take_a_core
from tests.simulation.crash_points import SCENARIOS
from tests.simulation.mutants import MUTANTS
from tests.simulation.pieces import Broken, catch_mutant, crash_everywhere, play_piece
from tests.simulation.regressions import as_line, keep, keep_caught
from tests.simulation.shop import FASTEST_FOLDER

SEEDS_OF_A_PIECE: Final = 20


def main(arguments: list[str]) -> int:
    asked, processes = _asked(arguments), get_context("spawn")
    if asked.kills:
        return kill_processes(["--kills", str(asked.kills), "--seed", str(asked.start)])
    free = processes.SimpleQueue()
    for core in cores(asked.jobs):
        free.put(core)
    with (
        TemporaryDirectory(dir=FASTEST_FOLDER) as folder,
        EmbeddedPostgres(Path(folder) / "postgres", durable=False),
        ProcessPoolExecutor(asked.jobs, processes, take_a_core, (free,)) as pool,
    ):
        if asked.mutants:
            return _catch_mutants(pool, folder, asked)
        if asked.crashes:
            return _crash_everywhere(pool, folder)
        return _play(pool, folder, asked)


def _play(pool: Executor, folder: str, asked: argparse.Namespace) -> int:
    began, ends, broken = time.perf_counter(), asked.start + asked.seeds, 0
    pieces = [range(start, min(start + SEEDS_OF_A_PIECE, ends)) for start in range(asked.start, ends, SEEDS_OF_A_PIECE)]
    for piece, found in _played(pool, folder, pieces, asked.jobs, began + asked.minutes * 60):
        broken += len(found)
        done, took = piece.stop - asked.start, time.perf_counter() - began
        say(f"{done} seeds in {took:.0f} s, {done / took:.1f} a second, {broken} broken")
        for each in found:
            _tell(each, to_keep=asked.keep)
    return 1 if broken else 0


def _played(
    pool: Executor, folder: str, pieces: Iterable[range], at_once: int, until: float
) -> Iterator[tuple[range, list[Broken]]]:
    """What each piece found, in their order; none is begun after `until`."""
    running: deque[tuple[range, Future[list[Broken]]]] = deque()
    for piece in pieces:
        if len(running) == at_once:
            first, found = running.popleft()
            yield first, found.result()
        if time.perf_counter() > until:
            break
        running.append((piece, pool.submit(play_piece, folder, piece)))
    for piece, found in running:
        yield piece, found.result()


def _catch_mutants(pool: Executor, folder: str, asked: argparse.Namespace) -> int:
    """A file keeps what caught each, so that the tests need not look for it again."""
    names = [name for name in MUTANTS if asked.only in name]
    survivors = 0
    for done in as_completed(pool.submit(catch_mutant, folder, asked.most, name) for name in names):
        found = done.result()
        if found.broken is None:
            survivors += 1
            say(f"{found.mutant}: SURVIVED {asked.most} seeds")
        else:
            say(f"{found.mutant}: seed {found.broken.seed}, {found.broken.said[:100]}")
            keep_caught(found.mutant, found.broken.shortest)
    return 1 if survivors else 0


def _crash_everywhere(pool: Executor, folder: str) -> int:
    broken = 0
    for scenario, count, found in pool.map(partial(crash_everywhere, folder), SCENARIOS):
        broken += len(found)
        say("\n    ".join([f"{scenario}: {count} crashes, {len(found)} broken", *found]))
    return 1 if broken else 0


def _asked(arguments: list[str]) -> argparse.Namespace:
    wanted = argparse.ArgumentParser(prog="python -m tests.simulation")
    wanted.add_argument("--seeds", type=int, default=200, help="how many schedules")
    wanted.add_argument("--minutes", type=float, default=60 * 24, help="after so many no more are begun")
    wanted.add_argument("--start", type=int, default=0, help="the first seed")
    wanted.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many processes")
    wanted.add_argument("--mutants", action="store_true", help="deliberate bugs, and the seed that catches each")
    wanted.add_argument("--only", default="", help="the mutants with this in their name")
    wanted.add_argument("--most", type=int, default=2_000, help="how many seeds may be needed to catch a mutant")
    wanted.add_argument("--crashes", action="store_true", help="a crash at every moment of usual scenarios")
    wanted.add_argument("--kills", type=int, default=0, help="so many real processes killed, as tests.processes does")
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
