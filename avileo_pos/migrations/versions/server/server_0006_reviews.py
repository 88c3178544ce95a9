"""What an owner has looked at."""

import sqlalchemy as sa
from alembic import op

from avileo_pos.tables.base import Id, Instant, Words

revision = "server_0006"
down_revision = "server_0005"
branch_labels = None
depends_on = ("shared_0001",)

_THE_BUSINESS = "nullif(current_setting('app.business_id', true), '')::uuid"


def upgrade() -> None:
    op.create_table(
        "reviews",
        sa.Column("business_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("collection", Words(63), nullable=False),
        sa.Column("subject_id", Id(), nullable=False),
        sa.Column("member_id", Id(), nullable=False),
        sa.Column("note", Words(500), nullable=True),
        sa.Column("reviewed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("pk_reviews")),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name=op.f("fk_reviews_business_id")),
        sa.ForeignKeyConstraint(
            ["business_id", "member_id"],
            ["business_users.business_id", "business_users.id"],
            name=op.f("fk_reviews_business_id_member_id"),
        ),
    )
    op.create_index(op.f("ix_reviews_business_id_member_id"), "reviews", ["business_id", "member_id"], unique=False)
    op.create_index(
        op.f("ix_reviews_business_id_collection_subject_id"),
        "reviews",
        ["business_id", "collection", "subject_id"],
        unique=False,
    )
    is_ours = f"business_id = {_THE_BUSINESS}"
    op.execute("ALTER TABLE reviews ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE reviews FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY of_one_business ON reviews USING ({is_ours}) WITH CHECK ({is_ours})")
