"""Sales that are being put together: they survive a lock, a crash and a restart, and never leave the till."""

from sqlalchemy import Column, PrimaryKeyConstraint, Table

from avileo_pos.tables.base import TILL, Document, Id, Instant, Whole, check_stored_values, metadata

parked_sales = Table(
    "parked_sales",
    metadata,
    Column("id", Id(), nullable=False),
    Column("member_id", Id(), nullable=False),
    Column("position", Whole(), nullable=False),
    Column("draft", Document(), nullable=False),
    Column("updated_at", Instant(), nullable=False),
    PrimaryKeyConstraint("id"),
    info={"in": TILL},
    sqlite_strict=True,
)
check_stored_values(parked_sales)
