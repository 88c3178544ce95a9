"""A cashier's turn at the drawer, from the float to the count."""

from sqlalchemy import CheckConstraint, Column, Index

from avileo_pos.domain.enums import CashMovementKind
from avileo_pos.tables.base import (
    DIGITS_OF_A_SUM,
    Choice,
    Day,
    Id,
    Instant,
    Money,
    Words,
    reference,
    sync_columns,
    tenant_table,
)

cash_sessions = tenant_table(
    "cash_sessions",
    reference("seller_id", "business_users"),
    Column("device_id", Id(), nullable=False),
    Column("opening_float", Money(), nullable=False),
    Column("opened_at", Instant(), nullable=False),
    Column("business_date", Day(), nullable=False),
    Column("closed_at", Instant()),
    Column("counted_cash", Money()),
    Column("expected_cash", Money(DIGITS_OF_A_SUM)),
    Column("difference_reason", Words()),
    *sync_columns(),
    Column("created_at", Instant(), nullable=False),
    Column("updated_at", Instant(), nullable=False),
    Index(None, "business_id", "business_date"),
    CheckConstraint("opening_float >= 0", name="opening_float_not_negative"),
    CheckConstraint("counted_cash >= 0", name="counted_cash_not_negative"),
    CheckConstraint(
        "(closed_at IS NULL) = (counted_cash IS NULL) AND (closed_at IS NULL) = (expected_cash IS NULL)",
        name="closing_is_whole",
    ),
    CheckConstraint("counted_cash = expected_cash OR difference_reason IS NOT NULL", name="difference_has_a_reason"),
)

cash_movements = tenant_table(
    "cash_movements",
    reference("cash_session_id", "cash_sessions"),
    Column("kind", Choice.of("cash_movement_kind", CashMovementKind), nullable=False),
    Column("amount", Money(), nullable=False),
    Column("reason", Words(), nullable=False),
    reference("created_by", "business_users"),
    *sync_columns(),
    Column("business_date", Day(), nullable=False),
    Column("created_at", Instant(), nullable=False),
    CheckConstraint("amount > 0", name="amount_positive"),
)
