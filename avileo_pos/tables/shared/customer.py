"""Customers, and the balance that central keeps of each."""

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint

from avileo_pos.tables.base import DIGITS_OF_A_SUM, Flag, Instant, Money, Words, reference, sync_columns, tenant_table

customers = tenant_table(
    "customers",
    Column("name", Words(255), nullable=False),
    Column("apodo", Words(100)),
    Column("dni", Words(20)),
    Column("phone", Words(50)),
    Column("address", Words()),
    Column("notes", Words()),
    Column("opening_balance", Money(), nullable=False, server_default="0"),
    Column("credit_limit", Money()),
    Column("is_active", Flag(), nullable=False),
    *sync_columns(),
    reference("created_by", "business_users", nullable=True),
    Column("created_at", Instant(), nullable=False),
    Column("updated_at", Instant(), nullable=False),
    CheckConstraint("length(trim(name)) > 0", name="name_not_empty"),
    CheckConstraint("credit_limit >= 0", name="credit_limit_not_negative"),
)

customer_balances = tenant_table(
    "customer_balances",
    Column("balance", Money(DIGITS_OF_A_SUM), nullable=False),
    Column("opening_balance", Money(DIGITS_OF_A_SUM)),
    ForeignKeyConstraint(["business_id", "id"], ["customers.business_id", "customers.id"]),
)
"""Derived by central. `id` is the customer's; `revision` is the one as of which the balance holds, and
`opening_balance` what of it the customer's card said then, None from a central that does not tell it yet."""
