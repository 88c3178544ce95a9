"""Central never deletes what travels to tills, so that no till has to be told of a deletion (decision 0005)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from avileo_pos import server
from avileo_pos.tables.base import metadata
from avileo_pos.tables.server import sync_stand_ins
from avileo_pos.tables.shared import SYNCED_TABLES

CENTRAL = Path(str(server.__file__)).parent
SYNCED = {str(table.name) for table in SYNCED_TABLES}
DELETING = re.compile(
    r"\b(?:DELETE\s+FROM|TRUNCATE(?:\s+TABLE)?|DROP\s+TABLE)\s+(?:public\.)?\"?([^\s\"]+)", re.IGNORECASE
)


def test_central_deletes_from_no_table_that_travels() -> None:
    emptied = set(deleted_tables())
    assert sync_stand_ins.name in emptied
    assert not emptied & SYNCED


def test_every_table_that_central_deletes_from_is_named() -> None:
    assert set(deleted_tables()) <= {str(name) for name in metadata.tables}


def test_no_foreign_key_deletes_a_row_that_travels() -> None:
    for table in SYNCED_TABLES:
        assert [key.name for key in table.foreign_key_constraints if key.ondelete] == []


def deleted_tables() -> Iterator[str]:
    """By SQL, or by SQLAlchemy's `delete(table)`."""
    for module in CENTRAL.rglob("*.py"):
        source = module.read_text(encoding="utf-8")
        yield from DELETING.findall(source)
        for node in ast.walk(ast.parse(source)):
            match node:
                case ast.Call(func=ast.Name(id="delete"), args=[ast.Name(id=table)]):
                    yield _OTHER_NAMES.get(table, table)


_OTHER_NAMES = {"failures": "sign_in_failures"}
