"""The one way in which whoever changes a synced row gets its revision, and writes in the business's audit chain."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from avileo_pos.server.postgres.epoch import hold_epoch

JUMP: Final = 2**32
"""More revisions than a backup can have lost: so far a business's numbers go on after it, as in any new epoch."""


@dataclass(slots=True)
class AuditChain:
    """The number and the hash of a business's last audit entry; 0 and nothing before the first."""

    number: int = 0
    hash: str = ""

    @property
    def mark(self) -> str:
        """What tells this end of the history from any other: goes out with answers, and comes back with requests."""
        return f"{self.number}:{self.hash}"


@dataclass(slots=True)
class Revisions:
    """The numbers of one transaction: `last` is the highest that was given out, in this business, ever."""

    last: int
    chain: AuditChain

    def take(self, count: int = 1) -> range:
        """The next numbers, lowest first."""
        first = self.last + 1
        self.last += count
        return range(first, self.last + 1)

    def next(self) -> int:
        return self.take()[0]

    def leave_out_what_may_be_lost(self) -> None:
        """No number that was given out before, and lost, comes again for something else."""
        self.take(JUMP)


@contextmanager
def locked_revisions(connection: Connection, business_id: UUID) -> Iterator[Revisions]:
    """Number the changes of one transaction, alone in the business until it ends.

    Every writer goes through here: push, endpoints, commands. Revisions then become visible in the order in which
    they rise, so that no till can pull past a row still in flight. What `SET LOCAL app.base_revision` says lets the
    row-level policy refuse a row that was changed without a new revision. Every change stands in the audit chain too:
    tills tell by its end whether central has gone back to before it. Raises RuntimeError for one that does not.
    """
    hold_epoch(connection)
    locked = connection.exec_driver_sql(_LOCK, {"business_id": business_id, "jump": JUMP}).one()
    revisions = Revisions(locked.revision, AuditChain(locked.audit_number, locked.audit_hash))
    allow_revisions_above(connection, revisions.last)
    yield revisions
    if revisions.chain.number != locked.audit_number:
        chain = {"number": revisions.chain.number, "hash": revisions.chain.hash}
        connection.exec_driver_sql(_KEEP, {"business_id": business_id, "revision": revisions.last, **chain})
    elif revisions.last != locked.revision:
        raise RuntimeError("Revisions were given out for changes of which the audit chain does not tell.")


def allow_revisions_above(connection: Connection, revision: int) -> None:
    """Let this transaction write synced rows, each under a higher revision than this one."""
    connection.exec_driver_sql(f"SET LOCAL app.base_revision = '{int(revision)}'")


def head_of(connection: Connection, business_id: UUID) -> int:
    """The revision up to which everything in the business can be seen."""
    found = connection.exec_driver_sql(f"SELECT {HEAD}", {"business_id": business_id, "jump": JUMP})
    return int(found.scalar_one())


_LOCK: Final = """
    INSERT INTO sync_counters AS c (business_id, revision, epoch, audit_number, audit_hash)
    VALUES (%(business_id)s, 0, (SELECT epoch FROM central_identity), 0, '')
    ON CONFLICT (business_id) DO UPDATE SET
      revision = c.revision + CASE WHEN c.epoch <> excluded.epoch THEN %(jump)s ELSE 0 END,
      epoch = coalesce(excluded.epoch, c.epoch)
    RETURNING revision, audit_number, audit_hash
"""
_KEEP: Final = """
    UPDATE sync_counters SET revision = %(revision)s, audit_number = %(number)s, audit_hash = %(hash)s
    WHERE business_id = %(business_id)s
"""

# A counter of before the present epoch is raised by whoever writes next; until then it is read as if it were.
HEAD: Final = """
    coalesce((
      SELECT c.revision + CASE WHEN c.epoch <> i.epoch THEN %(jump)s ELSE 0 END
      FROM sync_counters c LEFT JOIN central_identity i ON true WHERE c.business_id = %(business_id)s::uuid
    ), 0)
"""
