"""The tables that a till and central share."""

import sqlalchemy as sa
from alembic import op

from avileo_pos.migrations.enums import create_enums
from avileo_pos.tables.base import Choice, Day, Flag, Id, Instant, Kilos, Money, Price, Rate, Whole, Words

revision = "shared_0001"
down_revision = None
branch_labels = ("shared",)
depends_on = None


def upgrade() -> None:
    create_enums(
        {
            "sync_status": ("pending", "synced", "error"),
            "business_user_role": ("admin_negocio", "vendedor"),
            "product_type": ("pollo", "huevo", "otro"),
            "product_unit": ("kg", "unidad"),
            "distribucion_status": ("activo", "cerrado", "en_ruta"),
            "payment_method": ("efectivo", "yape", "plin", "transferencia"),
            "cash_movement_kind": ("gasto", "ingreso", "retiro"),
            "distribucion_movement_kind": (
                "carga",
                "recarga",
                "traspaso_entrada",
                "traspaso_salida",
                "devolucion",
                "merma",
            ),
            "sale_type": ("contado", "credito"),
            "inventory_movement_kind": ("compra", "venta", "anulacion", "carga", "devolucion", "merma", "ajuste"),
            "user_role": ("admin", "vendedor"),
        }
    )
    _create_businesses()
    _create_business_users()
    _create_envases()
    _create_products()
    _create_cash_sessions()
    _create_customers()
    _create_distribuciones()
    _create_inventory()
    _create_abonos()
    _create_cash_movements()
    _create_customer_balances()
    _create_distribucion_movements()
    _create_sales()
    _create_abono_payments()
    _create_inventory_movements()
    _create_sale_items()
    _create_sale_payments()


def _create_businesses() -> None:
    op.create_table(
        "businesses",
        sa.Column("id", Id(), nullable=False),
        sa.Column("name", Words(100), nullable=False),
        sa.Column("ruc", Words(20), nullable=True),
        sa.Column("address", Words(), nullable=True),
        sa.Column("phone", Words(20), nullable=True),
        sa.Column("email", Words(100), nullable=True),
        sa.Column("logo_url", Words(255), nullable=True),
        sa.Column("modo_operacion", Words(50), nullable=False),
        sa.Column("control_kilos", Flag(), nullable=False),
        sa.Column("usar_distribucion", Flag(), nullable=False),
        sa.Column("permitir_venta_sin_stock", Flag(), nullable=False),
        sa.Column("day_cutoff_hour", Whole(2), nullable=False, server_default="3"),
        sa.Column("is_active", Flag(), nullable=False),
        sa.Column("sync_status", Choice("sync_status", ("pending", "synced", "error")), nullable=False),
        sa.Column("sync_attempts", Whole(), nullable=False, server_default="0"),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("revision", Whole(8), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_businesses")),
        sa.CheckConstraint("control_kilos IN (0, 1)", name=op.f("ck_businesses_control_kilos")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint("day_cutoff_hour BETWEEN 0 AND 12", name=op.f("ck_businesses_day_cutoff_hour_in_the_night")),
        sa.CheckConstraint("length(email) <= 100", name=op.f("ck_businesses_email")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("is_active IN (0, 1)", name=op.f("ck_businesses_is_active")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("length(logo_url) <= 255", name=op.f("ck_businesses_logo_url")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("length(modo_operacion) <= 50", name=op.f("ck_businesses_modo_operacion")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint(
            "modo_operacion IN ('inventario_propio', 'sin_inventario', 'pedidos', 'mixto')",
            name=op.f("ck_businesses_modo_operacion_known"),
        ),
        sa.CheckConstraint("length(name) <= 100", name=op.f("ck_businesses_name")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "permitir_venta_sin_stock IN (0, 1)", name=op.f("ck_businesses_permitir_venta_sin_stock")
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("length(phone) <= 20", name=op.f("ck_businesses_phone")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("length(ruc) <= 20", name=op.f("ck_businesses_ruc")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "sync_status IN ('pending', 'synced', 'error')", name=op.f("ck_businesses_sync_status")
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("usar_distribucion IN (0, 1)", name=op.f("ck_businesses_usar_distribucion")).ddl_if(
            dialect="sqlite"
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_businesses_id_revision"), "businesses", ["id", "revision"], unique=False)


def _create_business_users() -> None:
    op.create_table(
        "business_users",
        sa.Column("business_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("user_id", Words(255), nullable=False),
        sa.Column("name", Words(255), nullable=False),
        sa.Column("role", Choice("business_user_role", ("admin_negocio", "vendedor")), nullable=False),
        sa.Column("sales_point", Words(100), nullable=True),
        sa.Column("commission_rate", Rate(), nullable=False, server_default="0"),
        sa.Column("pin_hash", Words(255), nullable=True),
        sa.Column("is_active", Flag(), nullable=False),
        sa.Column("sync_status", Choice("sync_status", ("pending", "synced", "error")), nullable=False),
        sa.Column("sync_attempts", Whole(), nullable=False, server_default="0"),
        sa.Column("joined_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("revision", Whole(8), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("pk_business_users")),
        sa.UniqueConstraint("business_id", "user_id", name=op.f("uq_business_users_business_id_user_id")),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name=op.f("fk_business_users_business_id")),
        sa.CheckConstraint("commission_rate >= 0", name=op.f("ck_business_users_commission_rate_not_negative")),
        sa.CheckConstraint("is_active IN (0, 1)", name=op.f("ck_business_users_is_active")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("length(name) <= 255", name=op.f("ck_business_users_name")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("length(pin_hash) <= 255", name=op.f("ck_business_users_pin_hash")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("role IN ('admin_negocio', 'vendedor')", name=op.f("ck_business_users_role")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint("length(sales_point) <= 100", name=op.f("ck_business_users_sales_point")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint(
            "sync_status IN ('pending', 'synced', 'error')", name=op.f("ck_business_users_sync_status")
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("length(user_id) <= 255", name=op.f("ck_business_users_user_id")).ddl_if(dialect="sqlite"),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_business_users_business_id_revision"), "business_users", ["business_id", "revision"], unique=False
    )


def _create_envases() -> None:
    op.create_table(
        "envases",
        sa.Column("business_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("name", Words(100), nullable=False),
        sa.Column("tara", Kilos(), nullable=False),
        sa.Column("is_active", Flag(), nullable=False),
        sa.Column("sync_status", Choice("sync_status", ("pending", "synced", "error")), nullable=False),
        sa.Column("sync_attempts", Whole(), nullable=False, server_default="0"),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("revision", Whole(8), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("pk_envases")),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name=op.f("fk_envases_business_id")),
        sa.CheckConstraint("is_active IN (0, 1)", name=op.f("ck_envases_is_active")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("length(name) <= 100", name=op.f("ck_envases_name")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("sync_status IN ('pending', 'synced', 'error')", name=op.f("ck_envases_sync_status")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint("tara >= 0", name=op.f("ck_envases_tara_not_negative")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_envases_business_id_revision"), "envases", ["business_id", "revision"], unique=False)


def _create_products() -> None:
    op.create_table(
        "products",
        sa.Column("business_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("name", Words(255), nullable=False),
        sa.Column("type", Choice("product_type", ("pollo", "huevo", "otro")), nullable=False),
        sa.Column("unit", Choice("product_unit", ("kg", "unidad")), nullable=False),
        sa.Column("base_price", Price(), nullable=False),
        sa.Column("price_date", Day(), nullable=False),
        sa.Column("tile_position", Whole(), nullable=False),
        sa.Column("is_active", Flag(), nullable=False),
        sa.Column("sync_status", Choice("sync_status", ("pending", "synced", "error")), nullable=False),
        sa.Column("sync_attempts", Whole(), nullable=False, server_default="0"),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("revision", Whole(8), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("pk_products")),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name=op.f("fk_products_business_id")),
        sa.CheckConstraint("base_price >= 0", name=op.f("ck_products_base_price_not_negative")),
        sa.CheckConstraint("is_active IN (0, 1)", name=op.f("ck_products_is_active")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("length(name) <= 255", name=op.f("ck_products_name")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "sync_status IN ('pending', 'synced', 'error')", name=op.f("ck_products_sync_status")
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("type IN ('pollo', 'huevo', 'otro')", name=op.f("ck_products_type")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint("unit IN ('kg', 'unidad')", name=op.f("ck_products_unit")).ddl_if(dialect="sqlite"),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_products_business_id_revision"), "products", ["business_id", "revision"], unique=False)


def _create_cash_sessions() -> None:
    op.create_table(
        "cash_sessions",
        sa.Column("business_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("device_id", Id(), nullable=False),
        sa.Column("opening_float", Money(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("business_date", Day(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("counted_cash", Money(), nullable=True),
        sa.Column("expected_cash", Money(), nullable=True),
        sa.Column("difference_reason", Words(), nullable=True),
        sa.Column("sync_status", Choice("sync_status", ("pending", "synced", "error")), nullable=False),
        sa.Column("sync_attempts", Whole(), nullable=False, server_default="0"),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("revision", Whole(8), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("pk_cash_sessions")),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name=op.f("fk_cash_sessions_business_id")),
        sa.ForeignKeyConstraint(
            ["business_id", "seller_id"],
            ["business_users.business_id", "business_users.id"],
            name=op.f("fk_cash_sessions_business_id_seller_id"),
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (counted_cash IS NULL) AND (closed_at IS NULL) = (expected_cash IS NULL)",
            name=op.f("ck_cash_sessions_closing_is_whole"),
        ),
        sa.CheckConstraint("counted_cash >= 0", name=op.f("ck_cash_sessions_counted_cash_not_negative")),
        sa.CheckConstraint(
            "counted_cash = expected_cash OR difference_reason IS NOT NULL",
            name=op.f("ck_cash_sessions_difference_has_a_reason"),
        ),
        sa.CheckConstraint("opening_float >= 0", name=op.f("ck_cash_sessions_opening_float_not_negative")),
        sa.CheckConstraint(
            "sync_status IN ('pending', 'synced', 'error')", name=op.f("ck_cash_sessions_sync_status")
        ).ddl_if(dialect="sqlite"),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_cash_sessions_business_id_business_date"),
        "cash_sessions",
        ["business_id", "business_date"],
        unique=False,
    )
    op.create_index(
        op.f("ix_cash_sessions_business_id_revision"), "cash_sessions", ["business_id", "revision"], unique=False
    )
    op.create_index(
        op.f("ix_cash_sessions_business_id_seller_id"), "cash_sessions", ["business_id", "seller_id"], unique=False
    )


def _create_customers() -> None:
    op.create_table(
        "customers",
        sa.Column("business_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("name", Words(255), nullable=False),
        sa.Column("apodo", Words(100), nullable=True),
        sa.Column("dni", Words(20), nullable=True),
        sa.Column("phone", Words(50), nullable=True),
        sa.Column("address", Words(), nullable=True),
        sa.Column("notes", Words(), nullable=True),
        sa.Column("opening_balance", Money(), nullable=False, server_default="0"),
        sa.Column("credit_limit", Money(), nullable=True),
        sa.Column("is_active", Flag(), nullable=False),
        sa.Column("sync_status", Choice("sync_status", ("pending", "synced", "error")), nullable=False),
        sa.Column("sync_attempts", Whole(), nullable=False, server_default="0"),
        sa.Column("created_by", Id(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("revision", Whole(8), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("pk_customers")),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name=op.f("fk_customers_business_id")),
        sa.ForeignKeyConstraint(
            ["business_id", "created_by"],
            ["business_users.business_id", "business_users.id"],
            name=op.f("fk_customers_business_id_created_by"),
        ),
        sa.CheckConstraint("length(apodo) <= 100", name=op.f("ck_customers_apodo")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("credit_limit >= 0", name=op.f("ck_customers_credit_limit_not_negative")),
        sa.CheckConstraint("length(dni) <= 20", name=op.f("ck_customers_dni")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("is_active IN (0, 1)", name=op.f("ck_customers_is_active")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("length(name) <= 255", name=op.f("ck_customers_name")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("length(trim(name)) > 0", name=op.f("ck_customers_name_not_empty")),
        sa.CheckConstraint("length(phone) <= 50", name=op.f("ck_customers_phone")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "sync_status IN ('pending', 'synced', 'error')", name=op.f("ck_customers_sync_status")
        ).ddl_if(dialect="sqlite"),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_customers_business_id_created_by"), "customers", ["business_id", "created_by"], unique=False
    )
    op.create_index(op.f("ix_customers_business_id_revision"), "customers", ["business_id", "revision"], unique=False)


def _create_distribuciones() -> None:
    op.create_table(
        "distribuciones",
        sa.Column("business_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("vendedor_id", Id(), nullable=False),
        sa.Column("punto_venta", Words(100), nullable=False),
        sa.Column("kilos_asignados", Kilos(), nullable=False, server_default="0"),
        sa.Column("kilos_vendidos", Kilos(), nullable=False, server_default="0"),
        sa.Column("monto_recaudado", Money(), nullable=False, server_default="0"),
        sa.Column("fecha", Day(), nullable=False),
        sa.Column("estado", Choice("distribucion_status", ("activo", "cerrado", "en_ruta")), nullable=False),
        sa.Column("accepted_at", Instant(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("closed_by", Id(), nullable=True),
        sa.Column("close_reason", Words(), nullable=True),
        sa.Column("sync_status", Choice("sync_status", ("pending", "synced", "error")), nullable=False),
        sa.Column("sync_attempts", Whole(), nullable=False, server_default="0"),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("revision", Whole(8), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("pk_distribuciones")),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name=op.f("fk_distribuciones_business_id")),
        sa.ForeignKeyConstraint(
            ["business_id", "closed_by"],
            ["business_users.business_id", "business_users.id"],
            name=op.f("fk_distribuciones_business_id_closed_by"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "vendedor_id"],
            ["business_users.business_id", "business_users.id"],
            name=op.f("fk_distribuciones_business_id_vendedor_id"),
        ),
        sa.CheckConstraint(
            "(estado = 'cerrado') = (closed_at IS NOT NULL)", name=op.f("ck_distribuciones_closed_when_cerrado")
        ),
        sa.CheckConstraint("estado IN ('activo', 'cerrado', 'en_ruta')", name=op.f("ck_distribuciones_estado")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint("length(punto_venta) <= 100", name=op.f("ck_distribuciones_punto_venta")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint(
            "sync_status IN ('pending', 'synced', 'error')", name=op.f("ck_distribuciones_sync_status")
        ).ddl_if(dialect="sqlite"),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_distribuciones_business_id_closed_by"), "distribuciones", ["business_id", "closed_by"], unique=False
    )
    op.create_index(
        op.f("ix_distribuciones_business_id_fecha"), "distribuciones", ["business_id", "fecha"], unique=False
    )
    op.create_index(
        op.f("ix_distribuciones_business_id_revision"), "distribuciones", ["business_id", "revision"], unique=False
    )
    op.create_index(
        op.f("ix_distribuciones_business_id_vendedor_id"),
        "distribuciones",
        ["business_id", "vendedor_id"],
        unique=False,
    )


def _create_inventory() -> None:
    op.create_table(
        "inventory",
        sa.Column("business_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("product_id", Id(), nullable=False),
        sa.Column("quantity", Kilos(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("revision", Whole(8), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("pk_inventory")),
        sa.UniqueConstraint("business_id", "product_id", name=op.f("uq_inventory_business_id_product_id")),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name=op.f("fk_inventory_business_id")),
        sa.ForeignKeyConstraint(
            ["business_id", "product_id"],
            ["products.business_id", "products.id"],
            name=op.f("fk_inventory_business_id_product_id"),
        ),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_inventory_business_id_product_id"), "inventory", ["business_id", "product_id"], unique=False
    )
    op.create_index(op.f("ix_inventory_business_id_revision"), "inventory", ["business_id", "revision"], unique=False)


def _create_abonos() -> None:
    op.create_table(
        "abonos",
        sa.Column("business_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("client_id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("cash_session_id", Id(), nullable=True),
        sa.Column("device_id", Id(), nullable=False),
        sa.Column("receipt_number", Words(20), nullable=False),
        sa.Column("amount", Money(), nullable=False),
        sa.Column(
            "payment_method", Choice("payment_method", ("efectivo", "yape", "plin", "transferencia")), nullable=False
        ),
        sa.Column("balance_before", Money(), nullable=False),
        sa.Column("notes", Words(), nullable=True),
        sa.Column("sync_status", Choice("sync_status", ("pending", "synced", "error")), nullable=False),
        sa.Column("sync_attempts", Whole(), nullable=False, server_default="0"),
        sa.Column("business_date", Day(), nullable=False),
        sa.Column("voided_at", Instant(), nullable=True),
        sa.Column("voided_by", Id(), nullable=True),
        sa.Column("void_reason", Words(), nullable=True),
        sa.Column("void_approved_by", Id(), nullable=True),
        sa.Column("void_cash_session_id", Id(), nullable=True),
        sa.Column("needs_review", Flag(), nullable=False, server_default="0"),
        sa.Column("review_reason", Words(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("revision", Whole(8), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("pk_abonos")),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name=op.f("fk_abonos_business_id")),
        sa.ForeignKeyConstraint(
            ["business_id", "cash_session_id"],
            ["cash_sessions.business_id", "cash_sessions.id"],
            name=op.f("fk_abonos_business_id_cash_session_id"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "client_id"],
            ["customers.business_id", "customers.id"],
            name=op.f("fk_abonos_business_id_client_id"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "seller_id"],
            ["business_users.business_id", "business_users.id"],
            name=op.f("fk_abonos_business_id_seller_id"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "void_approved_by"],
            ["business_users.business_id", "business_users.id"],
            name=op.f("fk_abonos_business_id_void_approved_by"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "void_cash_session_id"],
            ["cash_sessions.business_id", "cash_sessions.id"],
            name=op.f("fk_abonos_business_id_void_cash_session_id"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "voided_by"],
            ["business_users.business_id", "business_users.id"],
            name=op.f("fk_abonos_business_id_voided_by"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_abonos_amount_positive")),
        sa.CheckConstraint("needs_review IN (0, 1)", name=op.f("ck_abonos_needs_review")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "payment_method IN ('efectivo', 'yape', 'plin', 'transferencia')", name=op.f("ck_abonos_payment_method")
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("length(receipt_number) <= 20", name=op.f("ck_abonos_receipt_number")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint("sync_status IN ('pending', 'synced', 'error')", name=op.f("ck_abonos_sync_status")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint(
            "(voided_at IS NULL) = (voided_by IS NULL) AND (voided_at IS NULL) = (void_reason IS NULL)",
            name=op.f("ck_abonos_void_is_whole"),
        ),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_abonos_business_id_business_date"), "abonos", ["business_id", "business_date"], unique=False
    )
    op.create_index(
        op.f("ix_abonos_business_id_cash_session_id"), "abonos", ["business_id", "cash_session_id"], unique=False
    )
    op.create_index(op.f("ix_abonos_business_id_client_id"), "abonos", ["business_id", "client_id"], unique=False)
    op.create_index(op.f("ix_abonos_business_id_revision"), "abonos", ["business_id", "revision"], unique=False)
    op.create_index(op.f("ix_abonos_business_id_seller_id"), "abonos", ["business_id", "seller_id"], unique=False)
    op.create_index(
        op.f("ix_abonos_business_id_void_approved_by"), "abonos", ["business_id", "void_approved_by"], unique=False
    )
    op.create_index(
        op.f("ix_abonos_business_id_void_cash_session_id"),
        "abonos",
        ["business_id", "void_cash_session_id"],
        unique=False,
    )
    op.create_index(op.f("ix_abonos_business_id_voided_by"), "abonos", ["business_id", "voided_by"], unique=False)
    op.create_index(op.f("ix_abonos_receipt_number"), "abonos", ["business_id", "receipt_number"], unique=False)


def _create_cash_movements() -> None:
    op.create_table(
        "cash_movements",
        sa.Column("business_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("cash_session_id", Id(), nullable=False),
        sa.Column("kind", Choice("cash_movement_kind", ("gasto", "ingreso", "retiro")), nullable=False),
        sa.Column("amount", Money(), nullable=False),
        sa.Column("reason", Words(), nullable=False),
        sa.Column("created_by", Id(), nullable=False),
        sa.Column("sync_status", Choice("sync_status", ("pending", "synced", "error")), nullable=False),
        sa.Column("sync_attempts", Whole(), nullable=False, server_default="0"),
        sa.Column("business_date", Day(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("revision", Whole(8), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("pk_cash_movements")),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name=op.f("fk_cash_movements_business_id")),
        sa.ForeignKeyConstraint(
            ["business_id", "cash_session_id"],
            ["cash_sessions.business_id", "cash_sessions.id"],
            name=op.f("fk_cash_movements_business_id_cash_session_id"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "created_by"],
            ["business_users.business_id", "business_users.id"],
            name=op.f("fk_cash_movements_business_id_created_by"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_cash_movements_amount_positive")),
        sa.CheckConstraint("kind IN ('gasto', 'ingreso', 'retiro')", name=op.f("ck_cash_movements_kind")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint(
            "sync_status IN ('pending', 'synced', 'error')", name=op.f("ck_cash_movements_sync_status")
        ).ddl_if(dialect="sqlite"),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_cash_movements_business_id_cash_session_id"),
        "cash_movements",
        ["business_id", "cash_session_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_cash_movements_business_id_created_by"), "cash_movements", ["business_id", "created_by"], unique=False
    )
    op.create_index(
        op.f("ix_cash_movements_business_id_revision"), "cash_movements", ["business_id", "revision"], unique=False
    )


def _create_customer_balances() -> None:
    op.create_table(
        "customer_balances",
        sa.Column("business_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("balance", Money(), nullable=False),
        sa.Column("revision", Whole(8), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("pk_customer_balances")),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name=op.f("fk_customer_balances_business_id")),
        sa.ForeignKeyConstraint(
            ["business_id", "id"],
            ["customers.business_id", "customers.id"],
            name=op.f("fk_customer_balances_business_id_id"),
        ),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_customer_balances_business_id_revision"),
        "customer_balances",
        ["business_id", "revision"],
        unique=False,
    )


def _create_distribucion_movements() -> None:
    op.create_table(
        "distribucion_movements",
        sa.Column("business_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("distribucion_id", Id(), nullable=False),
        sa.Column(
            "kind",
            Choice(
                "distribucion_movement_kind",
                ("carga", "recarga", "traspaso_entrada", "traspaso_salida", "devolucion", "merma"),
            ),
            nullable=False,
        ),
        sa.Column("product_id", Id(), nullable=True),
        sa.Column("kilos", Kilos(), nullable=False),
        sa.Column("reason", Words(), nullable=True),
        sa.Column("created_by", Id(), nullable=False),
        sa.Column("sync_status", Choice("sync_status", ("pending", "synced", "error")), nullable=False),
        sa.Column("sync_attempts", Whole(), nullable=False, server_default="0"),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("revision", Whole(8), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("pk_distribucion_movements")),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name=op.f("fk_distribucion_movements_business_id")),
        sa.ForeignKeyConstraint(
            ["business_id", "created_by"],
            ["business_users.business_id", "business_users.id"],
            name=op.f("fk_distribucion_movements_business_id_created_by"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "distribucion_id"],
            ["distribuciones.business_id", "distribuciones.id"],
            name=op.f("fk_distribucion_movements_business_id_distribucion_id"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "product_id"],
            ["products.business_id", "products.id"],
            name=op.f("fk_distribucion_movements_business_id_product_id"),
        ),
        sa.CheckConstraint("kilos > 0", name=op.f("ck_distribucion_movements_kilos_positive")),
        sa.CheckConstraint(
            "kind IN ('carga', 'recarga', 'traspaso_entrada', 'traspaso_salida', 'devolucion', 'merma')",
            name=op.f("ck_distribucion_movements_kind"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "sync_status IN ('pending', 'synced', 'error')", name=op.f("ck_distribucion_movements_sync_status")
        ).ddl_if(dialect="sqlite"),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_distribucion_movements_business_id_created_by"),
        "distribucion_movements",
        ["business_id", "created_by"],
        unique=False,
    )
    op.create_index(
        op.f("ix_distribucion_movements_business_id_distribucion_id"),
        "distribucion_movements",
        ["business_id", "distribucion_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_distribucion_movements_business_id_product_id"),
        "distribucion_movements",
        ["business_id", "product_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_distribucion_movements_business_id_revision"),
        "distribucion_movements",
        ["business_id", "revision"],
        unique=False,
    )


def _create_sales() -> None:
    op.create_table(
        "sales",
        sa.Column("business_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("client_id", Id(), nullable=True),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("distribucion_id", Id(), nullable=True),
        sa.Column("cash_session_id", Id(), nullable=True),
        sa.Column("device_id", Id(), nullable=False),
        sa.Column("receipt_number", Words(20), nullable=False),
        sa.Column("sale_type", Choice("sale_type", ("contado", "credito")), nullable=False),
        sa.Column("total_amount", Money(), nullable=False),
        sa.Column("redondeo", Money(), nullable=False, server_default="0"),
        sa.Column("amount_paid", Money(), nullable=False),
        sa.Column("balance_due", Money(), nullable=False),
        sa.Column("tara", Kilos(), nullable=False, server_default="0"),
        sa.Column("net_weight", Kilos(), nullable=False, server_default="0"),
        sa.Column("sync_status", Choice("sync_status", ("pending", "synced", "error")), nullable=False),
        sa.Column("sync_attempts", Whole(), nullable=False, server_default="0"),
        sa.Column("sale_date", Instant(), nullable=False),
        sa.Column("business_date", Day(), nullable=False),
        sa.Column("voided_at", Instant(), nullable=True),
        sa.Column("voided_by", Id(), nullable=True),
        sa.Column("void_reason", Words(), nullable=True),
        sa.Column("void_approved_by", Id(), nullable=True),
        sa.Column("void_cash_session_id", Id(), nullable=True),
        sa.Column("needs_review", Flag(), nullable=False, server_default="0"),
        sa.Column("review_reason", Words(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("revision", Whole(8), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("pk_sales")),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name=op.f("fk_sales_business_id")),
        sa.ForeignKeyConstraint(
            ["business_id", "cash_session_id"],
            ["cash_sessions.business_id", "cash_sessions.id"],
            name=op.f("fk_sales_business_id_cash_session_id"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "client_id"],
            ["customers.business_id", "customers.id"],
            name=op.f("fk_sales_business_id_client_id"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "distribucion_id"],
            ["distribuciones.business_id", "distribuciones.id"],
            name=op.f("fk_sales_business_id_distribucion_id"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "seller_id"],
            ["business_users.business_id", "business_users.id"],
            name=op.f("fk_sales_business_id_seller_id"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "void_approved_by"],
            ["business_users.business_id", "business_users.id"],
            name=op.f("fk_sales_business_id_void_approved_by"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "void_cash_session_id"],
            ["cash_sessions.business_id", "cash_sessions.id"],
            name=op.f("fk_sales_business_id_void_cash_session_id"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "voided_by"],
            ["business_users.business_id", "business_users.id"],
            name=op.f("fk_sales_business_id_voided_by"),
        ),
        sa.CheckConstraint(
            "total_amount >= 0 AND amount_paid >= 0 AND balance_due >= 0", name=op.f("ck_sales_amounts_not_negative")
        ),
        sa.CheckConstraint(
            "balance_due = total_amount - redondeo - amount_paid", name=op.f("ck_sales_balance_due_adds_up")
        ),
        sa.CheckConstraint("sale_type <> 'contado' OR balance_due = 0", name=op.f("ck_sales_contado_is_paid")),
        sa.CheckConstraint(
            "sale_type <> 'credito' OR client_id IS NOT NULL", name=op.f("ck_sales_credito_has_a_customer")
        ),
        sa.CheckConstraint("needs_review IN (0, 1)", name=op.f("ck_sales_needs_review")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("length(receipt_number) <= 20", name=op.f("ck_sales_receipt_number")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint("redondeo >= 0", name=op.f("ck_sales_redondeo_in_the_buyers_favour")),
        sa.CheckConstraint("sale_type IN ('contado', 'credito')", name=op.f("ck_sales_sale_type")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint("sync_status IN ('pending', 'synced', 'error')", name=op.f("ck_sales_sync_status")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint(
            "(voided_at IS NULL) = (voided_by IS NULL) AND (voided_at IS NULL) = (void_reason IS NULL)",
            name=op.f("ck_sales_void_is_whole"),
        ),
        sa.CheckConstraint("tara >= 0 AND net_weight >= 0", name=op.f("ck_sales_weights_not_negative")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_sales_business_id_business_date"), "sales", ["business_id", "business_date"], unique=False)
    op.create_index(
        op.f("ix_sales_business_id_cash_session_id"), "sales", ["business_id", "cash_session_id"], unique=False
    )
    op.create_index(op.f("ix_sales_business_id_client_id"), "sales", ["business_id", "client_id"], unique=False)
    op.create_index(
        op.f("ix_sales_business_id_distribucion_id"), "sales", ["business_id", "distribucion_id"], unique=False
    )
    op.create_index(op.f("ix_sales_business_id_revision"), "sales", ["business_id", "revision"], unique=False)
    op.create_index(op.f("ix_sales_business_id_seller_id"), "sales", ["business_id", "seller_id"], unique=False)
    op.create_index(
        op.f("ix_sales_business_id_void_approved_by"), "sales", ["business_id", "void_approved_by"], unique=False
    )
    op.create_index(
        op.f("ix_sales_business_id_void_cash_session_id"),
        "sales",
        ["business_id", "void_cash_session_id"],
        unique=False,
    )
    op.create_index(op.f("ix_sales_business_id_voided_by"), "sales", ["business_id", "voided_by"], unique=False)
    op.create_index(op.f("ix_sales_receipt_number"), "sales", ["business_id", "receipt_number"], unique=False)


def _create_abono_payments() -> None:
    op.create_table(
        "abono_payments",
        sa.Column("business_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("abono_id", Id(), nullable=False),
        sa.Column("method", Choice("payment_method", ("efectivo", "yape", "plin", "transferencia")), nullable=False),
        sa.Column("amount", Money(), nullable=False),
        sa.Column("reference", Words(100), nullable=True),
        sa.Column("revision", Whole(8), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("pk_abono_payments")),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name=op.f("fk_abono_payments_business_id")),
        sa.ForeignKeyConstraint(
            ["business_id", "abono_id"],
            ["abonos.business_id", "abonos.id"],
            name=op.f("fk_abono_payments_business_id_abono_id"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_abono_payments_amount_positive")),
        sa.CheckConstraint(
            "method IN ('efectivo', 'yape', 'plin', 'transferencia')", name=op.f("ck_abono_payments_method")
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("length(reference) <= 100", name=op.f("ck_abono_payments_reference")).ddl_if(
            dialect="sqlite"
        ),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_abono_payments_business_id_abono_id"), "abono_payments", ["business_id", "abono_id"], unique=False
    )
    op.create_index(
        op.f("ix_abono_payments_business_id_revision"), "abono_payments", ["business_id", "revision"], unique=False
    )


def _create_inventory_movements() -> None:
    op.create_table(
        "inventory_movements",
        sa.Column("business_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("product_id", Id(), nullable=False),
        sa.Column(
            "kind",
            Choice(
                "inventory_movement_kind", ("compra", "venta", "anulacion", "carga", "devolucion", "merma", "ajuste")
            ),
            nullable=False,
        ),
        sa.Column("quantity", Kilos(), nullable=False),
        sa.Column("sale_id", Id(), nullable=True),
        sa.Column("distribucion_movement_id", Id(), nullable=True),
        sa.Column("reason", Words(), nullable=True),
        sa.Column("created_by", Id(), nullable=False),
        sa.Column("sync_status", Choice("sync_status", ("pending", "synced", "error")), nullable=False),
        sa.Column("sync_attempts", Whole(), nullable=False, server_default="0"),
        sa.Column("business_date", Day(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("revision", Whole(8), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("pk_inventory_movements")),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name=op.f("fk_inventory_movements_business_id")),
        sa.ForeignKeyConstraint(
            ["business_id", "created_by"],
            ["business_users.business_id", "business_users.id"],
            name=op.f("fk_inventory_movements_business_id_created_by"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "distribucion_movement_id"],
            ["distribucion_movements.business_id", "distribucion_movements.id"],
            name=op.f("fk_inventory_movements_business_id_distribucion_movement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "product_id"],
            ["products.business_id", "products.id"],
            name=op.f("fk_inventory_movements_business_id_product_id"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "sale_id"],
            ["sales.business_id", "sales.id"],
            name=op.f("fk_inventory_movements_business_id_sale_id"),
        ),
        sa.CheckConstraint(
            "kind <> 'anulacion' OR quantity > 0", name=op.f("ck_inventory_movements_anulacion_returns")
        ),
        sa.CheckConstraint(
            "kind IN ('compra', 'venta', 'anulacion', 'carga', 'devolucion', 'merma', 'ajuste')",
            name=op.f("ck_inventory_movements_kind"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "kind NOT IN ('merma', 'ajuste') OR reason IS NOT NULL",
            name=op.f("ck_inventory_movements_loss_has_a_reason"),
        ),
        sa.CheckConstraint("quantity <> 0", name=op.f("ck_inventory_movements_quantity_not_zero")),
        sa.CheckConstraint(
            "sync_status IN ('pending', 'synced', 'error')", name=op.f("ck_inventory_movements_sync_status")
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("kind <> 'venta' OR quantity < 0", name=op.f("ck_inventory_movements_venta_takes")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_inventory_movements_business_id_created_by"),
        "inventory_movements",
        ["business_id", "created_by"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inventory_movements_business_id_distribucion_movement_id"),
        "inventory_movements",
        ["business_id", "distribucion_movement_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inventory_movements_business_id_product_id"),
        "inventory_movements",
        ["business_id", "product_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inventory_movements_business_id_revision"),
        "inventory_movements",
        ["business_id", "revision"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inventory_movements_business_id_sale_id"),
        "inventory_movements",
        ["business_id", "sale_id"],
        unique=False,
    )


def _create_sale_items() -> None:
    op.create_table(
        "sale_items",
        sa.Column("business_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("sale_id", Id(), nullable=False),
        sa.Column("product_id", Id(), nullable=False),
        sa.Column("position", Whole(2), nullable=False),
        sa.Column("product_name", Words(255), nullable=False),
        sa.Column("unit", Choice("product_unit", ("kg", "unidad")), nullable=False),
        sa.Column("gross_weight", Kilos(), nullable=True),
        sa.Column("tara", Kilos(), nullable=False, server_default="0"),
        sa.Column("quantity", Kilos(), nullable=False),
        sa.Column("unit_price", Price(), nullable=False),
        sa.Column("list_price", Price(), nullable=False),
        sa.Column("price_date", Day(), nullable=False),
        sa.Column("price_reason", Words(), nullable=True),
        sa.Column("subtotal", Money(), nullable=False),
        sa.Column("revision", Whole(8), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("pk_sale_items")),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name=op.f("fk_sale_items_business_id")),
        sa.ForeignKeyConstraint(
            ["business_id", "product_id"],
            ["products.business_id", "products.id"],
            name=op.f("fk_sale_items_business_id_product_id"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "sale_id"],
            ["sales.business_id", "sales.id"],
            name=op.f("fk_sale_items_business_id_sale_id"),
        ),
        sa.CheckConstraint("gross_weight = quantity + tara", name=op.f("ck_sale_items_gross_is_net_and_tara")),
        sa.CheckConstraint("length(product_name) <= 255", name=op.f("ck_sale_items_product_name")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_sale_items_quantity_positive")),
        sa.CheckConstraint(
            "subtotal = round(quantity * unit_price, 2)", name=op.f("ck_sale_items_subtotal_rounded_once")
        ).ddl_if(dialect="postgresql"),
        sa.CheckConstraint(
            "subtotal = (quantity * unit_price + 500) / 1000", name=op.f("ck_sale_items_subtotal_rounded_once")
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("tara >= 0", name=op.f("ck_sale_items_tara_not_negative")),
        sa.CheckConstraint("unit IN ('kg', 'unidad')", name=op.f("ck_sale_items_unit")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("unit_price >= 0", name=op.f("ck_sale_items_unit_price_not_negative")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_sale_items_business_id_product_id"), "sale_items", ["business_id", "product_id"], unique=False
    )
    op.create_index(op.f("ix_sale_items_business_id_revision"), "sale_items", ["business_id", "revision"], unique=False)
    op.create_index(op.f("ix_sale_items_business_id_sale_id"), "sale_items", ["business_id", "sale_id"], unique=False)


def _create_sale_payments() -> None:
    op.create_table(
        "sale_payments",
        sa.Column("business_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("sale_id", Id(), nullable=False),
        sa.Column("method", Choice("payment_method", ("efectivo", "yape", "plin", "transferencia")), nullable=False),
        sa.Column("amount", Money(), nullable=False),
        sa.Column("reference", Words(100), nullable=True),
        sa.Column("revision", Whole(8), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("pk_sale_payments")),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name=op.f("fk_sale_payments_business_id")),
        sa.ForeignKeyConstraint(
            ["business_id", "sale_id"],
            ["sales.business_id", "sales.id"],
            name=op.f("fk_sale_payments_business_id_sale_id"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_sale_payments_amount_positive")),
        sa.CheckConstraint(
            "method IN ('efectivo', 'yape', 'plin', 'transferencia')", name=op.f("ck_sale_payments_method")
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("length(reference) <= 100", name=op.f("ck_sale_payments_reference")).ddl_if(
            dialect="sqlite"
        ),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_sale_payments_business_id_revision"), "sale_payments", ["business_id", "revision"], unique=False
    )
    op.create_index(
        op.f("ix_sale_payments_business_id_sale_id"), "sale_payments", ["business_id", "sale_id"], unique=False
    )
