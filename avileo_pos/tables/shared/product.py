"""What is sold, and the containers that are weighed with it."""

from sqlalchemy import CheckConstraint, Column

from avileo_pos.domain.enums import ProductType, ProductUnit
from avileo_pos.tables.base import Choice, Day, Flag, Instant, Kilos, Price, Whole, Words, sync_columns, tenant_table

products = tenant_table(
    "products",
    Column("name", Words(255), nullable=False),
    Column("type", Choice.of("product_type", ProductType), nullable=False),
    Column("unit", Choice.of("product_unit", ProductUnit), nullable=False),
    Column("base_price", Price(), nullable=False),
    Column("price_date", Day(), nullable=False),
    Column("tile_position", Whole(), nullable=False),
    Column("is_active", Flag(), nullable=False),
    *sync_columns(),
    Column("created_at", Instant(), nullable=False),
    Column("updated_at", Instant(), nullable=False),
    CheckConstraint("base_price >= 0", name="base_price_not_negative"),
)

envases = tenant_table(
    "envases",
    Column("name", Words(100), nullable=False),
    Column("tara", Kilos(), nullable=False),
    Column("is_active", Flag(), nullable=False),
    *sync_columns(),
    Column("created_at", Instant(), nullable=False),
    Column("updated_at", Instant(), nullable=False),
    CheckConstraint("tara >= 0", name="tara_not_negative"),
)
