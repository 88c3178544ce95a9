"""A balance tells what of it the customer's card said."""

import sqlalchemy as sa
from alembic import op

from avileo_pos.tables.base import Money

revision = "server_0008"
down_revision = "server_0007"
branch_labels = None
depends_on = ("shared_0001",)


def upgrade() -> None:
    op.add_column("customer_balances", sa.Column("opening_balance", Money(), nullable=True))
    # The owner is bound as well, to one business; here it fills those of all.
    op.execute("ALTER TABLE customers NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE customer_balances NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "UPDATE customer_balances b SET opening_balance = c.opening_balance"
        " FROM customers c WHERE c.business_id = b.business_id AND c.id = b.id"
    )
    op.execute("ALTER TABLE customers FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE customer_balances FORCE ROW LEVEL SECURITY")
