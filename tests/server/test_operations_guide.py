"""What an operator is told in docs/operations.md and packaging/server fits the program."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from avileo_pos.server import cli

ROOT = Path(__file__).parents[2]


def test_the_guide_tells_every_exit_code() -> None:
    guide = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    table = guide.partition("| exit code |")[2].partition("\n\n")[0]
    told = [int(code) for row in re.findall(r"^\| ([0-9, ]+) \|", table, re.MULTILINE) for code in row.split(",")]
    ours = [code for name, code in vars(cli).items() if name.startswith("EXIT_")]
    assert sorted(told) == sorted([0, 2, *ours])


@pytest.mark.skipif(sys.platform == "win32", reason="these files are for a system with a shell")
@pytest.mark.parametrize("name", ["server.env.example", "owner.env.example"])
def test_a_shell_reads_the_settings_as_a_container_does(name: str, tmp_path: Path) -> None:
    example = (ROOT / "packaging" / "server" / name).read_text(encoding="utf-8")
    settings = dict(re.findall(r"^#?([A-Z_]+)=(.*)$", example, re.MULTILINE))
    file = tmp_path / "env"
    file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()), encoding="utf-8")
    read = subprocess.run(["sh", "-c", f"set -a; . {file}; env"], capture_output=True, text=True, check=True).stdout
    assert {f"{name}={value}" for name, value in settings.items()} <= set(read.splitlines())
