"""The day's kilos given to a vendor, and what was added, moved, returned or lost of them."""

from sqlalchemy import CheckConstraint, Column, Index

from avileo_pos.domain.enums import DistribucionMovementKind, DistribucionStatus
from avileo_pos.tables.base import (
    DIGITS_OF_A_SUM,
    Choice,
    Day,
    Instant,
    Kilos,
    Money,
    Words,
    reference,
    sync_columns,
    tenant_table,
)

distribuciones = tenant_table(
    "distribuciones",
    reference("vendedor_id", "business_users"),
    Column("punto_venta", Words(100), nullable=False),
    Column("kilos_asignados", Kilos(DIGITS_OF_A_SUM), nullable=False, server_default="0"),
    Column("kilos_vendidos", Kilos(DIGITS_OF_A_SUM), nullable=False, server_default="0"),
    Column("monto_recaudado", Money(DIGITS_OF_A_SUM), nullable=False, server_default="0"),
    Column("fecha", Day(), nullable=False),
    Column("estado", Choice.of("distribucion_status", DistribucionStatus), nullable=False),
    Column("accepted_at", Instant()),
    Column("closed_at", Instant()),
    reference("closed_by", "business_users", nullable=True),
    Column("close_reason", Words()),
    *sync_columns(),
    Column("created_at", Instant(), nullable=False),
    Column("updated_at", Instant(), nullable=False),
    Index(None, "business_id", "fecha"),
    CheckConstraint("(estado = 'cerrado') = (closed_at IS NOT NULL)", name="closed_when_cerrado"),
)
"""`kilos_asignados`, `kilos_vendidos` and `monto_recaudado` are derived by central from movements and sales."""

distribucion_movements = tenant_table(
    "distribucion_movements",
    reference("distribucion_id", "distribuciones"),
    Column("kind", Choice.of("distribucion_movement_kind", DistribucionMovementKind), nullable=False),
    reference("product_id", "products", nullable=True),
    Column("kilos", Kilos(), nullable=False),
    Column("reason", Words()),
    reference("created_by", "business_users"),
    *sync_columns(),
    Column("created_at", Instant(), nullable=False),
    CheckConstraint("kilos > 0", name="kilos_positive"),
)
"""`kilos` is above zero; the kind says whether they come or go. Without a product the stock is not moved."""
