"""Row-level security on every table of a business, counters that know their epoch, and the audit chain."""

import sqlalchemy as sa
from alembic import op

from avileo_pos.tables.base import Document, Id, Instant, Whole, Words

revision = "server_0002"
down_revision = "server_0001"
branch_labels = None
depends_on = ("shared_0001",)

_SYNCED = (
    "business_users",
    "products",
    "envases",
    "customers",
    "inventory",
    "distribuciones",
    "distribucion_movements",
    "cash_sessions",
    "cash_movements",
    "sales",
    "sale_items",
    "sale_payments",
    "inventory_movements",
    "abonos",
    "abono_payments",
    "customer_balances",
)
_OWN = (
    "devices",
    "device_members",
    "sync_counters",
    "sync_operations",
    "sync_conflicts",
    "sync_stand_ins",
    "audit_entries",
)
# A setting that was never made is NULL, and one of a transaction that ended is empty: both show no row.
_THE_BUSINESS = "nullif(current_setting('app.business_id', true), '')::uuid"
_THE_PERSON = "nullif(current_setting('app.user_id', true), '')"
_NUMBERED_ANEW = "revision > nullif(current_setting('app.base_revision', true), '')::bigint"


def upgrade() -> None:
    _create_audit_entries()
    op.add_column("sync_operations", sa.Column("audit_number", Whole(8), nullable=True))
    op.add_column("sync_counters", sa.Column("epoch", Words(64), nullable=True))
    op.add_column("sync_counters", sa.Column("audit_number", Whole(8), nullable=False, server_default="0"))
    op.add_column("sync_counters", sa.Column("audit_hash", Words(64), nullable=False, server_default=""))
    op.execute("UPDATE sync_counters SET epoch = (SELECT epoch FROM central_identity)")
    for table in _OWN:
        _isolate(table, f"business_id = {_THE_BUSINESS}")
    for table in _SYNCED:
        _isolate(table, f"business_id = {_THE_BUSINESS}", _NUMBERED_ANEW)
    _isolate("businesses", f"id = {_THE_BUSINESS}", _NUMBERED_ANEW)
    _let_a_person_find_their_workplaces()


def _create_audit_entries() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("business_id", Id(), nullable=False),
        sa.Column("number", Whole(8), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("user_id", Words(255), nullable=True),
        sa.Column("device_id", Id(), nullable=True),
        sa.Column("action", Words(63), nullable=False),
        sa.Column("details", Document(), nullable=False),
        sa.Column("previous", Words(64), nullable=False),
        sa.Column("hash", Words(64), nullable=False),
        sa.PrimaryKeyConstraint("business_id", "number", name=op.f("pk_audit_entries")),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name=op.f("fk_audit_entries_business_id")),
        sa.CheckConstraint("number > 0", name=op.f("ck_audit_entries_number_from_one")),
    )
    op.create_index(op.f("ix_audit_entries_business_id_at"), "audit_entries", ["business_id", "at"], unique=False)


def _isolate(table: str, is_ours: str, is_written_well: str = "true") -> None:
    """Show and take only rows of the transaction's business; FORCE binds the table's owner too."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY of_one_business ON {table} USING ({is_ours}) WITH CHECK ({is_ours} AND {is_written_well})"
    )


def _let_a_person_find_their_workplaces() -> None:
    op.execute(f"CREATE POLICY of_the_person ON business_users FOR SELECT USING (user_id = {_THE_PERSON})")
    op.execute(
        "CREATE POLICY of_the_person ON businesses FOR SELECT USING (EXISTS ("
        "SELECT FROM business_users u WHERE u.business_id = businesses.id"
        f" AND u.user_id = {_THE_PERSON}))"
    )
