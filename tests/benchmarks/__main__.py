"""Measure on this machine: `python -m tests.benchmarks NAME [--json] [--runs N] [--small]`."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.benchmarks import commit, pull, push, server
from tests.benchmarks.comparison import FEWEST_RUNS, Figure

MEASURED = {"commit": commit.measure, "push": push.measure, "pull": pull.measure, "server": server.measure}


def main(arguments: Sequence[str]) -> None:
    chosen = _parser().parse_args(arguments)
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="avileo-benchmark-") as folder:
        for figure in MEASURED[chosen.name](Path(folder), runs=max(chosen.runs, 1), small=chosen.small):
            figures.append(figure)
            _say(_line(figure))
    if chosen.json:
        _say(json.dumps([figure.as_json() for figure in figures]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("name", choices=MEASURED)
    parser.add_argument("--json", action="store_true", help="say all figures as JSON in the last line")
    parser.add_argument("--runs", type=int, default=FEWEST_RUNS, help="turns, of which the medians count")
    parser.add_argument("--small", action="store_true", help="only see that it works: too little to tell anything")
    return parser


def _line(figure: Figure) -> str:
    return "  ".join(_words(figure))


def _words(figure: Figure) -> Iterable[str]:
    yield f"{figure.name:8}{figure.size:>8,} {figure.unit}"
    yield f"ours {figure.ours:.6f}  baseline {figure.baseline:.6f}"
    yield f"ratio {figure.ratio:.2f} (to reach {figure.target:.1f}, {figure.runs} runs)"
    yield from (
        f"{name} {value:,.2f}" if isinstance(value, float) else f"{name} {value:,}"
        for name, value in figure.more.items()
    )


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
