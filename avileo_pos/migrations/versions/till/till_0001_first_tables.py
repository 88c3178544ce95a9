"""The tables that only a till has."""

import sqlalchemy as sa
from alembic import op

from avileo_pos.tables.base import Choice, Document, Flag, Id, Instant, Whole, Words

revision = "till_0001"
down_revision = None
branch_labels = ("till",)
depends_on = ("shared_0001",)


def upgrade() -> None:
    _create_offline_sign_ins()
    _create_parked_sales()
    _create_pin_tries()
    _create_sync_bases()
    _create_sync_queue()
    _create_sync_state()
    _create_till_identity()


def _create_offline_sign_ins() -> None:
    op.create_table(
        "offline_sign_ins",
        sa.Column("email", Words(320), nullable=False),
        sa.Column("member_id", Id(), nullable=False),
        sa.Column("password_hash", Words(255), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=False),
        sa.Column("failures", Whole(), nullable=False, server_default="0"),
        sa.Column("wait_until", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("email", name=op.f("pk_offline_sign_ins")),
        sa.CheckConstraint("length(email) <= 320", name=op.f("ck_offline_sign_ins_email")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("length(password_hash) <= 255", name=op.f("ck_offline_sign_ins_password_hash")).ddl_if(
            dialect="sqlite"
        ),
        sqlite_strict=True,
    )


def _create_parked_sales() -> None:
    op.create_table(
        "parked_sales",
        sa.Column("id", Id(), nullable=False),
        sa.Column("member_id", Id(), nullable=False),
        sa.Column("position", Whole(), nullable=False),
        sa.Column("draft", Document(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parked_sales")),
        sqlite_strict=True,
    )


def _create_pin_tries() -> None:
    op.create_table(
        "pin_tries",
        sa.Column("member_id", Id(), nullable=False),
        sa.Column("failures", Whole(), nullable=False),
        sa.Column("wait_until", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_pin_tries")),
        sa.CheckConstraint("failures > 0", name=op.f("ck_pin_tries_failures_positive")),
        sqlite_strict=True,
    )


def _create_sync_bases() -> None:
    op.create_table(
        "sync_bases",
        sa.Column("collection", Words(63), nullable=False),
        sa.Column("entity_id", Id(), nullable=False),
        sa.Column("base", Document(), nullable=False),
        sa.PrimaryKeyConstraint("collection", "entity_id", name=op.f("pk_sync_bases")),
        sa.CheckConstraint("length(collection) <= 63", name=op.f("ck_sync_bases_collection")).ddl_if(dialect="sqlite"),
        sqlite_strict=True,
    )


def _create_sync_queue() -> None:
    op.create_table(
        "sync_queue",
        sa.Column("seq", Whole(8), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("operation_type", Choice("operation_type", ("create", "update", "delete")), nullable=False),
        sa.Column("collection", Words(63), nullable=False),
        sa.Column("entity_id", Id(), nullable=False),
        sa.Column("data", Document(), nullable=False),
        sa.Column("depends_on", Document(), nullable=False),
        sa.Column("actor_id", Id(), nullable=False),
        sa.Column("schema", Whole(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("sha256", Words(64), nullable=False),
        sa.Column(
            "status",
            Choice("queue_status", ("pending", "inflight", "acked", "parked")),
            nullable=False,
            server_default="pending",
        ),
        sa.Column("first_sent_at", Instant(), nullable=True),
        sa.Column("next_attempt_at", Instant(), nullable=True),
        sa.Column("attempts", Whole(), nullable=False, server_default="0"),
        sa.Column("last_error", Words(), nullable=True),
        sa.Column("last_code", Words(63), nullable=True),
        sa.Column("acked_revision", Whole(8), nullable=True),
        sa.Column("acked_before", Whole(8), nullable=True),
        sa.Column("acked_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_sync_queue")),
        sa.UniqueConstraint("id", name=op.f("uq_sync_queue_id")),
        sa.CheckConstraint("status <> 'acked' OR acked_at IS NOT NULL", name=op.f("ck_sync_queue_acked_when_answered")),
        sa.CheckConstraint("length(collection) <= 63", name=op.f("ck_sync_queue_collection")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("length(last_code) <= 63", name=op.f("ck_sync_queue_last_code")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "operation_type IN ('create', 'update', 'delete')", name=op.f("ck_sync_queue_operation_type")
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("length(sha256) <= 64", name=op.f("ck_sync_queue_sha256")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "status IN ('pending', 'inflight', 'acked', 'parked')", name=op.f("ck_sync_queue_status")
        ).ddl_if(dialect="sqlite"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_sync_queue_acked_revision"), "sync_queue", ["acked_revision"], unique=False)
    op.create_index(op.f("ix_sync_queue_entity_id"), "sync_queue", ["entity_id"], unique=False)
    op.create_index(op.f("ix_sync_queue_status_seq"), "sync_queue", ["status", "seq"], unique=False)


def _create_sync_state() -> None:
    op.create_table(
        "sync_state",
        sa.Column("id", Whole(), nullable=False),
        sa.Column("cursor", Words(), nullable=True),
        sa.Column("epoch", Words(64), nullable=True),
        sa.Column("last_seen_head", Whole(8), nullable=False, server_default="0"),
        sa.Column("pulled_head", Whole(8), nullable=False, server_default="0"),
        sa.Column("epoch_floor", Whole(8), nullable=False, server_default="0"),
        sa.Column("last_contact_at", Instant(), nullable=True),
        sa.Column("last_digest_at", Instant(), nullable=True),
        sa.Column("catalog_ready", Flag(), nullable=False, server_default="0"),
        sa.Column("resyncing", Flag(), nullable=False, server_default="0"),
        sa.Column("clock_skew_seconds", Whole(8), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_state")),
        sa.CheckConstraint("catalog_ready IN (0, 1)", name=op.f("ck_sync_state_catalog_ready")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint("length(epoch) <= 64", name=op.f("ck_sync_state_epoch")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("id = 1", name=op.f("ck_sync_state_one_row")),
        sa.CheckConstraint("resyncing IN (0, 1)", name=op.f("ck_sync_state_resyncing")).ddl_if(dialect="sqlite"),
        sqlite_strict=True,
    )


def _create_till_identity() -> None:
    op.create_table(
        "till_identity",
        sa.Column("id", Whole(), nullable=False),
        sa.Column("business_id", Id(), nullable=False),
        sa.Column("device_id", Id(), nullable=False),
        sa.Column("device_name", Words(100), nullable=False),
        sa.Column("receipt_series", Words(10), nullable=False),
        sa.Column("last_receipt", Whole(8), nullable=False),
        sa.Column("enrolled_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_identity")),
        sa.CheckConstraint("length(device_name) <= 100", name=op.f("ck_till_identity_device_name")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint("id = 1", name=op.f("ck_till_identity_one_row")),
        sa.CheckConstraint("length(receipt_series) <= 10", name=op.f("ck_till_identity_receipt_series")).ddl_if(
            dialect="sqlite"
        ),
        sqlite_strict=True,
    )
