"""The outbox, the place that the pull has reached, and cards as central last sent them."""

from sqlalchemy import CheckConstraint, Column, Index, PrimaryKeyConstraint, Table, UniqueConstraint

from avileo_pos.tables.base import (
    TILL,
    Choice,
    Document,
    Flag,
    Id,
    Instant,
    Whole,
    Words,
    check_stored_values,
    metadata,
)

OPERATION_TYPES = ("create", "update", "delete")
QUEUE_STATES = ("pending", "inflight", "acked", "parked")
DISCARDED = "discarded"
"""The `last_code` of an operation that a person has closed: `acked` like the others, but it never goes to central."""

sync_queue = Table(
    "sync_queue",
    metadata,
    Column("seq", Whole(8), nullable=False),
    Column("id", Id(), nullable=False),
    Column("operation_type", Choice("operation_type", OPERATION_TYPES), nullable=False),
    Column("collection", Words(63), nullable=False),
    Column("entity_id", Id(), nullable=False),
    Column("data", Document(), nullable=False),
    Column("depends_on", Document(), nullable=False),
    Column("actor_id", Id(), nullable=False),
    Column("schema", Whole(), nullable=False),
    Column("created_at", Instant(), nullable=False),
    Column("sha256", Words(64), nullable=False),
    Column("status", Choice("queue_status", QUEUE_STATES), nullable=False, server_default="pending"),
    Column("first_sent_at", Instant()),
    Column("next_attempt_at", Instant()),
    Column("attempts", Whole(), nullable=False, server_default="0"),
    Column("last_error", Words()),
    Column("last_code", Words(63)),
    Column("acked_revision", Whole(8)),
    Column("acked_at", Instant()),
    PrimaryKeyConstraint("seq"),
    UniqueConstraint("id"),
    Index(None, "status", "seq"),
    Index(None, "entity_id"),
    # All that a figure asks of an operation: its row holds its data too, and after a month offline there are many.
    Index("ix_sync_queue_answers", "acked_revision", "collection", "operation_type", "status", "entity_id"),
    CheckConstraint("status <> 'acked' OR acked_at IS NOT NULL", name="acked_when_answered"),
    info={"in": TILL},
    sqlite_strict=True,
)
"""One row per operation, in the order in which people did them. `data` never changes after the first sending, and no
place is given twice, as the last row is never removed.

`acked_revision` is what central's present epoch has answered.
"""

sync_state = Table(
    "sync_state",
    metadata,
    Column("id", Whole(), nullable=False),
    Column("cursor", Words()),
    Column("epoch", Words(64)),
    Column("push_mark", Words()),
    Column("pull_mark", Words()),
    Column("root_mark", Words()),
    Column("last_seen_head", Whole(8), nullable=False, server_default="0"),
    Column("pulled_head", Whole(8), nullable=False, server_default="0"),
    Column("folded_seq", Whole(8), nullable=False, server_default="0"),
    Column("last_contact_at", Instant()),
    Column("last_digest_at", Instant()),
    Column("catalog_ready", Flag(), nullable=False, server_default="0"),
    Column("resyncing", Flag(), nullable=False, server_default="0"),
    Column("clock_skew_seconds", Whole(8), nullable=False, server_default="0"),
    PrimaryKeyConstraint("id"),
    CheckConstraint("id = 1", name="one_row"),
    info={"in": TILL},
    sqlite_strict=True,
)
"""`push_mark` and `pull_mark` are where central's history ended when it last answered one and the other in this epoch.
`root_mark` is the later of those that the till had before it was at a branch, until it is home and has told it.

`pulled_head` is the last head up to which every row has come, and with it all that central derived until then.

`folded_seq` is the last place in the queue that the figures held when the last resync began.
"""

sync_bases = Table(
    "sync_bases",
    metadata,
    Column("collection", Words(63), nullable=False),
    Column("entity_id", Id(), nullable=False),
    Column("base", Document(), nullable=False),
    PrimaryKeyConstraint("collection", "entity_id"),
    info={"in": TILL},
    sqlite_strict=True,
)
"""A card's values as central last sent them, while edits of it wait in the queue."""

for _table in (sync_queue, sync_state, sync_bases):
    check_stored_values(_table)
