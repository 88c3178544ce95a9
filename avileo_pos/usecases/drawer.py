"""The drawer that money goes into and comes from: the open cash session of the person who sells."""

from __future__ import annotations

from uuid import UUID

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.queries.cash_session import open_cash_session_id
from avileo_pos.work import Work


def open_drawer(work: Work) -> UUID:
    """The id of the person's open session. Raises BusinessRuleBroken("no_cash_session"): it must be opened first."""
    session_id = open_cash_session_id(work)
    if session_id is None:
        raise BusinessRuleBroken("no_cash_session")
    return session_id
