"""Many businesses with their tills, made set by set, and what each till sends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any, Final
from uuid import uuid4

import msgspec
import psycopg

from avileo_pos.tables.base import instant_text

TILLS_OF_A_BUSINESS: Final = 10
PRODUCTS: Final = 3
GRAMS: Final = (1_250, 2_475, 630)
CENTIMOS_OF_A_KILO: Final = 850

# Every id is the hash of what it names, so that the tills know them without asking.
_ID: Final = "md5('{}-' || b || '-' || n)::uuid"
_MAKE: Final = (
    """
    INSERT INTO businesses (id, name, modo_operacion, control_kilos, usar_distribucion, permitir_venta_sin_stock,
        day_cutoff_hour, is_active, sync_status, created_at, updated_at, revision)
    SELECT md5('business-' || b || '-0')::uuid, 'Pollería ' || b, 'mixto', true, true, true, 3, true, 'synced',
        now(), now(), 1
    FROM generate_series(1, %(businesses)s) AS b
    """,
    """
    INSERT INTO sync_counters (business_id, revision) SELECT id, 100 FROM businesses
    """,
    """
    INSERT INTO "user" (id, name, email)
    SELECT 'user-' || b || '-' || n, 'Vendedor ' || n, 'v' || n || '@' || b || '.example'
    FROM generate_series(1, %(businesses)s) AS b, generate_series(1, %(tills)s) AS n
    """,
    """
    INSERT INTO session (id, expires_at, token, created_at, updated_at, user_id)
    SELECT id, timezone('utc', now()) + interval '7 days', 'token-' || id, timezone('utc', now()),
        timezone('utc', now()), id
    FROM "user"
    """,
    f"""
    INSERT INTO business_users (business_id, id, user_id, name, role, commission_rate, is_active, sync_status,
        joined_at, updated_at, revision)
    SELECT md5('business-' || b || '-0')::uuid, {_ID.format("member")}, 'user-' || b || '-' || n, 'Vendedor ' || n,
        'vendedor', 0, true, 'synced', now(), now(), 1 + n
    FROM generate_series(1, %(businesses)s) AS b, generate_series(1, %(tills)s) AS n
    """,
    f"""
    INSERT INTO devices (business_id, id, name, receipt_series, created_at)
    SELECT md5('business-' || b || '-0')::uuid, {_ID.format("device")}, 'Caja ' || n, 'T' || n, now()
    FROM generate_series(1, %(businesses)s) AS b, generate_series(1, %(tills)s) AS n
    """,
    f"""
    INSERT INTO device_members (business_id, device_id, member_id, first_signed_in_at)
    SELECT md5('business-' || b || '-0')::uuid, {_ID.format("device")}, {_ID.format("member")}, now()
    FROM generate_series(1, %(businesses)s) AS b, generate_series(1, %(tills)s) AS n
    """,
    f"""
    INSERT INTO products (business_id, id, name, type, unit, base_price, price_date, tile_position, is_active,
        sync_status, created_at, updated_at, revision)
    SELECT md5('business-' || b || '-0')::uuid, {_ID.format("product")}, 'Producto ' || n, 'pollo', 'kg', 8.50,
        current_date, n, true, 'synced', now(), now(), 50 + n
    FROM generate_series(1, %(businesses)s) AS b, generate_series(1, %(products)s) AS n
    """,
)


def make_businesses(owner_url: str, businesses: int) -> None:
    """So many businesses with ten tills each, on whose behalf somebody is signed in."""
    told = {"businesses": businesses, "tills": TILLS_OF_A_BUSINESS, "products": PRODUCTS}
    with psycopg.connect(owner_url) as connection:
        for statement in _MAKE:
            connection.execute(statement, told)
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


@dataclass(slots=True)
class SimulatedTill:
    """A till's words, without its file: who it is, how far it has pulled, and sales without end."""

    business_id: str
    device_id: str
    member_id: str
    token: str
    products: tuple[str, ...]
    cursor: str = ""
    seqs: Iterator[int] = field(default_factory=lambda: count(1))

    def push(self, sales: int = 1) -> bytes:
        """The body of a push of so many new sales."""
        now = datetime.now(UTC)
        request = {
            "device_id": self.device_id,
            "business_id": self.business_id,
            "client_time": instant_text(now),
            "operations": [self._sale(now) for _ in range(sales)],
        }
        return msgspec.json.encode(request)

    def pull_path(self) -> str:
        asked = f"/api/sync/pull?business_id={self.business_id}&device_id={self.device_id}&limit=1000"
        return f"{asked}&cursor={self.cursor}" if self.cursor else asked

    def _sale(self, now: datetime) -> dict[str, Any]:
        at, today, seq = instant_text(now), now.date().isoformat(), next(self.seqs)
        subtotals = [(grams * CENTIMOS_OF_A_KILO + 500) // 1000 for grams in GRAMS]
        total = sum(subtotals)
        lines = list(zip(self.products, GRAMS, subtotals, strict=True))
        data = {
            "device_id": self.device_id,
            "receipt_number": f"{self.device_id[:2].upper()}-{seq:06}",
            "sale_type": "contado",
            "total_amount": total,
            "amount_paid": total,
            "balance_due": 0,
            "net_weight": sum(GRAMS),
            "sale_date": at,
            "business_date": today,
            "created_at": at,
            "sale_items": [_line(place, *line, today) for place, line in enumerate(lines)],
            "sale_payments": [{"id": str(uuid4()), "method": "yape", "amount": total}],
            "inventory_movements": [_movement(product, grams, at, today) for product, grams, _ in lines],
        }
        return {
            "id": str(uuid4()),
            "seq": seq,
            "operation_type": "create",
            "collection": "sales",
            "entity_id": str(uuid4()),
            "schema": 1,
            "actor_id": self.member_id,
            "created_at": at,
            "data": data,
        }


def simulated_tills(owner_url: str) -> list[SimulatedTill]:
    """All tills of all businesses, those of one business far from each other."""
    question = """
        SELECT d.business_id::text, d.device_id::text, d.member_id::text, s.token,
            (SELECT array_agg(p.id::text) FROM products p WHERE p.business_id = d.business_id)
        FROM device_members d JOIN business_users u ON u.business_id = d.business_id AND u.id = d.member_id
        JOIN session s ON s.user_id = u.user_id ORDER BY u.name, d.business_id
    """
    with psycopg.connect(owner_url) as connection:
        rows = connection.execute(question).fetchall()
    return [SimulatedTill(*words, tuple(products)) for *words, products in rows]


def _line(place: int, product: str, grams: int, subtotal: int, today: str) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "product_id": product,
        "position": place,
        "product_name": "Producto",
        "unit": "kg",
        "gross_weight": grams,
        "tara": 0,
        "quantity": grams,
        "unit_price": CENTIMOS_OF_A_KILO,
        "list_price": CENTIMOS_OF_A_KILO,
        "price_date": today,
        "subtotal": subtotal,
    }


def _movement(product: str, grams: int, at: str, today: str) -> dict[str, Any]:
    moved = {"id": str(uuid4()), "product_id": product, "kind": "venta", "quantity": -grams}
    return {**moved, "business_date": today, "created_at": at}
