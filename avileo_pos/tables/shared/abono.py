"""Abonos: payments of debt, each by one or several methods."""

from sqlalchemy import CheckConstraint, Column, Index, column

from avileo_pos.domain.enums import PaymentMethod
from avileo_pos.tables.base import (
    DIGITS_OF_A_SUM,
    Choice,
    Day,
    Flag,
    Id,
    Instant,
    Money,
    Words,
    reference,
    sync_columns,
    tenant_table,
)
from avileo_pos.tables.shared.void import void_columns

abonos = tenant_table(
    "abonos",
    reference("client_id", "customers"),
    reference("seller_id", "business_users"),
    reference("cash_session_id", "cash_sessions", nullable=True),
    Column("device_id", Id(), nullable=False),
    Column("receipt_number", Words(20), nullable=False),
    Column("amount", Money(), nullable=False),
    Column("payment_method", Choice.of("payment_method", PaymentMethod), nullable=False),
    Column("balance_before", Money(DIGITS_OF_A_SUM), nullable=False),
    Column("notes", Words()),
    *sync_columns(),
    Column("business_date", Day(), nullable=False),
    *void_columns(),
    Column("needs_review", Flag(), nullable=False, server_default="0"),
    Column("review_reason", Words()),
    Column("created_at", Instant(), nullable=False),
    Index(None, "business_id", "business_date"),
    Index("ix_abonos_receipt_number", "business_id", "receipt_number"),
    Index("ix_abonos_to_review", "business_id", "business_date", postgresql_where=column("needs_review")).ddl_if(
        "postgresql"
    ),
    CheckConstraint("amount > 0", name="amount_positive"),
)
"""`payment_method` is that of the largest part; the parts stand in `abono_payments`."""

abono_payments = tenant_table(
    "abono_payments",
    reference("abono_id", "abonos"),
    Column("method", Choice.of("payment_method", PaymentMethod), nullable=False),
    Column("amount", Money(), nullable=False),
    Column("reference", Words(100)),
    CheckConstraint("amount > 0", name="amount_positive"),
)
