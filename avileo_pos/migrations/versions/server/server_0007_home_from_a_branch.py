"""When a till of a business last came home from a branch."""

import sqlalchemy as sa
from alembic import op

from avileo_pos.tables.base import Instant

revision = "server_0007"
down_revision = "server_0006"
branch_labels = None
depends_on = ("shared_0001",)


def upgrade() -> None:
    op.add_column("sync_counters", sa.Column("home_from_branch_at", Instant(), nullable=True))
