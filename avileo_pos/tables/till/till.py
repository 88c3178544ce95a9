"""What this till is to central, and who may open it without central."""

from sqlalchemy import CheckConstraint, Column, PrimaryKeyConstraint, Table

from avileo_pos.tables.base import TILL, Id, Instant, Whole, Words, check_stored_values, metadata

till_identity = Table(
    "till_identity",
    metadata,
    Column("id", Whole(), nullable=False),
    Column("business_id", Id(), nullable=False),
    Column("device_id", Id(), nullable=False),
    Column("device_name", Words(100), nullable=False),
    Column("receipt_series", Words(10), nullable=False),
    Column("last_receipt", Whole(8), nullable=False),
    Column("enrolled_at", Instant(), nullable=False),
    PrimaryKeyConstraint("id"),
    CheckConstraint("id = 1", name="one_row"),
    info={"in": TILL},
    sqlite_strict=True,
)
"""`last_receipt` is the last number given out of the series; it moves in the sale's own transaction."""

former_devices = Table(
    "former_devices",
    metadata,
    Column("device_id", Id(), nullable=False),
    Column("left_at", Instant(), nullable=False),
    PrimaryKeyConstraint("device_id"),
    info={"in": TILL},
    sqlite_strict=True,
)
"""What this till was to central before it was told apart from a copy of itself; what it did until then is its own."""

offline_sign_ins = Table(
    "offline_sign_ins",
    metadata,
    Column("email", Words(320), nullable=False),
    Column("member_id", Id(), nullable=False),
    Column("password_hash", Words(255), nullable=False),
    Column("confirmed_at", Instant(), nullable=False),
    Column("failures", Whole(), nullable=False, server_default="0"),
    Column("wait_until", Instant()),
    PrimaryKeyConstraint("email"),
    info={"in": TILL},
    sqlite_strict=True,
)
"""A slow hash of the password that central last accepted; the offline lease counts from `confirmed_at`."""

pin_tries = Table(
    "pin_tries",
    metadata,
    Column("member_id", Id(), nullable=False),
    Column("failures", Whole(), nullable=False),
    Column("wait_until", Instant()),
    PrimaryKeyConstraint("member_id"),
    CheckConstraint("failures > 0", name="failures_positive"),
    info={"in": TILL},
    sqlite_strict=True,
)
"""Mistaken PINs in a row, kept so that starting the program again does not shorten the wait."""

for _table in (till_identity, former_devices, offline_sign_ins, pin_tries):
    check_stored_values(_table)
