"""What an owner should look at is found among years of sales, abonos and receipts."""

import sqlalchemy as sa
from alembic import op

revision = "server_0005"
down_revision = "server_0004"
branch_labels = None
depends_on = ("shared_0001",)


def upgrade() -> None:
    needs_review = sa.text("needs_review")
    op.create_index("ix_sales_to_review", "sales", ["business_id", "business_date"], postgresql_where=needs_review)
    op.create_index("ix_abonos_to_review", "abonos", ["business_id", "business_date"], postgresql_where=needs_review)
    op.create_index(
        "ix_sync_operations_quarantined",
        "sync_operations",
        ["business_id", "received_at"],
        postgresql_where=sa.text("status = 'quarantined'"),
    )
    op.create_index("ix_sync_conflicts_business_id_created_at", "sync_conflicts", ["business_id", "created_at"])
