"""Who was asked to work in a business: the code itself stands nowhere, its seal in Better Auth's `verification`."""

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, PrimaryKeyConstraint, Table

from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.tables.base import SERVER, Choice, Id, Instant, Rate, Words, metadata, reference

invitations = Table(
    "invitations",
    metadata,
    Column("business_id", Id(), nullable=False),
    Column("id", Id(), nullable=False),
    Column("email", Words(100)),
    Column("role", Choice.of("business_user_role", BusinessUserRole), nullable=False),
    Column("sales_point", Words(100)),
    Column("commission_rate", Rate(), nullable=False),
    *reference("invited_by", "business_users"),
    Column("created_at", Instant(), nullable=False),
    Column("expires_at", Instant(), nullable=False),
    *reference("accepted_by", "business_users", nullable=True),
    Column("accepted_at", Instant()),
    Column("revoked_at", Instant()),
    PrimaryKeyConstraint("business_id", "id"),
    ForeignKeyConstraint(["business_id"], ["businesses.id"]),
    Index(None, "business_id", "expires_at"),
    CheckConstraint("commission_rate >= 0", name="commission_rate_not_negative"),
    info={"in": SERVER},
)
"""`email` names the only account that may accept; without it whoever has the code may."""
