"""Each benchmark still measures something, at a size that tells nothing."""

import json
import math

import pytest

from tests.benchmarks import __main__ as program


@pytest.mark.parametrize("name", program.MEASURED)
def test_a_benchmark_tells_in_its_last_line_what_it_measured(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    program.main([name, "--small", "--runs", "1", "--json"])
    *table, last = capsys.readouterr().out.splitlines()
    figures = json.loads(last)
    assert len(table) == len(figures) > 0
    for figure in figures:
        assert figure["name"] == name
        assert figure["ours"] > 0
        assert math.isclose(figure["ratio"], figure["ours"] / figure["baseline"])
