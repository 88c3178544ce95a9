"""Businesses and the people who work in them."""

from sqlalchemy import CheckConstraint, Column, Index, PrimaryKeyConstraint, Table, UniqueConstraint

from avileo_pos.domain.enums import BusinessUserRole, ModoOperacion
from avileo_pos.tables.base import (
    BOTH,
    Choice,
    Flag,
    Id,
    Instant,
    Rate,
    Whole,
    Words,
    check_stored_values,
    metadata,
    sync_columns,
    tenant_table,
)

_MODES = ", ".join(repr(mode.value) for mode in ModoOperacion)

businesses = Table(
    "businesses",
    metadata,
    Column("id", Id(), nullable=False),
    Column("name", Words(100), nullable=False),
    Column("ruc", Words(20)),
    Column("address", Words()),
    Column("phone", Words(20)),
    Column("email", Words(100)),
    Column("logo_url", Words(255)),
    Column("modo_operacion", Words(50), nullable=False),
    Column("control_kilos", Flag(), nullable=False),
    Column("usar_distribucion", Flag(), nullable=False),
    Column("permitir_venta_sin_stock", Flag(), nullable=False),
    Column("day_cutoff_hour", Whole(2), nullable=False, server_default="3"),
    Column("is_active", Flag(), nullable=False),
    *sync_columns(),
    Column("created_at", Instant(), nullable=False),
    Column("updated_at", Instant(), nullable=False),
    Column("revision", Whole(8), nullable=False, server_default="0"),
    PrimaryKeyConstraint("id"),
    CheckConstraint(f"modo_operacion IN ({_MODES})", name="modo_operacion_known"),
    CheckConstraint("day_cutoff_hour BETWEEN 0 AND 12", name="day_cutoff_hour_in_the_night"),
    Index(None, "id", "revision"),
    info={"in": BOTH},
    sqlite_strict=True,
)
check_stored_values(businesses)

business_users = tenant_table(
    "business_users",
    Column("user_id", Words(255), nullable=False),
    Column("name", Words(255), nullable=False),
    Column("role", Choice.of("business_user_role", BusinessUserRole), nullable=False),
    Column("sales_point", Words(100)),
    Column("commission_rate", Rate(), nullable=False, server_default="0"),
    Column("pin_hash", Words(255)),
    Column("is_active", Flag(), nullable=False),
    *sync_columns(),
    Column("joined_at", Instant(), nullable=False),
    Column("updated_at", Instant(), nullable=False),
    UniqueConstraint("business_id", "user_id"),
    CheckConstraint("commission_rate >= 0", name="commission_rate_not_negative"),
)
