"""Sales with their lines and payments: facts, corrected only by being voided."""

from sqlalchemy import CheckConstraint, Column, Index, column

from avileo_pos.domain.enums import PaymentMethod, ProductUnit, SaleType
from avileo_pos.tables.base import (
    Choice,
    Day,
    Flag,
    Id,
    Instant,
    Kilos,
    Money,
    Price,
    Whole,
    Words,
    reference,
    sync_columns,
    tenant_table,
)
from avileo_pos.tables.shared.void import void_columns

sales = tenant_table(
    "sales",
    reference("client_id", "customers", nullable=True),
    reference("seller_id", "business_users"),
    reference("distribucion_id", "distribuciones", nullable=True),
    reference("cash_session_id", "cash_sessions", nullable=True),
    Column("device_id", Id(), nullable=False),
    Column("receipt_number", Words(20), nullable=False),
    Column("sale_type", Choice.of("sale_type", SaleType), nullable=False),
    Column("total_amount", Money(), nullable=False),
    Column("redondeo", Money(), nullable=False, server_default="0"),
    Column("amount_paid", Money(), nullable=False),
    Column("balance_due", Money(), nullable=False),
    Column("tara", Kilos(), nullable=False, server_default="0"),
    Column("net_weight", Kilos(), nullable=False, server_default="0"),
    *sync_columns(),
    Column("sale_date", Instant(), nullable=False),
    Column("business_date", Day(), nullable=False),
    *void_columns(),
    Column("needs_review", Flag(), nullable=False, server_default="0"),
    Column("review_reason", Words()),
    Column("created_at", Instant(), nullable=False),
    Index(None, "business_id", "business_date"),
    Index("ix_sales_receipt_number", "business_id", "receipt_number"),
    Index("ix_sales_to_review", "business_id", "business_date", postgresql_where=column("needs_review")).ddl_if(
        "postgresql"
    ),
    CheckConstraint("total_amount >= 0 AND amount_paid >= 0 AND balance_due >= 0", name="amounts_not_negative"),
    CheckConstraint("redondeo >= 0", name="redondeo_in_the_buyers_favour"),
    CheckConstraint("balance_due = total_amount - redondeo - amount_paid", name="balance_due_adds_up"),
    CheckConstraint("sale_type <> 'contado' OR balance_due = 0", name="contado_is_paid"),
    CheckConstraint("sale_type <> 'credito' OR client_id IS NOT NULL", name="credito_has_a_customer"),
    CheckConstraint("tara >= 0 AND net_weight >= 0", name="weights_not_negative"),
)

sale_items = tenant_table(
    "sale_items",
    reference("sale_id", "sales"),
    reference("product_id", "products"),
    Column("position", Whole(2), nullable=False),
    Column("product_name", Words(255), nullable=False),
    Column("unit", Choice.of("product_unit", ProductUnit), nullable=False),
    Column("gross_weight", Kilos()),
    Column("tara", Kilos(), nullable=False, server_default="0"),
    Column("quantity", Kilos(), nullable=False),
    Column("unit_price", Price(), nullable=False),
    Column("list_price", Price(), nullable=False),
    Column("price_date", Day(), nullable=False),
    Column("price_reason", Words()),
    Column("subtotal", Money(), nullable=False),
    CheckConstraint("quantity > 0", name="quantity_positive"),
    CheckConstraint("unit_price >= 0", name="unit_price_not_negative"),
    CheckConstraint("tara >= 0", name="tara_not_negative"),
    CheckConstraint("gross_weight = quantity + tara", name="gross_is_net_and_tara"),
    CheckConstraint("subtotal = round(quantity * unit_price, 2)", name="subtotal_rounded_once").ddl_if("postgresql"),
    CheckConstraint("subtotal = (quantity * unit_price + 500) / 1000", name="subtotal_rounded_once").ddl_if("sqlite"),
)

"""`unit_price` is what was charged; `list_price` what the product's card said, as of `price_date`."""

sale_payments = tenant_table(
    "sale_payments",
    reference("sale_id", "sales"),
    Column("method", Choice.of("payment_method", PaymentMethod), nullable=False),
    Column("amount", Money(), nullable=False),
    Column("reference", Words(100)),
    CheckConstraint("amount > 0", name="amount_positive"),
)
