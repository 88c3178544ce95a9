"""At a branch a till remembers up to where the history of the branch's root went when that last answered."""

import sqlalchemy as sa
from alembic import op

revision = "till_0006"
down_revision = "till_0005"
branch_labels = None
depends_on = ("shared_0001",)


def upgrade() -> None:
    op.add_column("sync_state", sa.Column("root_mark", sa.Text(), nullable=True))
