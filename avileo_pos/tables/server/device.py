"""The tills of a business, each with its own receipt series, and the people whom each may speak for."""

from sqlalchemy import Column, ForeignKeyConstraint, Index, PrimaryKeyConstraint, Table, UniqueConstraint

from avileo_pos.tables.base import SERVER, Id, Instant, Words, metadata

devices = Table(
    "devices",
    metadata,
    Column("business_id", Id(), nullable=False),
    Column("id", Id(), nullable=False),
    Column("name", Words(100), nullable=False),
    Column("receipt_series", Words(10), nullable=False),
    Column("created_at", Instant(), nullable=False),
    Column("last_seen_at", Instant()),
    Column("revoked_at", Instant()),
    PrimaryKeyConstraint("business_id", "id"),
    UniqueConstraint("business_id", "receipt_series"),
    ForeignKeyConstraint(["business_id"], ["businesses.id"]),
    info={"in": SERVER},
)

device_members = Table(
    "device_members",
    metadata,
    Column("business_id", Id(), nullable=False),
    Column("device_id", Id(), nullable=False),
    Column("member_id", Id(), nullable=False),
    Column("first_signed_in_at", Instant(), nullable=False),
    PrimaryKeyConstraint("business_id", "device_id", "member_id"),
    ForeignKeyConstraint(["business_id", "device_id"], ["devices.business_id", "devices.id"]),
    ForeignKeyConstraint(["business_id", "member_id"], ["business_users.business_id", "business_users.id"]),
    Index(None, "business_id", "member_id"),
    info={"in": SERVER},
)
"""Who has signed in with a password on a device: it may send operations in their name."""
