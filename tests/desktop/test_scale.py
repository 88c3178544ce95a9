"""The window on a small screen that the system enlarges: a laptop of 1366x768 at 150 %."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QSize

from avileo_pos.desktop.main_window import SMALLEST_SIZE
from avileo_pos.desktop.scale import scale_for

TELL_ROOM = """
from PySide6.QtWidgets import QApplication
from avileo_pos.desktop.scale import fit_to_screen

fit_to_screen()
print(*QApplication([]).primaryScreen().availableSize().toTuple())
"""
AT_100, AT_150 = 96, 144  # dots per inch


@pytest.mark.parametrize("dots", [AT_100, AT_150])
def test_the_window_has_room_on_its_screen(tmp_path: Path, dots: int) -> None:
    screen = {"name": "", "x": 0, "y": 0, "width": 1366, "height": 768, "logicalDpi": dots, "logicalBaseDpi": AT_100}
    file = tmp_path / "screens.json"
    file.write_text(json.dumps({"screens": [{**screen, "dpr": 1}]}))
    environment = {**os.environ, "QT_QPA_PLATFORM": f"offscreen:configfile={file}"}
    told = subprocess.run(
        [sys.executable, "-c", TELL_ROOM], env=environment, capture_output=True, text=True, check=True
    )
    width, height = map(int, told.stdout.split())
    assert width >= SMALLEST_SIZE[0]
    assert height >= SMALLEST_SIZE[1]
    assert told.stderr == ""


@pytest.mark.parametrize("room", [(1366, 728), (1536, 824), (3840, 2160)])
def test_a_screen_with_room_is_left_as_the_system_enlarges_it(room: tuple[int, int]) -> None:
    assert scale_for(QSize(*room)) == 1


def test_the_bar_over_the_window_has_room_too() -> None:
    assert scale_for(QSize(1366, SMALLEST_SIZE[1] + 8)) < 1
