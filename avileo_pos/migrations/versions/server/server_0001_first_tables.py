"""The tables that only central has."""

import sqlalchemy as sa
from alembic import op

from avileo_pos.migrations.enums import create_enums
from avileo_pos.tables.base import Choice, Day, Document, Flag, Id, Instant, Whole, Words

revision = "server_0001"
down_revision = None
branch_labels = ("server",)
depends_on = ("shared_0001",)


def upgrade() -> None:
    create_enums({"modo_operacion": ("inventario_propio", "sin_inventario", "pedidos", "mixto")})
    _create_central_identity()
    _create_sign_in_failures()
    _create_system_config()
    _create_user()
    _create_verification()
    _create_account()
    _create_devices()
    _create_session()
    _create_sync_counters()
    _create_sync_stand_ins()
    _create_sync_operations()
    _create_user_profiles()
    _create_device_members()
    _create_sync_conflicts()
    op.create_foreign_key(op.f("fk_business_users_user_id"), "business_users", "user", ["user_id"], ["id"])


def _create_central_identity() -> None:
    op.create_table(
        "central_identity",
        sa.Column("id", Whole(), nullable=False),
        sa.Column("epoch", Words(64), nullable=False),
        sa.Column("system_identifier", Words(64), nullable=False),
        sa.Column("timeline", Whole(), nullable=False),
        sa.Column("secret", Words(128), nullable=False),
        sa.Column("restored_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_central_identity")),
        sa.CheckConstraint("id = 1", name=op.f("ck_central_identity_one_row")),
    )


def _create_sign_in_failures() -> None:
    op.create_table(
        "sign_in_failures",
        sa.Column("subject", Words(), nullable=False),
        sa.Column("failures", Whole(), nullable=False),
        sa.Column("last_failed_at", Instant(), nullable=False),
        sa.Column("closed_until", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_sign_in_failures")),
    )
    op.create_index(op.f("ix_sign_in_failures_last_failed_at"), "sign_in_failures", ["last_failed_at"], unique=False)


def _create_system_config() -> None:
    op.create_table(
        "system_config",
        sa.Column("id", Id(), nullable=False),
        sa.Column(
            "modo_operacion",
            Choice("modo_operacion", ("inventario_propio", "sin_inventario", "pedidos", "mixto")),
            nullable=False,
        ),
        sa.Column("control_kilos", Flag(), nullable=False),
        sa.Column("usar_distribucion", Flag(), nullable=False),
        sa.Column("permitir_venta_sin_stock", Flag(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_system_config")),
        sa.CheckConstraint("id = '00000000-0000-0000-0000-000000000001'", name=op.f("ck_system_config_one_row")),
    )


def _create_user() -> None:
    op.create_table(
        "user",
        sa.Column("id", Words(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("email", Words(), nullable=False),
        sa.Column("email_verified", Flag(), nullable=False, server_default=sa.text("false")),
        sa.Column("image", Words(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False, server_default=sa.text("timezone('utc', now())")),
        sa.Column("updated_at", Instant(), nullable=False, server_default=sa.text("timezone('utc', now())")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
    )
    op.create_index(op.f("user_email_idx"), "user", ["email"], unique=False)


def _create_verification() -> None:
    op.create_table(
        "verification",
        sa.Column("id", Words(), nullable=False),
        sa.Column("identifier", Words(), nullable=False),
        sa.Column("value", Words(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False, server_default=sa.text("timezone('utc', now())")),
        sa.Column("updated_at", Instant(), nullable=False, server_default=sa.text("timezone('utc', now())")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification")),
    )
    op.create_index(op.f("verification_identifier_idx"), "verification", ["identifier"], unique=False)


def _create_account() -> None:
    op.create_table(
        "account",
        sa.Column("id", Words(), nullable=False),
        sa.Column("account_id", Words(), nullable=False),
        sa.Column("provider_id", Words(), nullable=False),
        sa.Column("user_id", Words(), nullable=False),
        sa.Column("access_token", Words(), nullable=True),
        sa.Column("refresh_token", Words(), nullable=True),
        sa.Column("id_token", Words(), nullable=True),
        sa.Column("access_token_expires_at", Instant(), nullable=True),
        sa.Column("refresh_token_expires_at", Instant(), nullable=True),
        sa.Column("scope", Words(), nullable=True),
        sa.Column("password", Words(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False, server_default=sa.text("timezone('utc', now())")),
        sa.Column("updated_at", Instant(), nullable=False, server_default=sa.text("timezone('utc', now())")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_account_user_id"), ondelete="CASCADE"),
    )
    op.create_index(op.f("account_userId_idx"), "account", ["user_id"], unique=False)


def _create_devices() -> None:
    op.create_table(
        "devices",
        sa.Column("business_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("name", Words(100), nullable=False),
        sa.Column("receipt_series", Words(10), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("last_seen_at", Instant(), nullable=True),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("pk_devices")),
        sa.UniqueConstraint("business_id", "receipt_series", name=op.f("uq_devices_business_id_receipt_series")),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name=op.f("fk_devices_business_id")),
    )


def _create_session() -> None:
    op.create_table(
        "session",
        sa.Column("id", Words(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("token", Words(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False, server_default=sa.text("timezone('utc', now())")),
        sa.Column("updated_at", Instant(), nullable=False, server_default=sa.text("timezone('utc', now())")),
        sa.Column("ip_address", Words(), nullable=True),
        sa.Column("user_agent", Words(), nullable=True),
        sa.Column("user_id", Words(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("token", name=op.f("uq_session_token")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_session_user_id"), ondelete="CASCADE"),
    )
    op.create_index(op.f("session_userId_idx"), "session", ["user_id"], unique=False)


def _create_sync_counters() -> None:
    op.create_table(
        "sync_counters",
        sa.Column("business_id", Id(), nullable=False),
        sa.Column("revision", Whole(8), nullable=False),
        sa.PrimaryKeyConstraint("business_id", name=op.f("pk_sync_counters")),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name=op.f("fk_sync_counters_business_id")),
    )


def _create_sync_stand_ins() -> None:
    op.create_table(
        "sync_stand_ins",
        sa.Column("business_id", Id(), nullable=False),
        sa.Column("collection", Words(63), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("made", Document(), nullable=False),
        sa.PrimaryKeyConstraint("business_id", "collection", "id", name=op.f("pk_sync_stand_ins")),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name=op.f("fk_sync_stand_ins_business_id")),
    )


def _create_sync_operations() -> None:
    op.create_table(
        "sync_operations",
        sa.Column("business_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("device_id", Id(), nullable=False),
        sa.Column("seq", Whole(8), nullable=False),
        sa.Column("operation_type", Words(10), nullable=False),
        sa.Column("collection", Words(63), nullable=False),
        sa.Column("entity_id", Words(63), nullable=False),
        sa.Column("actor_id", Words(63), nullable=False),
        sa.Column("sha256", Words(64), nullable=False),
        sa.Column("status", Words(20), nullable=False),
        sa.Column("revision", Whole(8), nullable=True),
        sa.Column("code", Words(63), nullable=True),
        sa.Column("message", Words(), nullable=True),
        sa.Column("conflicts", Document(), nullable=True),
        sa.Column("raw", Document(), nullable=True),
        sa.Column("received_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("pk_sync_operations")),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name=op.f("fk_sync_operations_business_id")),
        sa.CheckConstraint(
            "status <> 'quarantined' OR raw IS NOT NULL", name=op.f("ck_sync_operations_quarantined_is_kept")
        ),
        sa.CheckConstraint(
            "status IN ('applied', 'conflict', 'quarantined')", name=op.f("ck_sync_operations_status_known")
        ),
    )
    op.create_index(
        op.f("ix_sync_operations_business_id_device_id_seq"),
        "sync_operations",
        ["business_id", "device_id", "seq"],
        unique=False,
    )
    op.create_index(
        op.f("ix_sync_operations_business_id_received_at"),
        "sync_operations",
        ["business_id", "received_at"],
        unique=False,
    )


def _create_user_profiles() -> None:
    op.create_table(
        "user_profiles",
        sa.Column("id", Id(), nullable=False),
        sa.Column("user_id", Words(255), nullable=False),
        sa.Column("dni", Words(20), nullable=True),
        sa.Column("phone", Words(50), nullable=True),
        sa.Column("birth_date", Day(), nullable=True),
        sa.Column("avatar_url", Words(255), nullable=True),
        sa.Column("is_active", Flag(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_profiles")),
        sa.UniqueConstraint("user_id", name=op.f("uq_user_profiles_user_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_user_profiles_user_id")),
    )


def _create_device_members() -> None:
    op.create_table(
        "device_members",
        sa.Column("business_id", Id(), nullable=False),
        sa.Column("device_id", Id(), nullable=False),
        sa.Column("member_id", Id(), nullable=False),
        sa.Column("first_signed_in_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("business_id", "device_id", "member_id", name=op.f("pk_device_members")),
        sa.ForeignKeyConstraint(
            ["business_id", "device_id"],
            ["devices.business_id", "devices.id"],
            name=op.f("fk_device_members_business_id_device_id"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "member_id"],
            ["business_users.business_id", "business_users.id"],
            name=op.f("fk_device_members_business_id_member_id"),
        ),
    )
    op.create_index(
        op.f("ix_device_members_business_id_member_id"), "device_members", ["business_id", "member_id"], unique=False
    )


def _create_sync_conflicts() -> None:
    op.create_table(
        "sync_conflicts",
        sa.Column("business_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("operation_id", Id(), nullable=False),
        sa.Column("collection", Words(63), nullable=False),
        sa.Column("entity_id", Id(), nullable=False),
        sa.Column("field", Words(63), nullable=False),
        sa.Column("kept", Document(), nullable=False),
        sa.Column("replaced", Document(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("pk_sync_conflicts")),
        sa.ForeignKeyConstraint(
            ["business_id", "operation_id"],
            ["sync_operations.business_id", "sync_operations.id"],
            name=op.f("fk_sync_conflicts_business_id_operation_id"),
            ondelete="CASCADE",
        ),
    )
    op.create_index(
        op.f("ix_sync_conflicts_business_id_collection_entity_id"),
        "sync_conflicts",
        ["business_id", "collection", "entity_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_sync_conflicts_business_id_operation_id"),
        "sync_conflicts",
        ["business_id", "operation_id"],
        unique=False,
    )
