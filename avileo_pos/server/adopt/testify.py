"""The audit entry with which the chain of each adopted business begins: what was taken over, by which command."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from avileo_pos.server.adopt.old_tables import SCHEMA
from avileo_pos.server.adopt.staging import STAGED
from avileo_pos.server.business.audit import Act, record
from avileo_pos.server.postgres.database import show_business
from avileo_pos.server.postgres.revisions import locked_revisions
from avileo_pos.tables.base import metadata

Taken = Mapping[UUID, Mapping[str, int]]
"""How many rows of each table a business has, by its id."""


def rows_taken(connection: Connection) -> Taken:
    """Before the policies stand, as afterwards the owner may see one business at a time."""
    taken: defaultdict[UUID, dict[str, int]] = defaultdict(dict)
    for name in STAGED:
        whose = "id" if name == "businesses" else "business_id"
        if whose == "id" or whose in metadata.tables[name].columns:
            counted = connection.exec_driver_sql(f"SELECT {whose}, count(*) FROM {SCHEMA}.{name} GROUP BY 1")
            for business_id, rows in counted.all():
                taken[business_id][name] = rows
    return taken


def testify(connection: Connection, taken: Taken, kept_in: str, now: datetime) -> None:
    """Write it down in every business; `kept_in` is the schema with the old tables."""
    for business_id, rows in taken.items():
        show_business(connection, business_id)
        with locked_revisions(connection, business_id) as revisions:
            told = {"command": "avileo-server adopt", "rows": rows, "old_tables_in": kept_in}
            record(connection, business_id, revisions, Act("business.adopted", told), now)
