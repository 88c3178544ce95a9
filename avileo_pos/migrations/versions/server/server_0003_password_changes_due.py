"""Which sessions were opened by a one-time password."""

import sqlalchemy as sa
from alembic import op

from avileo_pos.tables.base import Words

revision = "server_0003"
down_revision = "server_0002"
branch_labels = None
depends_on = ("shared_0001",)


def upgrade() -> None:
    op.create_table(
        "password_changes_due",
        sa.Column("session_id", Words(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_password_changes_due")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_password_changes_due_session_id"), ondelete="CASCADE"
        ),
    )
