"""`avileo-pos`: the till, or the demo that shows it with everything around it."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TextIO

from avileo_pos import __version__
from avileo_pos.extras import missing_extras

CANNOT_RUN = 3


def main() -> None:
    """Run what the command line asks for and exit with its code."""
    # Windows starts a program of windows without outputs, and a word said to None would end it.
    sys.stdout, sys.stderr = sys.stdout or _nobody(), sys.stderr or _nobody()
    try:
        sys.exit(_run(_options().parse_args()))
    except OSError as trouble:
        sys.stderr.write(f"avileo-pos: no se puede usar {trouble.filename}: {trouble.strerror}\n")
        sys.exit(CANNOT_RUN)


def _run(asked: argparse.Namespace) -> int:
    is_demo = asked.demo or asked.script
    missing = missing_extras("till", "server") if is_demo else missing_extras("till")
    if missing:
        sys.stderr.write(f"avileo-pos: {missing}\n")
        return CANNOT_RUN
    # Each program is loaded when it is asked for: the demo brings central's libraries along.
    if is_demo:
        from avileo_pos.demo.run import run_demo

        return run_demo(asked.data_dir, till=asked.till, script=asked.script, theme=asked.theme)
    from avileo_pos.desktop.app import start_till

    return start_till(asked.data_dir, asked.theme)


def _nobody() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("avileo-pos", description="Point of sale for chicken and eggs by weight.")
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    parser.add_argument("--data-dir", type=Path, help="folder of settings and replicas; the system's own otherwise")
    parser.add_argument("--theme", choices=["light", "dark"], help="how it looks this time")
    parser.add_argument("--demo", action="store_true", help="a sample business with a central of its own")
    parser.add_argument("--till", type=int, default=1, choices=[1, 2], help="which till of the demo (2: the owner's)")
    parser.add_argument("--script", action="store_true", help="with --demo: work a day without anybody, and report")
    return parser


if __name__ == "__main__":
    main()
