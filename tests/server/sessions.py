"""People who are signed in, without asking for their password."""

from __future__ import annotations

from datetime import UTC, datetime

from avileo_pos.server.auth.sessions import Caller, open_session
from tests.server.sync_central import TestCentral


def token_of(central: TestCentral, user_id: str) -> str:
    """Of a new session."""
    with central.database.transaction() as connection:
        return open_session(connection, user_id, Caller("127.0.0.1", None), datetime.now(UTC), remember=True).token
