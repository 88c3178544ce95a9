"""How often signing in failed lately, by account and by address; all workers of central share it."""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table

from avileo_pos.tables.base import SERVER, Instant, Whole, Words, metadata

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("subject", Words(), nullable=False),
    Column("failures", Whole(), nullable=False),
    Column("last_failed_at", Instant(), nullable=False),
    Column("closed_until", Instant(), nullable=False),
    PrimaryKeyConstraint("subject"),
    Index(None, "last_failed_at"),
    info={"in": SERVER},
)
"""`subject` is `account:ana@example.com` or `address:203.0.113.7`; until `closed_until` it may not try again."""
