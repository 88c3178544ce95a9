"""Who did what from which device: a chain of entries for each business, to which one can only append."""

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, PrimaryKeyConstraint, Table

from avileo_pos.tables.base import SERVER, Document, Id, Instant, Whole, Words, metadata

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("business_id", Id(), nullable=False),
    Column("number", Whole(8), nullable=False),
    Column("at", Instant(), nullable=False),
    Column("user_id", Words(255)),
    Column("device_id", Id()),
    Column("action", Words(63), nullable=False),
    Column("details", Document(), nullable=False),
    Column("previous", Words(64), nullable=False),
    Column("hash", Words(64), nullable=False),
    PrimaryKeyConstraint("business_id", "number"),
    ForeignKeyConstraint(["business_id"], ["businesses.id"]),
    Index(None, "business_id", "at"),
    CheckConstraint("number > 0", name="number_from_one"),
    info={"in": SERVER},
)
"""`number` rises by one within a business; `hash` is the SHA-256 of the entry and of the `previous` one's hash.

`user_id` is absent where central itself acted, by a command; `details` is JSON.
"""
