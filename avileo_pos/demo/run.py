"""The demo: a central of its own with the sample business, and a till on it, for a person or by itself."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

from platformdirs import user_data_path

from avileo_pos.demo.central import DemoCentral
from avileo_pos.demo.script import ScriptedDay
from avileo_pos.desktop.app import make_app, run_till, utc_now
from avileo_pos.desktop.background.local_central import LocalCentralFailed
from avileo_pos.desktop.program import TillProgram
from avileo_pos.desktop.scale import fit_to_screen
from avileo_pos.server.business import sample

CANNOT_RUN: Final = 3
# The cashier's till, and the owner's, who sees every stall.
PERSON_AT: Final = {1: sample.ROSA, 2: sample.ADMIN}


def run_demo(data_dir: Path | None, *, till: int, script: bool, theme: str | None) -> int:
    """Returns the exit code: 0 when all went well, 3 when the demo cannot run here."""
    folder = (data_dir or user_data_path("Avileo POS demo", appauthor=False)).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    if script and not _has_display():
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    central = DemoCentral(folder / "central")
    try:
        _say("Starting central on its own PostgreSQL...")
        central.ensure_up()
        return ScriptedDay(folder, central, theme).run() if script else _show(folder, central, till, theme)
    except LocalCentralFailed as trouble:
        sys.stderr.write(f"Central did not start: {trouble}\n")
        return CANNOT_RUN
    finally:
        central.stop()


def _show(folder: Path, central: DemoCentral, till: int, theme: str | None) -> int:
    person = PERSON_AT[till]
    _say(
        f"Caja {till}: {person.name} ({person.email}, {sample.PASSWORD}, PIN {person.pin}). Central: {central.address}"
    )
    till_folder = folder / f"till-{till}"
    till_folder.mkdir(exist_ok=True)
    fit_to_screen()
    app = make_app(till_folder, theme or "light")
    program = TillProgram(till_folder, utc_now)
    program.enter_as(central.address, person.email, sample.PASSWORD, f"Caja {till}")
    return run_till(app, program)


def _has_display() -> bool:
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()
