"""While everything is taken anew, a figure holds what was done here before.

A till that has not finished a resync cannot be told exactly any more which figure holds what. What central had answered
before stands in its figures, and what was done later counts beside them until the resync ends.
"""

import sqlalchemy as sa
from alembic import op

revision = "till_0004"
down_revision = "till_0003"
branch_labels = None
depends_on = ("shared_0001",)

NEVER_BEFORE = 2**62


def upgrade() -> None:
    op.execute("ALTER TABLE sync_state RENAME COLUMN epoch_floor TO folded_seq")
    op.get_bind().execute(
        sa.text(
            "UPDATE sync_state SET folded_seq ="
            " (SELECT coalesce(max(seq), 0) FROM sync_queue WHERE acked_before < :never AND resyncing)"
        ),
        {"never": NEVER_BEFORE},
    )
    op.drop_index("ix_sync_queue_answers", table_name="sync_queue")
    op.drop_column("sync_queue", "acked_before")
    op.create_index(
        "ix_sync_queue_answers",
        "sync_queue",
        ["acked_revision", "collection", "operation_type", "status", "entity_id"],
        unique=False,
    )
