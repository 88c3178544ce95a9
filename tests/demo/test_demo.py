"""The one command that shows it all, as a newcomer runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from avileo_pos.demo.central import DemoCentral
from avileo_pos.server.business import sample

ENVIRONMENT = os.environ | {"QT_QPA_PLATFORM": "offscreen"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def first_day(folder: Path) -> dict[str, Any]:
    return scripted_day(folder)


def test_a_scripted_day_is_the_same_on_both_tills_and_at_central(first_day: dict[str, Any]) -> None:
    found = first_day
    assert found["ok"], found
    assert (found["sales"], found["pending"], found["differing_rows"]) == (2, 0, [])
    assert Decimal(found["debt_till_1"]) == Decimal(found["debt_till_2"]) == Decimal(found["debt_central"])
    assert all(Path(picture).stat().st_size > 10_000 for picture in found["screenshots"])


def test_what_central_said_can_be_read_with_all_its_letters(first_day: dict[str, Any], folder: Path) -> None:
    assert first_day["ok"]
    assert f"«{sample.BUSINESS_NAME}»" in (folder / "central" / "central.log").read_text(encoding="utf-8")


def test_another_day_goes_on_where_the_last_one_ended(first_day: dict[str, Any], folder: Path) -> None:
    second_day = scripted_day(folder)
    assert second_day["ok"], second_day
    assert second_day["sales"] == first_day["sales"] + 2


def test_a_folder_that_cannot_be_written_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("a file where the folder should be", encoding="utf-8")
    run = demo(tmp_path / "demo")
    assert run.returncode == 3
    assert "Traceback" not in run.stderr


def test_a_killed_demo_takes_its_central_along(folder: Path, first_day: dict[str, Any]) -> None:
    assert first_day["ok"]
    central = DemoCentral(folder / "central")
    killed = subprocess.Popen(command(folder), env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(central.is_up)
    killed.kill()
    killed.wait()
    wait_for(lambda: not central.is_up())


def scripted_day(folder: Path) -> dict[str, Any]:
    run = demo(folder)
    found: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    assert run.returncode == (0 if found["ok"] else 1), run.stderr
    return found


def demo(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*command(folder), "--script"], env=ENVIRONMENT, capture_output=True, text=True, timeout=300, check=False
    )


def command(folder: Path) -> list[str]:
    return [sys.executable, "-m", "avileo_pos", "--demo", "--data-dir", str(folder)]


def wait_for(holds: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < give_up
        time.sleep(0.1)
