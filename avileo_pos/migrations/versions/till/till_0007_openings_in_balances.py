"""A balance tells what of it the card said, by central's word: what is edited here is shown in place of that."""

import sqlalchemy as sa
from alembic import op

from avileo_pos.tables.base import Money

revision = "till_0007"
down_revision = "till_0006"
branch_labels = None
depends_on = ("shared_0001",)


def upgrade() -> None:
    """An edit that central has answered since it sent the balance is not in that; of it the edit alone tells."""
    op.add_column("customer_balances", sa.Column("opening_balance", Money(), nullable=True))
    op.execute(
        """
        UPDATE customer_balances SET opening_balance = coalesce(
          (SELECT json_extract(q.data, '$.opening_balance.was') AS was FROM sync_queue q
            WHERE q.collection = 'customers' AND q.operation_type = 'update' AND q.entity_id = customer_balances.id
              AND q.acked_revision > max(customer_balances.revision, (SELECT pulled_head FROM sync_state))
              AND was IS NOT NULL
            ORDER BY q.seq LIMIT 1),
          (SELECT json_extract(base, '$.opening_balance') FROM sync_bases
            WHERE collection = 'customers' AND entity_id = customer_balances.id),
          (SELECT opening_balance FROM customers c
            WHERE c.business_id = customer_balances.business_id AND c.id = customer_balances.id))
        """
    )
