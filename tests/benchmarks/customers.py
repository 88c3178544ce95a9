"""Many customers with their balances, at central and on their way."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import psycopg

ROWS_OF_A_PAGE: Final = 5_000

_MOMENT: Final = """to_char({}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
TABLES: Final = {
    "customers": {
        "business_id": "business_id::text",
        "id": "id::text",
        "name": "name",
        "apodo": "apodo",
        "dni": "dni",
        "phone": "phone",
        "address": "address",
        "notes": "notes",
        "opening_balance": "(opening_balance * 100)::bigint",
        "credit_limit": "(credit_limit * 100)::bigint",
        "is_active": "is_active::int",
        "sync_status": "sync_status::text",
        "created_by": "created_by::text",
        "created_at": _MOMENT.format("created_at"),
        "updated_at": _MOMENT.format("updated_at"),
        "revision": "revision",
    },
    "customer_balances": {
        "business_id": "business_id::text",
        "id": "id::text",
        "balance": "(balance * 100)::bigint",
        "revision": "revision",
    },
}
"""The columns that a till keeps of each table, with the SQL that makes the form in which it keeps them."""

_CUSTOMERS: Final = """
INSERT INTO customers (business_id, id, name, apodo, dni, phone, address, opening_balance, credit_limit, is_active,
    sync_status, created_by, created_at, updated_at, revision)
SELECT %(business)s, gen_random_uuid(), 'Cliente número ' || n, 'casera ' || n, lpad(n::text, 8, '0'),
    '9' || lpad(n::text, 8, '0'), 'Puesto ' || n || ', mercado Central', n %% 1000, 500, true, 'synced', %(member)s,
    now(), now(), %(head)s + n
FROM generate_series(1, %(count)s) AS n
"""
_BALANCES: Final = """
INSERT INTO customer_balances (business_id, id, balance, opening_balance, revision)
SELECT business_id, id, opening_balance, opening_balance, revision + %(count)s FROM customers WHERE revision > %(head)s
"""


def add_customers(url: str, business_id: UUID, member_id: UUID, count: int) -> None:
    """So many customers and as many balances, as if pushed one after the other a while ago."""
    with psycopg.connect(url) as connection:
        [head] = connection.execute("SELECT revision FROM sync_counters").fetchone() or [0]
        told = {"business": business_id, "member": member_id, "count": count, "head": head}
        connection.execute(_CUSTOMERS, told)
        connection.execute(_BALANCES, told)
        connection.execute("UPDATE sync_counters SET revision = revision + 2 * %(count)s", told)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
