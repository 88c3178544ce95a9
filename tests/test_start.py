"""The till's program before its window: what it says, and that it needs nobody who hears it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from avileo_pos import __version__

WITHOUT_OUTPUTS = """
import sys
sys.stdout = sys.stderr = None
from avileo_pos.__main__ import main
main()
"""


def test_the_version_is_said() -> None:
    said = subprocess.run([sys.executable, "-m", "avileo_pos", "--version"], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["avileo-pos", __version__]


@pytest.mark.parametrize("options", [[], ["--demo"]])
def test_a_program_without_outputs_ends_by_its_trouble_and_not_by_its_words(tmp_path: Path, options: list[str]) -> None:
    file = tmp_path / "a file where the folder should be"
    file.touch()
    ended = subprocess.run([sys.executable, "-c", WITHOUT_OUTPUTS, *options, "--data-dir", str(file)], check=False)
    assert ended.returncode == 3
