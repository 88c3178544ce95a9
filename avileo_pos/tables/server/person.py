"""Personal data beside Better Auth's tables, and the defaults of a new business."""

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, PrimaryKeyConstraint, Table, UniqueConstraint

from avileo_pos.domain.enums import ModoOperacion
from avileo_pos.tables.base import SERVER, Choice, Day, Flag, Id, Instant, Words, metadata
from avileo_pos.tables.server.better_auth import user
from avileo_pos.tables.shared.business import business_users

user_profiles = Table(
    "user_profiles",
    metadata,
    Column("id", Id(), nullable=False),
    Column("user_id", Words(255), nullable=False),
    Column("dni", Words(20)),
    Column("phone", Words(50)),
    Column("birth_date", Day()),
    Column("avatar_url", Words(255)),
    Column("is_active", Flag(), nullable=False),
    Column("created_at", Instant(), nullable=False),
    Column("updated_at", Instant(), nullable=False),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("user_id"),
    ForeignKeyConstraint(["user_id"], [user.c.id]),
    info={"in": SERVER},
)

system_config = Table(
    "system_config",
    metadata,
    Column("id", Id(), nullable=False),
    Column("modo_operacion", Choice.of("modo_operacion", ModoOperacion), nullable=False),
    Column("control_kilos", Flag(), nullable=False),
    Column("usar_distribucion", Flag(), nullable=False),
    Column("permitir_venta_sin_stock", Flag(), nullable=False),
    Column("updated_at", Instant(), nullable=False),
    PrimaryKeyConstraint("id"),
    CheckConstraint("id = '00000000-0000-0000-0000-000000000001'", name="one_row"),
    info={"in": SERVER},
)

# Only central knows Better Auth's users; a till has the members without them.
business_users.append_constraint(
    ForeignKeyConstraint([business_users.c.user_id], [user.c.id]).ddl_if(dialect="postgresql")
)
