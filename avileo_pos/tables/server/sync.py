"""What central remembers of synchronisation: counters, receipts of operations, conflicts, and its own epoch."""

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, PrimaryKeyConstraint, Table, text

from avileo_pos.tables.base import SERVER, Document, Id, Instant, Whole, Words, metadata

sync_counters = Table(
    "sync_counters",
    metadata,
    Column("business_id", Id(), nullable=False),
    Column("revision", Whole(8), nullable=False),
    Column("epoch", Words(64)),
    Column("audit_number", Whole(8), nullable=False, server_default="0"),
    Column("audit_hash", Words(64), nullable=False, server_default=""),
    Column("home_from_branch_at", Instant()),
    PrimaryKeyConstraint("business_id"),
    ForeignKeyConstraint(["business_id"], ["businesses.id"]),
    info={"in": SERVER},
)
"""The last revision given out in each business, in which epoch, its last audit entry, and when a till last came home
from a branch, where others may have sent what this central has not heard of yet, or told of what this central has lost.

Whoever changes a row locks it first.
"""

sync_operations = Table(
    "sync_operations",
    metadata,
    Column("business_id", Id(), nullable=False),
    Column("id", Id(), nullable=False),
    Column("device_id", Id(), nullable=False),
    Column("seq", Whole(8), nullable=False),
    Column("operation_type", Words(10), nullable=False),
    Column("collection", Words(63), nullable=False),
    Column("entity_id", Words(63), nullable=False),
    Column("actor_id", Words(63), nullable=False),
    Column("sha256", Words(64), nullable=False),
    Column("status", Words(20), nullable=False),
    Column("revision", Whole(8)),
    Column("code", Words(63)),
    Column("message", Words()),
    Column("conflicts", Document()),
    Column("raw", Document()),
    Column("received_at", Instant(), nullable=False),
    Column("audit_number", Whole(8)),
    PrimaryKeyConstraint("business_id", "id"),
    ForeignKeyConstraint(["business_id"], ["businesses.id"]),
    Index(None, "business_id", "device_id", "seq"),
    Index(None, "business_id", "received_at"),
    Index(
        "ix_sync_operations_quarantined",
        "business_id",
        "received_at",
        postgresql_where=text("status = 'quarantined'"),
    ),
    CheckConstraint("status IN ('applied', 'conflict', 'quarantined')", name="status_known"),
    CheckConstraint("status <> 'quarantined' OR raw IS NOT NULL", name="quarantined_is_kept"),
    info={"in": SERVER},
)
"""The receipt of every operation that central has answered for good; `raw` keeps the quarantined ones whole.

`audit_number` is the audit entry that vouches for it.
"""

sync_conflicts = Table(
    "sync_conflicts",
    metadata,
    Column("business_id", Id(), nullable=False),
    Column("id", Id(), nullable=False),
    Column("operation_id", Id(), nullable=False),
    Column("collection", Words(63), nullable=False),
    Column("entity_id", Id(), nullable=False),
    Column("field", Words(63), nullable=False),
    Column("kept", Document(), nullable=False),
    Column("replaced", Document(), nullable=False),
    Column("created_at", Instant(), nullable=False),
    PrimaryKeyConstraint("business_id", "id"),
    ForeignKeyConstraint(
        ["business_id", "operation_id"], ["sync_operations.business_id", "sync_operations.id"], ondelete="CASCADE"
    ),
    Index(None, "business_id", "operation_id"),
    Index(None, "business_id", "collection", "entity_id"),
    Index(None, "business_id", "created_at"),
    info={"in": SERVER},
)
"""Both values, as JSON, of a field that two people changed without knowing of each other."""

sync_stand_ins = Table(
    "sync_stand_ins",
    metadata,
    Column("business_id", Id(), nullable=False),
    Column("collection", Words(63), nullable=False),
    Column("id", Id(), nullable=False),
    Column("made", Document(), nullable=False),
    PrimaryKeyConstraint("business_id", "collection", "id"),
    ForeignKeyConstraint(["business_id"], ["businesses.id"]),
    info={"in": SERVER},
)
"""The synced rows that only hold a parent's place until it comes, and what they said when they were made, as JSON."""

central_identity = Table(
    "central_identity",
    metadata,
    Column("id", Whole(), nullable=False),
    Column("epoch", Words(64), nullable=False),
    Column("system_identifier", Words(64), nullable=False),
    Column("timeline", Whole(), nullable=False),
    Column("secret", Words(128), nullable=False),
    Column("restored_at", Instant()),
    PrimaryKeyConstraint("id"),
    CheckConstraint("id = 1", name="one_row"),
    info={"in": SERVER},
)
"""Which line of history this database is: another system identifier or timeline than stored means a new epoch.

`restored_at` is when the present epoch began, unless it is the first.
"""
