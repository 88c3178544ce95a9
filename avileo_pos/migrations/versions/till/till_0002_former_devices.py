"""What a till was to central before it was told apart from a copy of itself."""

import sqlalchemy as sa
from alembic import op

from avileo_pos.tables.base import Id, Instant

revision = "till_0002"
down_revision = "till_0001"
branch_labels = None
depends_on = ("shared_0001",)


def upgrade() -> None:
    op.create_table(
        "former_devices",
        sa.Column("device_id", Id(), nullable=False),
        sa.Column("left_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_former_devices")),
        sqlite_strict=True,
    )
