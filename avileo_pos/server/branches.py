"""A branch: a central for a market without internet, which begins with what one of its tills knows of the business.

It is a central like any other, on a database of its own, whose epoch tells where its history leaves the other's. What
it takes it keeps whole, to be handed on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Table

from avileo_pos.protocol.branches import BranchPoint, NextPush, TakenPush, is_branch, member_email
from avileo_pos.protocol.collections import COLLECTIONS
from avileo_pos.protocol.words import TablePage
from avileo_pos.server.auth.passwords import hash_password
from avileo_pos.server.auth.users import create_user
from avileo_pos.server.business.desk import Desk
from avileo_pos.server.errors import Refused
from avileo_pos.server.postgres.database import Database
from avileo_pos.server.postgres.epoch import begin_branch_epoch, epoch_of
from avileo_pos.server.postgres.revisions import allow_revisions_above
from avileo_pos.server.postgres.wire_sql import is_keyed_by_business, recordset, rows_parameter, stored

_HAS_A_BUSINESS: Final = "SELECT 1 FROM businesses LIMIT 1"
_COUNTER: Final = "INSERT INTO sync_counters (business_id, revision, epoch) VALUES (%s, %s, %s)"
_NEXT_PUSH: Final = """
    SELECT o.audit_number, o.device_id::text, o.raw FROM sync_operations o
    WHERE o.business_id = %(business)s AND o.audit_number = (
      SELECT min(n.audit_number) FROM sync_operations n
      WHERE n.business_id = %(business)s AND n.audit_number > %(after)s
    ) ORDER BY o.seq
"""


class CannotBranch(Exception):  # noqa: N818 - the name says what happened
    """The message says why."""


class NotABranch(Refused):
    def __init__(self) -> None:
        super().__init__(HTTPStatus.NOT_FOUND, "not_a_branch", "This central hands nothing on.")


def begin_branch(database: Database, file: Path, code: str, now: datetime) -> BranchPoint:
    """Fill an empty database with what a till has written, and let the business's members in by `code`.

    `database` is the owner's. Raises CannotBranch.
    """
    password_hash = hash_password(code)
    with file.open("rb") as lines:
        try:
            point = msgspec.json.decode(next(lines, b""), type=BranchPoint)
            begin = partial(_begin, point=point, lines=lines, password_hash=password_hash, now=now)
            database.in_transaction(begin, UUID(point.business_id))
        except msgspec.DecodeError as trouble:
            raise CannotBranch(f"{file} is not what a till has written for a branch: {trouble}.") from trouble
    return point


def next_push(desk: Desk, after: int) -> NextPush:
    """The first push that this branch took after that number. Raises NotABranch."""
    if not is_branch(epoch_of(desk.connection)):
        raise NotABranch
    found = desk.connection.exec_driver_sql(_NEXT_PUSH, {"business": desk.business_id, "after": after}).all()
    if not found:
        return NextPush()
    return NextPush(TakenPush(found[0][0], found[0][1], [msgspec.Raw(raw.encode()) for _, _, raw in found]))


def _begin(
    connection: Connection, point: BranchPoint, lines: Iterable[bytes], password_hash: str, now: datetime
) -> None:
    if connection.exec_driver_sql(_HAS_A_BUSINESS).first():
        raise CannotBranch("This database has a business already.")
    begin_branch_epoch(connection, point, now)
    allow_revisions_above(connection, 0)
    reached = point.head
    for page in map(msgspec.json.Decoder(TablePage).decode, lines):
        rows = list(_rows(page))
        if page.collection == "business_users":
            _let_in(connection, rows, password_hash, now)
        _insert(connection, COLLECTIONS[page.collection].table, page.columns, rows, point.business_id)
        reached = max(reached, *(row["revision"] for row in rows))
    connection.exec_driver_sql(_COUNTER, (point.business_id, reached, point.epoch))


def _rows(page: TablePage) -> Iterator[dict[str, Any]]:
    for values in page.rows:
        yield dict(zip(page.columns, values, strict=True))


def _insert(
    connection: Connection, table: Table, columns: Iterable[str], rows: Iterable[dict[str, Any]], business_id: str
) -> None:
    """Rows as they stood at the other central, all of their columns."""
    values = {name: stored(table.columns[name], f"x.{name}") for name in columns}
    fixed = {"business_id": "%(business_id)s::uuid"} if is_keyed_by_business(table) else {}
    fixed |= {"sync_status": "'synced'"} if "sync_status" in table.columns else {}
    connection.exec_driver_sql(
        f"INSERT INTO {table.name} ({', '.join((*values, *fixed))})"
        f" SELECT {', '.join((*values.values(), *fixed.values()))} FROM {recordset(table, tuple(values))}",
        {"business_id": business_id, "rows": rows_parameter(rows)},
    )


def _let_in(connection: Connection, members: Iterable[dict[str, Any]], password_hash: str, now: datetime) -> None:
    for member in members:
        create_user(
            connection, member["name"], member_email(member["id"]), password_hash, now, user_id=member["user_id"]
        )
