"""A balance tells what of it the card said, by central's word: what is edited here is shown in place of that."""

import sqlalchemy as sa
from alembic import op

from avileo_pos.tables.base import Money

revision = "till_0007"
down_revision = "till_0006"
branch_labels = None
depends_on = ("shared_0001",)


def upgrade() -> None:
    op.add_column("customer_balances", sa.Column("opening_balance", Money(), nullable=True))
    op.execute(
        """
        UPDATE customer_balances SET opening_balance = coalesce(
          (SELECT json_extract(base, '$.opening_balance') FROM sync_bases
            WHERE collection = 'customers' AND entity_id = customer_balances.id),
          (SELECT opening_balance FROM customers c
            WHERE c.business_id = customer_balances.business_id AND c.id = customer_balances.id))
        """
    )
