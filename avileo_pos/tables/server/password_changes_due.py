"""The sessions that were opened by a one-time password, and may only set a new one."""

from sqlalchemy import Column, ForeignKeyConstraint, PrimaryKeyConstraint, Table

from avileo_pos.tables.base import SERVER, Words, metadata
from avileo_pos.tables.server.better_auth import session

password_changes_due = Table(
    "password_changes_due",
    metadata,
    Column("session_id", Words(), nullable=False),
    PrimaryKeyConstraint("session_id"),
    ForeignKeyConstraint(["session_id"], [session.c.id], ondelete="CASCADE"),
    info={"in": SERVER},
)
