"""Forgetting what has had its time: receipts that no till asks for any more, and sessions and links that are over.

An operator's timer calls for it, as the database's owner: central's own role can only add to the receipts.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from avileo_pos.server.auth.sessions import sweep_sessions
from avileo_pos.server.auth.throttle import sweep_failures
from avileo_pos.server.auth.verification import sweep_proofs
from avileo_pos.server.business.audit import FORGOTTEN, Act, details_of_forgetting, record
from avileo_pos.server.business.reviews import waits_untaken
from avileo_pos.server.postgres.database import Database
from avileo_pos.server.postgres.revisions import locked_revisions
from avileo_pos.tables.base import instant_text

KEPT: Final = timedelta(days=400)
AT_ONCE: Final = 2_000  # receipts; the tills of a business wait while a batch of its receipts goes


def forget_old_receipts(database: Database, business_id: UUID, now: datetime, *, at_once: int = AT_ONCE) -> int:
    """The receipts of over 400 days of one business go, in batches; how many did. Raises CentralBusy.

    Those of a push go together, as one audit entry vouches for them all, and none goes while an operation of its push
    is put aside and nobody has looked at it.
    """
    some = partial(_forget_some, business_id=business_id, now=now, at_once=at_once)
    return _until_nothing_is_left(partial(database.in_transaction, some, business_id))


def sweep_accounts(database: Database, now: datetime) -> int:
    """What is over of everybody's signing in goes; how many rows did."""
    sweeps = (sweep_sessions, sweep_proofs, sweep_failures)
    return sum(_until_nothing_is_left(partial(database.in_transaction, partial(each, now=now))) for each in sweeps)


def _until_nothing_is_left(forget_some: Callable[[], int]) -> int:
    forgotten = 0
    while some := forget_some():
        forgotten += some
    return forgotten


def _forget_some(connection: Connection, business_id: UUID, now: datetime, at_once: int) -> int:
    before = now - KEPT
    asked = {"business": business_id, "before": instant_text(before), "at_once": at_once}
    pushes = connection.exec_driver_sql(_OLD_PUSHES, asked).scalars().all()
    if not pushes:
        return 0
    with locked_revisions(connection, business_id) as revisions:
        forgotten = int(connection.exec_driver_sql(_FORGET, {**asked, "pushes": pushes}).scalar_one())
        act = Act(FORGOTTEN, details_of_forgetting(before, forgotten))
        record(connection, business_id, revisions, act, now)
    return forgotten


# The receipts of one push have one moment, by which an index leads to those that wait.
_OLD_PUSHES: Final = f"""
    SELECT DISTINCT old.audit_number FROM (
      SELECT o.audit_number FROM sync_operations o
      WHERE o.business_id = %(business)s AND o.received_at < %(before)s::timestamp AND o.audit_number IS NOT NULL
        AND NOT EXISTS (
          SELECT FROM sync_operations w
          WHERE w.business_id = %(business)s AND w.received_at = o.received_at AND w.audit_number = o.audit_number
            AND {waits_untaken("w")}
        )
      ORDER BY o.received_at LIMIT %(at_once)s
    ) old
"""
_FORGET: Final = """
    WITH gone AS (
      DELETE FROM sync_operations
      WHERE business_id = %(business)s AND received_at < %(before)s::timestamp
        AND audit_number = ANY(%(pushes)s::bigint[])
      RETURNING id
    ), looked_at AS (
      DELETE FROM reviews
      WHERE business_id = %(business)s AND collection IN ('sync_operations', 'sync_conflicts') AND subject_id IN (
        SELECT id FROM gone UNION ALL
        SELECT c.id FROM sync_conflicts c JOIN gone ON gone.id = c.operation_id WHERE c.business_id = %(business)s
      )
    )
    SELECT count(*) FROM gone
"""
