"""Each benchmark still measures something, at a size that tells nothing."""

import json
import math
import subprocess
import sys

import pytest

from tests.benchmarks.__main__ import MEASURED


@pytest.mark.parametrize("name", MEASURED)
def test_a_benchmark_tells_in_its_last_line_what_it_measured(name: str) -> None:
    command = [sys.executable, "-m", "tests.benchmarks", name, "--small", "--runs", "1", "--json"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    *table, last = run.stdout.splitlines()
    figures = json.loads(last)
    assert len(table) == len(figures) > 0
    for figure in figures:
        assert figure["name"] == name
        assert figure["ours"] > 0
        assert math.isclose(figure["ratio"], figure["ours"] / figure["baseline"])
