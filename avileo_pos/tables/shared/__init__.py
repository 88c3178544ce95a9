"""The tables that stand in the replica and at central alike, parents before children."""

from avileo_pos.tables.shared.abono import abono_payments, abonos
from avileo_pos.tables.shared.business import business_users, businesses
from avileo_pos.tables.shared.cash_session import cash_movements, cash_sessions
from avileo_pos.tables.shared.customer import customer_balances, customers
from avileo_pos.tables.shared.distribucion import distribucion_movements, distribuciones
from avileo_pos.tables.shared.inventory import inventory, inventory_movements
from avileo_pos.tables.shared.product import envases, products
from avileo_pos.tables.shared.sale import sale_items, sale_payments, sales

SYNCED_TABLES = (
    businesses,
    business_users,
    products,
    envases,
    customers,
    inventory,
    distribuciones,
    distribucion_movements,
    cash_sessions,
    cash_movements,
    sales,
    sale_items,
    sale_payments,
    inventory_movements,
    abonos,
    abono_payments,
    customer_balances,
)
"""In a snapshot's order: the catalog first, so that selling can begin; parents before children."""

__all__ = [
    "SYNCED_TABLES",
    "abono_payments",
    "abonos",
    "business_users",
    "businesses",
    "cash_movements",
    "cash_sessions",
    "customer_balances",
    "customers",
    "distribucion_movements",
    "distribuciones",
    "envases",
    "inventory",
    "inventory_movements",
    "products",
    "sale_items",
    "sale_payments",
    "sales",
]
