"""What a disk does to the journals and copies that lie on it, and what of a journal must be legible all the same."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Final

from avileo_pos.handover.sealing import PLAIN
from avileo_pos.replica.journal import read_journal
from avileo_pos.replica.safe import Safe

JOURNAL: Final = "journal"
COPY: Final = "copy"


def decay(safe: Safe, kind: str, where: int) -> Path | None:
    """One of the files of that kind is gone, has lost its end, or some of its bytes are others; None without any.

    `where` tells all of it. In a copy beside the till a changed byte may be nothing that SQLite sees.
    """
    files = sorted(safe.journals() if kind == JOURNAL else safe.files("*.copy"))
    if not files:
        return None
    chance = Random(where)
    file = chance.choice(files)
    content = bytearray(file.read_bytes())
    may_change = bool(content) and not (kind == COPY and safe.seal is PLAIN)
    match chance.choice(("gone", "cut", *("bytes",) * 3) if may_change else ("gone", "cut")):
        case "gone":
            file.unlink()
            return file
        case "cut":
            del content[chance.randrange(max(1, len(content))) :]
        case "bytes":
            for _ in range(chance.choice((1, 1, 3))):
                start = chance.randrange(len(content))
                end = min(start + chance.choice((1, 1, 16, 700)), len(content))
                content[start:end] = chance.randbytes(end - start)
    file.write_bytes(content)
    return file


def lines_of(safe: Safe) -> dict[Path, list[bytes]]:
    return {file: file.read_bytes().split(b"\n") for file in safe.journals()}


def told_by_untouched(safe: Safe, before: dict[Path, list[bytes]]) -> set[str]:
    """The operations of all lines that stand there as they did, read by themselves."""
    told = set[str]()
    for file, lines in lines_of(safe).items():
        alone = file.with_suffix(".untouched")
        untouched = [line for line in lines if line and line in before[file]]
        alone.write_bytes(b"".join(line + b"\n" for line in untouched))
        told |= {kept.operation.id for kept in read_journal(alone, safe.seal).operations}
        alone.unlink()
    return told
