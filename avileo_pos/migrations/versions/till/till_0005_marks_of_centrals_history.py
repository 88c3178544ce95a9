"""A till remembers up to where central's history went when it last answered."""

import sqlalchemy as sa
from alembic import op

revision = "till_0005"
down_revision = "till_0004"
branch_labels = None
depends_on = ("shared_0001",)


def upgrade() -> None:
    op.add_column("sync_state", sa.Column("push_mark", sa.Text(), nullable=True))
    op.add_column("sync_state", sa.Column("pull_mark", sa.Text(), nullable=True))
