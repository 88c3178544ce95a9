"""What makes a double press harmless: a request's id is the id of the row that it makes."""

from __future__ import annotations

from functools import cache
from uuid import UUID

from sqlalchemy import Table

from avileo_pos.work import Work


def is_done(work: Work, table: Table, request_id: UUID) -> bool:
    """Whether this request was served before."""
    return work.db.exec_driver_sql(_question(table), (str(work.business.id), str(request_id))).first() is not None


@cache
def _question(table: Table) -> str:
    return f"SELECT 1 FROM {table.name} WHERE business_id = ? AND id = ?"
