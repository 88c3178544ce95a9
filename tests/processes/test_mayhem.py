"""Processes are killed while people sell: nothing that a receipt was given for is lost, and nothing is there twice."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.processes.mayhem import survive

PEOPLE = 3


@pytest.mark.skipif(sys.platform == "win32", reason="a till is forked, so that it is back within a moment")
def test_nothing_is_lost_or_doubled_where_anything_may_be_killed(tmp_path: Path) -> None:
    toll = survive(15, 7, tmp_path)
    assert toll.killed.total() == 15
    assert toll.operations > 2 * PEOPLE, "nobody came to sell anything"
