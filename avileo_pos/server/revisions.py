"""The one way in which whoever changes a synced row gets its revision."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection


@dataclass(slots=True)
class Revisions:
    """The numbers of one transaction: `last` is the highest that was given out, in this business, ever."""

    last: int

    def take(self, count: int = 1) -> range:
        """The next numbers, lowest first."""
        first = self.last + 1
        self.last += count
        return range(first, self.last + 1)

    def next(self) -> int:
        return self.take()[0]


@contextmanager
def locked_revisions(connection: Connection, business_id: UUID) -> Iterator[Revisions]:
    """Number the changes of one transaction, alone in the business until it ends.

    Every writer goes through here: push, endpoints, commands. Revisions then become visible in the order in which
    they rise, so that no till can pull past a row still in flight. What `SET LOCAL app.base_revision` says lets the
    row-level policy refuse a row that was changed without a new revision.
    """
    before = connection.exec_driver_sql(
        "INSERT INTO sync_counters (business_id, revision) VALUES (%s, 0)"
        " ON CONFLICT (business_id) DO UPDATE SET revision = sync_counters.revision RETURNING revision",
        (business_id,),
    ).scalar_one()
    connection.exec_driver_sql(f"SET LOCAL app.base_revision = '{int(before)}'")
    revisions = Revisions(last=before)
    yield revisions
    if revisions.last > before:
        connection.exec_driver_sql(
            "UPDATE sync_counters SET revision = %s WHERE business_id = %s", (revisions.last, business_id)
        )


def head_of(connection: Connection, business_id: UUID) -> int:
    """The revision up to which everything in the business can be seen."""
    found = connection.exec_driver_sql(
        "SELECT revision FROM sync_counters WHERE business_id = %s", (business_id,)
    ).scalar_one_or_none()
    return found or 0
