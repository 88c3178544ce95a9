"""Derived figures: whatever is sold, paid, loaded and voided, they are what the facts add up to."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avileo_pos.domain.enums import BusinessUserRole
from tests.postgres import TestPostgres
from tests.server.sync_central import TestCentral, Values, new_id, open_business, running_central

WRONG_BALANCES = """
    SELECT c.id, b.balance FROM customers c
    LEFT JOIN customer_balances b ON b.business_id = c.business_id AND b.id = c.id
    WHERE c.business_id = %(business)s AND (b.balance, b.opening_balance) IS DISTINCT FROM (c.opening_balance
      + coalesce((SELECT sum(balance_due) FROM sales s
          WHERE s.business_id = c.business_id AND s.client_id = c.id AND s.voided_at IS NULL), 0)
      - coalesce((SELECT sum(amount) FROM abonos a
          WHERE a.business_id = c.business_id AND a.client_id = c.id AND a.voided_at IS NULL), 0), c.opening_balance)
"""

WRONG_STOCK = """
    SELECT p.id, i.quantity FROM products p
    LEFT JOIN inventory i ON i.business_id = p.business_id AND i.product_id = p.id
    WHERE p.business_id = %(business)s AND coalesce(i.quantity, 0) <> coalesce((
      SELECT sum(m.quantity) FROM inventory_movements m
      WHERE m.business_id = p.business_id AND m.product_id = p.id), 0)
"""

WRONG_DISTRIBUTIONS = """
    WITH sold AS (
      SELECT s.distribucion_id, sum(s.amount_paid) AS paid, sum((
        SELECT coalesce(sum(i.quantity), 0) FROM sale_items i
        WHERE i.business_id = s.business_id AND i.sale_id = s.id AND i.unit = 'kg')) AS kilos
      FROM sales s WHERE s.business_id = %(business)s AND s.voided_at IS NULL GROUP BY 1),
    given AS (
      SELECT m.distribucion_id, sum(CASE m.kind WHEN 'carga' THEN m.kilos WHEN 'recarga' THEN m.kilos
        WHEN 'traspaso_entrada' THEN m.kilos WHEN 'traspaso_salida' THEN -m.kilos ELSE 0 END) AS kilos
      FROM distribucion_movements m WHERE m.business_id = %(business)s GROUP BY 1)
    SELECT d.id FROM distribuciones d
    LEFT JOIN sold ON sold.distribucion_id = d.id LEFT JOIN given ON given.distribucion_id = d.id
    WHERE d.business_id = %(business)s AND (d.kilos_asignados, d.kilos_vendidos, d.monto_recaudado)
      <> (coalesce(given.kilos, 0), coalesce(sold.kilos, 0), coalesce(sold.paid, 0))
"""

OUT_OF_ORDER = """
    SELECT 'a line before its sale' FROM sale_items i JOIN sales s ON s.business_id = i.business_id AND s.id = i.sale_id
    WHERE i.business_id = %(business)s AND s.voided_at IS NULL AND i.revision <= s.revision
    UNION ALL
    SELECT 'a balance before its sale' FROM customer_balances b
    JOIN sales s ON s.business_id = b.business_id AND s.client_id = b.id
    WHERE b.business_id = %(business)s AND s.balance_due > 0 AND b.revision <= s.revision
"""

USED_TWICE = """
    SELECT revision FROM (SELECT revision FROM sales WHERE business_id = %(business)s
      UNION ALL SELECT revision FROM sale_items WHERE business_id = %(business)s
      UNION ALL SELECT revision FROM sale_payments WHERE business_id = %(business)s
      UNION ALL SELECT revision FROM customers WHERE business_id = %(business)s
      UNION ALL SELECT revision FROM customer_balances WHERE business_id = %(business)s
      UNION ALL SELECT revision FROM inventory WHERE business_id = %(business)s
      UNION ALL SELECT revision FROM inventory_movements WHERE business_id = %(business)s
      UNION ALL SELECT revision FROM distribuciones WHERE business_id = %(business)s
      UNION ALL SELECT revision FROM distribucion_movements WHERE business_id = %(business)s
      UNION ALL SELECT revision FROM abonos WHERE business_id = %(business)s
      UNION ALL SELECT revision FROM abono_payments WHERE business_id = %(business)s) AS every
    GROUP BY revision HAVING count(*) > 1
"""

CHECKS = (WRONG_BALANCES, WRONG_STOCK, WRONG_DISTRIBUTIONS, OUT_OF_ORDER, USED_TWICE)


def require_sound(central: TestCentral) -> None:
    """Derived rows equal their facts, parents came before children, and no revision was given twice."""
    assert [central.rows(check) for check in CHECKS] == [[]] * len(CHECKS)


@pytest.fixture(scope="module")
def shared_central(postgres: TestPostgres) -> Iterator[TestCentral]:
    """One database for all examples; each opens a business of its own in it."""
    with running_central(postgres) as running:
        yield running


class Day:
    """A day at a stall that hypothesis plays: what was made so far, and the next operation of each kind."""

    def __init__(self, central: TestCentral) -> None:
        self.ana = central.ana
        self.customers = [self.ana.customer(opening_balance=1000), self.ana.customer()]
        self.products = [self.ana.product("Pollo"), self.ana.product("Huevos")]
        self.distribucion = self.ana.distribucion(self.ana.member_id)
        self.facts: list[Values] = []

    def opening(self) -> list[Values]:
        return [*self.customers, *self.products, self.distribucion]

    def next(self, kind: str, a: int, b: int) -> Values:
        return _KINDS[kind](self, a, b)

    def sale(self, a: int, b: int) -> Values:
        products = [self.products[(a + place) % 2]["entity_id"] for place in range(1 + b % 3)]
        where = self.distribucion["entity_id"] if b % 2 else None
        total = len(products) * ((a * 10 * 850 + 500) // 1000)
        client = self.customers[a % 2]["entity_id"] if a % 3 else new_id()
        sale = self.ana.sale(products, client, paid=total * (b % 3) // 2, grams=a * 10, distribucion_id=where)
        if b % 4 == 3:
            sale["data"]["sale_items"][0] |= {"unit": "unidad"}
        self.facts.append(sale)
        return sale

    def poisoned(self, a: int, b: int) -> Values:
        return self.ana.sale([self.products[0]["entity_id"]], balance_due=a)

    def abono(self, a: int, b: int) -> Values:
        abono = self.ana.abono(self.customers[b % 2]["entity_id"], a)
        self.facts.append(abono)
        return abono

    def void(self, a: int, b: int) -> Values:
        return self.ana.void(self.facts[a % len(self.facts)]) if self.facts else self.abono(a, b)

    def again(self, a: int, b: int) -> Values:
        return self.facts[a % len(self.facts)] if self.facts else self.sale(a, b)

    def again_under_another_id(self, a: int, b: int) -> Values:
        return self.again(a, b) | {"id": new_id()}

    def load(self, a: int, b: int) -> Values:
        kinds = ("carga", "recarga", "traspaso_entrada", "traspaso_salida", "devolucion", "merma")
        return self.ana.load(self.distribucion["entity_id"], a * 100, kinds[b % len(kinds)])

    def stock(self, a: int, b: int) -> Values:
        return self.ana.stock(self.products[b % 2]["entity_id"], a * 100)

    def opening_balance(self, a: int, b: int) -> Values:
        return self.ana.patch("customers", self.customers[b % 2]["entity_id"], opening_balance=(0, a))


_KINDS: dict[str, Callable[[Day, int, int], Values]] = {
    name: getattr(Day, name)
    for name in (
        "sale",
        "poisoned",
        "abono",
        "void",
        "again",
        "again_under_another_id",
        "load",
        "stock",
        "opening_balance",
    )
}

STEP = st.tuples(st.sampled_from(sorted(_KINDS)), st.integers(1, 500), st.integers(0, 11))
PUSHES = st.lists(st.lists(STEP, min_size=1, max_size=12), min_size=1, max_size=4)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pushes=PUSHES, resent=st.booleans())
def test_derived_figures_equal_the_facts(
    shared_central: TestCentral, pushes: list[list[tuple[str, int, int]]], resent: bool
) -> None:
    central = open_business(shared_central.database, shared_central.owner, {"Ana": BusinessUserRole.ADMIN_NEGOCIO})
    day = Day(central)
    bodies = [central.ana.body(day.opening())]
    bodies += [central.ana.body([day.next(*step) for step in push]) for push in pushes]
    for body in bodies:
        central.ana.push_body(body)
        require_sound(central)
    if resent:
        for body in bodies:
            central.ana.push_body(body)
        require_sound(central)


def test_only_a_poisoned_distribution_of_kilos_is_left_out(central: TestCentral, pollo: str) -> None:
    distribucion = central.ana.distribucion(central.members["Beto"])
    loads = [central.ana.load(distribucion["entity_id"], kilos) for kilos in (30_000, -1, 20_000)]
    assert central.ana.statuses(distribucion, *loads) == ["applied", "applied", "quarantined", "applied"]
    assert central.value("SELECT kilos_asignados * 1000 FROM distribuciones") == 50_000
    require_sound(central)


def test_a_late_sale_counts_in_its_closed_distribution(central: TestCentral, pollo: str) -> None:
    closed = {"estado": "cerrado", "closed_at": "2026-11-22T15:42:07.123456Z"}
    distribucion = central.ana.distribucion(central.members["Beto"], **closed)
    late = central.beto.sale([pollo], distribucion_id=distribucion["entity_id"])
    central.ana.push(distribucion)
    assert central.beto.statuses(late) == ["applied"]
    assert central.rows("SELECT kilos_vendidos * 1000, monto_recaudado * 100 FROM distribuciones") == [(2500, 2125)]
    require_sound(central)
