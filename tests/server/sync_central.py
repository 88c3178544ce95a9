"""A central with a business in it, and tills that send it operations, for the tests of synchronisation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import Connection, insert

from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.protocol.words import OperationResult, PushAnswer
from avileo_pos.server.business.audit import Act, record
from avileo_pos.server.business.businesses import new_business
from avileo_pos.server.postgres.database import Database
from avileo_pos.server.push.apply_push import apply_push
from avileo_pos.server.push.parse_push import parse_push
from avileo_pos.tables.base import instant_text
from avileo_pos.tables.server import device_members, devices, user
from tests.postgres import TestPostgres, make_tables, served

NOW = datetime(2026, 11, 22, 15, 42, 7, 123456, tzinfo=UTC)
TODAY = "2026-11-22"

Values = dict[str, Any]


def new_id() -> str:
    return str(uuid4())


@dataclass(slots=True)
class Till:
    """One device that sends operations in somebody's name. Every method returns an operation, not yet sent."""

    central: TestCentral
    device_id: str
    member_id: str
    user_id: str
    clock: datetime = NOW
    seqs: Iterator[int] = field(default_factory=lambda: count(1))

    def operation(self, kind: str, collection: str, entity_id: str, data: Values, **other: Any) -> Values:
        return {
            "id": new_id(),
            "seq": next(self.seqs),
            "operation_type": kind,
            "collection": collection,
            "entity_id": entity_id,
            "schema": 1,
            "depends_on": [],
            "actor_id": self.member_id,
            "created_at": instant_text(self.clock),
            "data": data,
        } | other

    def customer(self, name: str = "Casera Rosa", **other: Any) -> Values:
        data = {"name": name, "opening_balance": 0, "is_active": 1, **_stamps(self.clock)} | other
        return self.operation("create", "customers", new_id(), data)

    def product(self, name: str = "Pollo entero", **other: Any) -> Values:
        data = {"name": name, "type": "pollo", "unit": "kg", "base_price": 850, "price_date": TODAY}
        return self.operation(
            "create", "products", new_id(), data | {"tile_position": 1, "is_active": 1, **_stamps(self.clock)} | other
        )

    def cash_session(self, **other: Any) -> Values:
        data = {"device_id": self.device_id, "opening_float": 5000, "opened_at": instant_text(self.clock)}
        return self.operation(
            "create", "cash_sessions", new_id(), data | {"business_date": TODAY, **_stamps(self.clock)} | other
        )

    def distribucion(self, vendedor_id: str, **other: Any) -> Values:
        data = {"vendedor_id": vendedor_id, "punto_venta": "Carro A", "fecha": TODAY, "estado": "activo"}
        return self.operation("create", "distribuciones", new_id(), data | _stamps(self.clock) | other)

    def load(self, distribucion_id: str, kilos: int, kind: str = "carga", **other: Any) -> Values:
        data = {
            "distribucion_id": distribucion_id,
            "kind": kind,
            "kilos": kilos,
            "created_at": instant_text(self.clock),
        }
        return self.operation("create", "distribucion_movements", new_id(), data | other)

    def stock(self, product_id: str, quantity: int, kind: str = "compra", **other: Any) -> Values:
        data = {"product_id": product_id, "kind": kind, "quantity": quantity, "business_date": TODAY}
        return self.operation(
            "create", "inventory_movements", new_id(), data | {"created_at": instant_text(self.clock)} | other
        )

    def sale(
        self,
        product_ids: Sequence[str],
        client_id: str | None = None,
        paid: int | None = None,
        grams: int = 2500,
        **other: Any,
    ) -> Values:
        """A sale of so many grams of each product at S/ 8.50; what is not paid stays on credit."""
        subtotal = (grams * 850 + 500) // 1000
        total = subtotal * len(product_ids)
        paid = total if paid is None else paid
        data = {
            "client_id": client_id,
            "device_id": self.device_id,
            "receipt_number": f"A1-{new_id()[:12]}",
            "sale_type": "contado" if paid == total else "credito",
            "total_amount": total,
            "amount_paid": paid,
            "balance_due": total - paid,
            "net_weight": grams * len(product_ids),
            "sale_date": instant_text(self.clock),
            "business_date": TODAY,
            "created_at": instant_text(self.clock),
            "sale_items": [_line(place, product, grams, subtotal) for place, product in enumerate(product_ids)],
            "sale_payments": [{"id": new_id(), "method": "efectivo", "amount": paid}] if paid else [],
            "inventory_movements": [self._movement("venta", product, -grams) for product in product_ids],
        }
        return self.operation("create", "sales", new_id(), data | other)

    def abono(self, client_id: str, amount: int, **other: Any) -> Values:
        data = {
            "client_id": client_id,
            "device_id": self.device_id,
            "receipt_number": f"A1-{new_id()[:12]}",
            "amount": amount,
            "payment_method": "yape",
            "balance_before": 0,
            "business_date": TODAY,
            "created_at": instant_text(self.clock),
            "abono_payments": [{"id": new_id(), "method": "yape", "amount": amount}],
        }
        return self.operation("create", "abonos", new_id(), data | other)

    def void(self, fact: Values, **other: Any) -> Values:
        data: Values = {
            "voided_at": instant_text(self.clock),
            "void_reason": "se equivocó de producto",
            "void_approved_by": None,
            "void_cash_session_id": None,
        }
        if fact["collection"] == "sales":
            taken = [(line["product_id"], line["quantity"]) for line in fact["data"]["sale_items"]]
            data["inventory_movements"] = [self._movement("anulacion", *each) for each in taken]
        return self.operation("delete", fact["collection"], fact["entity_id"], data | other)

    def patch(self, collection: str, entity_id: str, **changes: tuple[Any, Any]) -> Values:
        data = {name: {"was": was, "now": now} for name, (was, now) in changes.items()}
        return self.operation("update", collection, entity_id, data)

    def body(self, operations: Sequence[Values], **other: Any) -> bytes:
        request = {
            "device_id": self.device_id,
            "business_id": self.central.business_id,
            "client_time": instant_text(self.clock),
            "operations": operations,
        }
        return msgspec.json.encode(request | other)

    def push(self, *operations: Values) -> PushAnswer:
        return self.push_body(self.body(operations))

    def push_body(self, body: bytes) -> PushAnswer:
        return apply_push(self.central.database, parse_push(body), self.user_id, NOW)

    def results(self, *operations: Values) -> list[OperationResult]:
        return self.push(*operations).results

    def statuses(self, *operations: Values) -> list[str]:
        return [str(result.status) for result in self.results(*operations)]

    def _movement(self, kind: str, product_id: str, quantity: int) -> Values:
        return {
            "id": new_id(),
            "product_id": product_id,
            "kind": kind,
            "quantity": quantity,
            "business_date": TODAY,
            "created_at": instant_text(self.clock),
        }


@dataclass(slots=True)
class TestCentral:
    """A database with one business, its admin Ana and its vendedor Beto, each at an enrolled till.

    `database` is as central sees it; by `owner` the tests look and reach behind it.
    """

    __test__ = False

    database: Database
    owner: Database
    business_id: str
    users: dict[str, str] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    tills: dict[str, Till] = field(default_factory=dict)

    @property
    def ana(self) -> Till:
        return self.tills["Ana"]

    @property
    def beto(self) -> Till:
        return self.tills["Beto"]

    def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        with self.owner.transaction() as connection:
            found = connection.exec_driver_sql(statement, {"business": self.business_id} | values)
            return [tuple(row) for row in found]

    def value(self, statement: str, **values: Any) -> Any:
        return self.rows(statement, **values)[0][0]

    def forget_since(self, audit_number: int, audit_hash: str) -> None:
        """As a database that has gone back without knowing it, of all that was sold since."""
        for table in ("sale_items", "sale_payments", "inventory_movements", "sales"):
            self.run(f"DELETE FROM {table} WHERE business_id = %(business)s::uuid")
        number = {"number": audit_number}
        self.run("DELETE FROM sync_operations WHERE audit_number > %(number)s", **number)
        self.run("DELETE FROM audit_entries WHERE number > %(number)s", **number)
        self.run("UPDATE sync_counters SET audit_number = %(number)s, audit_hash = %(hash)s", hash=audit_hash, **number)

    def run(self, statement: str, **values: Any) -> None:
        with self.owner.transaction() as connection:
            connection.exec_driver_sql(statement, {"business": self.business_id} | values)


def open_business(database: Database, owner: Database, people: Mapping[str, BusinessUserRole]) -> TestCentral:
    """A new business with these people, one till each."""
    central = TestCentral(database, owner, new_id())

    def fill(connection: Connection) -> None:
        with new_business(connection, UUID(central.business_id), "Pollos Rosita", NOW) as writer:
            for name, role in people.items():
                central.users[name], central.members[name] = new_id(), new_id()
                values = {"id": central.users[name], "name": name, "email": f"{central.users[name]}@example.com"}
                connection.execute(insert(user).values(values))
                writer.add_member(user_id=central.users[name], name=name, role=role, id=UUID(central.members[name]))
            record(connection, writer.business_id, writer.revisions, Act("business.founded", {}), NOW)
        for name in people:
            central.tills[name] = enrolled_till(connection, central, name)

    database.in_transaction(fill, UUID(central.business_id))
    return central


@cache
def _series() -> Iterator[int]:
    return count(1)


def enrolled_till(connection: Connection, central: TestCentral, name: str) -> Till:
    """One more till on which this person has signed in."""
    business_id, device_id = UUID(central.business_id), uuid4()
    values = {"business_id": business_id, "id": device_id, "name": f"Caja de {name}", "created_at": NOW}
    connection.execute(insert(devices).values(receipt_series=f"T{next(_series())}", **values))
    signed_in = {"business_id": business_id, "device_id": device_id, "member_id": UUID(central.members[name])}
    connection.execute(insert(device_members).values(first_signed_in_at=NOW, **signed_in))
    return Till(central, str(device_id), central.members[name], central.users[name])


@contextmanager
def running_central(postgres: TestPostgres) -> Iterator[TestCentral]:
    """A migrated database of its own with the usual business."""
    with postgres.database(make_tables) as url, served(url) as database, Database.connect(url) as owner:
        people = {"Ana": BusinessUserRole.ADMIN_NEGOCIO, "Beto": BusinessUserRole.VENDEDOR}
        yield open_business(database, owner, people)


def stored(central: TestCentral, operation: Values) -> str:
    """The id of a card, after Ana has sent it to central."""
    assert central.ana.statuses(operation | {"actor_id": central.members["Ana"]}) == ["applied"]
    return str(operation["entity_id"])


def _stamps(moment: datetime) -> Values:
    return {"created_at": instant_text(moment), "updated_at": instant_text(moment)}


def _line(place: int, product_id: str, grams: int, subtotal: int) -> Values:
    return {
        "id": new_id(),
        "product_id": product_id,
        "position": place,
        "product_name": "Pollo entero",
        "unit": "kg",
        "gross_weight": grams,
        "tara": 0,
        "quantity": grams,
        "unit_price": 850,
        "list_price": 850,
        "price_date": TODAY,
        "subtotal": subtotal,
    }
