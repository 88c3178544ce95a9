"""Figures are added up from an index of the queue, without reading what each operation says."""

from alembic import op

revision = "till_0003"
down_revision = "till_0002"
branch_labels = None
depends_on = ("shared_0001",)


def upgrade() -> None:
    op.create_index(
        "ix_sync_queue_answers",
        "sync_queue",
        ["acked_revision", "collection", "operation_type", "status", "acked_before", "entity_id"],
        unique=False,
    )
    op.drop_index("ix_sync_queue_acked_revision", table_name="sync_queue")
