"""Operations out of a file that SQLite can no longer read: page by page, row by row, each one proved by its hash.

SQLite's own reading ends where an inner page is gone, though all rows behind it are well. So every page of the file and
of its write-ahead log is looked at for rows of the shape of `sync_queue`. A row counts if `sha256` is the hash of its
`data` and everything else is of its form. https://www.sqlite.org/fileformat2.html tells the form of pages and rows.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from avileo_pos.handover.kept_operation import KeptOperation
from avileo_pos.replica.database import reader_of
from avileo_pos.replica.identity import TillIdentity
from avileo_pos.replica.kept_operations import Found, legible
from avileo_pos.tables.till import DISCARDED, sync_queue, till_identity

_PAGE_SIZES: Final = tuple(2**power for power in range(9, 17))
_BLOCK: Final = 4096
_LEAF: Final = b"\x0d"
_INTEGERS: Final = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
_WITHOUT_BYTES: Final[dict[int, Value]] = {0: None, 8: 0, 9: 1}
_WAL_HEADER, _FRAME_HEADER = 32, 24
_MOST_BYTES: Final = 2**26  # of one row: a length that is larger is damage
_QUEUE: Final = [column.name for column in sync_queue.columns]
_IDENTITY: Final = [column.name for column in till_identity.columns]
_SERIES: Final = re.compile("[A-Z][A-Z0-9]{0,7}")
Value = int | str | None
Pages = Callable[[int], bytes]


class _NotARow(Exception):  # noqa: N818 - the name says it
    """These bytes are no row of the table that is looked for."""


def carve(file: Path, device_id: UUID) -> Found:
    """The operations in `file` and its write-ahead log, whichever is left, as made by `device_id`. Raises OSError."""
    operations: dict[str, KeptOperation] = {}
    discarded: set[str] = set()
    for row in _rows(file, _QUEUE):
        kept = legible(row, device_id)
        if kept is None:
            continue
        operations[kept.operation.id] = kept
        if row["last_code"] == DISCARDED and row["status"] == "acked":
            discarded.add(kept.operation.id)
    return Found(tuple(operations.values()), frozenset(discarded))


def identity_in(file: Path) -> TillIdentity | None:
    """What the till was to central, by SQLite where it can still read that far, and by its pages otherwise."""
    found = _identity_by_sqlite(file) if is_filled(file) else None  # of an empty file SQLite would throw the log away
    if found is not None:
        return found
    carved = (_identity(tuple(row.values())) for row in _rows(file, _IDENTITY))
    return next((each for each in carved if each is not None), None)


def _identity_by_sqlite(file: Path) -> TillIdentity | None:
    # SQLite quotes in its complaint what it cannot read, and Python cannot read the complaint.
    with suppress(sqlite3.Error, UnicodeDecodeError), closing(reader_of(file)) as reader:
        return _identity(reader.execute(f"SELECT {', '.join(_IDENTITY)} FROM till_identity").fetchone())
    return None


def is_filled(file: Path) -> bool:
    """Whether it is there, with anything in it."""
    return file.exists() and file.stat().st_size > 0


def _identity(values: Sequence[Any] | None) -> TillIdentity | None:
    with suppress(ValueError, TypeError, AttributeError):
        row = dict(zip(_IDENTITY, values or (), strict=True))
        if isinstance(row["device_name"], str) and _SERIES.fullmatch(row["receipt_series"]):
            return TillIdentity(
                UUID(row["business_id"]), UUID(row["device_id"]), row["device_name"], row["receipt_series"]
            )
    return None


# --- Pages -----------------------------------------------------------------------------------------------------------


def _rows(file: Path, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Rows of that many columns, the first of which is the rowid: the file's, then the later ones of its log."""
    content, frames = (_what_can_be_read(path) for path in (file, file.with_name(f"{file.name}-wal")))
    for size in _page_sizes(content, frames):
        found = False
        for page, others in _pages(content, frames, size):
            for values in _values(page, others, len(columns)):
                found = True
                yield dict(zip(columns, values, strict=True))
        if found:
            return


def _what_can_be_read(file: Path) -> bytes:
    """All of it, or, from a disk that fails, all but the blocks that it does not give: those are empty."""
    if not file.exists():
        return b""
    with suppress(OSError):
        return file.read_bytes()
    blocks = []
    with file.open("rb", buffering=0) as source:
        for start in range(0, file.stat().st_size, _BLOCK):
            try:
                source.seek(start)
                blocks.append(source.read(_BLOCK).ljust(_BLOCK, b"\0"))
            except OSError:
                blocks.append(bytes(_BLOCK))
    return b"".join(blocks)


def _page_sizes(content: bytes, frames: bytes) -> Iterator[int]:
    """As the headers say, and every other one in case they are gone."""
    said = int.from_bytes(content[16:18], "big")
    likely = (65536 if said == 1 else said, int.from_bytes(frames[8:12], "big"), 4096)
    return iter(dict.fromkeys(size for size in (*likely, *_PAGE_SIZES) if size in _PAGE_SIZES))


def _pages(content: bytes, frames: bytes, size: int) -> Iterator[tuple[bytes, Pages]]:
    """Each page, and where the other pages are found to which its rows may lead on."""

    def of_file(number: int) -> bytes:
        return content[(number - 1) * size : number * size]

    def latest(number: int) -> bytes:
        return logged.get(number) or of_file(number)

    for number in range(1, len(content) // size + 2):
        yield of_file(number), of_file
    logged: dict[int, bytes] = {}
    in_log = list(_in_log(frames, size))
    logged.update(in_log)
    for _, page in in_log:
        yield page, latest


def _in_log(frames: bytes, size: int) -> Iterator[tuple[int, bytes]]:
    for start in range(_WAL_HEADER, len(frames), _FRAME_HEADER + size):
        number = int.from_bytes(frames[start : start + 4], "big")
        yield number, frames[start + _FRAME_HEADER : start + _FRAME_HEADER + size]


def _values(page: bytes, others: Pages, width: int) -> Iterator[list[Value]]:
    """The rows of a leaf of any table, as far as they have `width` columns."""
    if page[:1] != _LEAF:
        return
    count = int.from_bytes(page[3:5], "big")
    for place in range(8, min(8 + 2 * count, len(page) - 1), 2):
        with suppress(_NotARow):
            yield _row(page, int.from_bytes(page[place : place + 2], "big"), others, width)


def _row(page: bytes, start: int, others: Pages, width: int) -> list[Value]:
    length, at = _varint(page, start)
    rowid, at = _varint(page, at)
    _require_the_width(page, at, width)
    payload = _payload(page, at, length, others)
    header, at = _varint(payload, 0)
    kinds = []
    while at < header:
        kind, at = _varint(payload, at)
        kinds.append(kind)
    if len(kinds) != width:
        raise _NotARow
    values: list[Value] = []
    for kind in kinds:
        value, at = _value(payload, at, kind)
        values.append(value)
    return [rowid if values[0] is None else values[0], *values[1:]]


def _require_the_width(page: bytes, at: int, width: int) -> None:
    """Most rows of a file are of other tables, and told by the length of their heads."""
    header, _ = _varint(page, at)
    if not width < header <= 3 * width + 1:
        raise _NotARow


def _payload(page: bytes, at: int, length: int, others: Pages) -> bytes:
    """What is too long for a page goes on in others."""
    usable = len(page)
    if length > _MOST_BYTES:
        raise _NotARow
    if length <= usable - 35:
        return page[at : at + length]
    least = (usable - 12) * 32 // 255 - 23
    here = least + (length - least) % (usable - 4)
    here = here if here <= usable - 35 else least
    parts, left = [page[at : at + here]], length - here
    following = int.from_bytes(page[at + here : at + here + 4], "big")
    while left > 0:
        part = others(following) if following else b""
        if len(part) < 5:
            raise _NotARow
        following = int.from_bytes(part[:4], "big")
        parts.append(part[4 : 4 + left])
        left -= len(part) - 4
    return b"".join(parts)


def _value(payload: bytes, at: int, kind: int) -> tuple[Value, int]:
    if kind in _INTEGERS:
        end = at + _INTEGERS[kind]
        return int.from_bytes(payload[at:end], "big", signed=True), end
    if kind in _WITHOUT_BYTES:
        return _WITHOUT_BYTES[kind], at
    if kind < 13 or kind % 2 == 0:
        raise _NotARow  # no column of ours holds a blob or a float
    end = at + (kind - 13) // 2
    try:
        return payload[at:end].decode(), end
    except UnicodeDecodeError as trouble:
        raise _NotARow from trouble


def _varint(content: bytes, at: int) -> tuple[int, int]:
    """SQLite's own: seven bits of each of up to eight bytes, and all of the ninth."""
    value = 0
    for place in range(9):
        if at + place >= len(content):
            raise _NotARow
        byte = content[at + place]
        if place == 8:
            return (value << 8) | byte, at + 9
        value = (value << 7) | (byte & 0x7F)
        if byte < 0x80:
            return value, at + place + 1
    raise _NotARow
