"""The measure of what a person feels still works, at a size that tells nothing."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.benchmarks.felt import FIXED_WORK, PROMISED_MS


def test_every_wait_that_is_promised_is_measured() -> None:
    command = [sys.executable, "-m", "tests.benchmarks.felt", "--small"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    felt = json.loads(run.stdout.splitlines()[-1])
    assert felt.keys() == {*PROMISED_MS, FIXED_WORK}
    assert all(milliseconds > 0 for milliseconds in felt.values())
