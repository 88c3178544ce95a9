"""Invitations to work in a business."""

import sqlalchemy as sa
from alembic import op

from avileo_pos.tables.base import Choice, Id, Instant, Rate, Words

revision = "server_0004"
down_revision = "server_0003"
branch_labels = None
depends_on = ("shared_0001",)

_THE_BUSINESS = "nullif(current_setting('app.business_id', true), '')::uuid"


def upgrade() -> None:
    op.create_table(
        "invitations",
        sa.Column("business_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("email", Words(100), nullable=True),
        sa.Column("role", Choice("business_user_role", ("admin_negocio", "vendedor")), nullable=False),
        sa.Column("sales_point", Words(100), nullable=True),
        sa.Column("commission_rate", Rate(), nullable=False),
        sa.Column("invited_by", Id(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("accepted_by", Id(), nullable=True),
        sa.Column("accepted_at", Instant(), nullable=True),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("pk_invitations")),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name=op.f("fk_invitations_business_id")),
        sa.ForeignKeyConstraint(
            ["business_id", "invited_by"],
            ["business_users.business_id", "business_users.id"],
            name=op.f("fk_invitations_business_id_invited_by"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "accepted_by"],
            ["business_users.business_id", "business_users.id"],
            name=op.f("fk_invitations_business_id_accepted_by"),
        ),
        sa.CheckConstraint("commission_rate >= 0", name=op.f("ck_invitations_commission_rate_not_negative")),
    )
    for column in ("invited_by", "accepted_by", "expires_at"):
        op.create_index(
            op.f(f"ix_invitations_business_id_{column}"), "invitations", ["business_id", column], unique=False
        )
    is_ours = f"business_id = {_THE_BUSINESS}"
    op.execute("ALTER TABLE invitations ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE invitations FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY of_one_business ON invitations USING ({is_ours}) WITH CHECK ({is_ours})")
