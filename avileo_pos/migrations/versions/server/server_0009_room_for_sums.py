"""What facts add up to has room for all of them: no fact is refused because of others."""

from alembic import op

from avileo_pos.tables.base import Kilos, Money

revision = "server_0009"
down_revision = "server_0008"
branch_labels = None
depends_on = ("shared_0001",)

_WIDENED: dict[str, dict[str, Money | Kilos]] = {
    "customer_balances": {"balance": Money(18), "opening_balance": Money(18)},
    "abonos": {"balance_before": Money(18)},
    "cash_sessions": {"expected_cash": Money(18)},
    "inventory": {"quantity": Kilos(18)},
    "distribuciones": {"kilos_asignados": Kilos(18), "kilos_vendidos": Kilos(18), "monto_recaudado": Money(18)},
}


def upgrade() -> None:
    """PostgreSQL writes no row anew for more digits."""
    for table, columns in _WIDENED.items():
        for column, wider in columns.items():
            op.alter_column(table, column, type_=wider)
