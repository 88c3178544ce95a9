"""Stock: the movements that happened, and the sum that central derives from them."""

from sqlalchemy import CheckConstraint, Column, UniqueConstraint

from avileo_pos.domain.enums import MovementKind
from avileo_pos.tables.base import (
    DIGITS_OF_A_SUM,
    Choice,
    Day,
    Instant,
    Kilos,
    Words,
    reference,
    sync_columns,
    tenant_table,
)

inventory = tenant_table(
    "inventory",
    reference("product_id", "products"),
    Column("quantity", Kilos(DIGITS_OF_A_SUM), nullable=False),
    Column("updated_at", Instant(), nullable=False),
    UniqueConstraint("business_id", "product_id"),
)
"""Derived by central. `id` is the product's, so that there is one row a product wherever it is made first."""

inventory_movements = tenant_table(
    "inventory_movements",
    reference("product_id", "products"),
    Column("kind", Choice.of("inventory_movement_kind", MovementKind), nullable=False),
    Column("quantity", Kilos(), nullable=False),
    reference("sale_id", "sales", nullable=True),
    reference("distribucion_movement_id", "distribucion_movements", nullable=True),
    Column("reason", Words()),
    reference("created_by", "business_users"),
    *sync_columns(),
    Column("business_date", Day(), nullable=False),
    Column("created_at", Instant(), nullable=False),
    CheckConstraint("quantity <> 0", name="quantity_not_zero"),
    CheckConstraint("kind <> 'venta' OR quantity < 0", name="venta_takes"),
    CheckConstraint("kind <> 'anulacion' OR quantity > 0", name="anulacion_returns"),
    CheckConstraint("kind NOT IN ('merma', 'ajuste') OR reason IS NOT NULL", name="loss_has_a_reason"),
)
"""`quantity` is signed: above zero it comes into the stock. Kilos loaded on a distribution have left the stock then."""
