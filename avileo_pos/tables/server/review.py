"""What an owner has looked at, with who, when and a note; an operation or a fact itself stays as it is."""

from sqlalchemy import Column, ForeignKeyConstraint, Index, PrimaryKeyConstraint, Table

from avileo_pos.tables.base import SERVER, Id, Instant, Words, metadata, reference

reviews = Table(
    "reviews",
    metadata,
    Column("business_id", Id(), nullable=False),
    Column("id", Id(), nullable=False),
    Column("collection", Words(63), nullable=False),
    Column("subject_id", Id(), nullable=False),
    *reference("member_id", "business_users"),
    Column("note", Words(500)),
    Column("reviewed_at", Instant(), nullable=False),
    PrimaryKeyConstraint("business_id", "id"),
    ForeignKeyConstraint(["business_id"], ["businesses.id"]),
    Index(None, "business_id", "collection", "subject_id"),
    info={"in": SERVER},
)
"""`collection` is the table in which `subject_id` stands. A fact is reviewed again where a void gave new reason to."""
