"""What of a till's queue central itself has answered: a branch that a till turned to for a while is not central."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from avileo_pos.protocol.branches import history_of, is_branch

OPEN: Final = "status IN ('pending', 'inflight', 'parked')"  # by its index


def not_at_central(db: Connection) -> str:
    """The condition in SQL that an operation of the queue stands at this till, or at the branch it follows, alone."""
    epoch = db.exec_driver_sql("SELECT epoch FROM sync_state").scalar_one_or_none()
    if epoch is None or not is_branch(epoch):
        return OPEN
    held = history_of(epoch).head
    return f"({OPEN} OR (status = 'acked' AND coalesce(acked_revision, {held + 1}) > {held}))"
