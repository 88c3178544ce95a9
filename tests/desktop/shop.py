"""A stall with people, prices, customers and a day's kilos in a real replica, for tests that use it as a person would.

`pytest` gives it as the fixture `shop` (tests/desktop/conftest.py). Time stands still on a Friday at 10:42 in Lima
until `shop.clock.go_on(...)`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from argon2 import PasswordHasher
from PySide6.QtCore import QCoreApplication
from sqlalchemy import Connection, Table, insert

from avileo_pos.desktop.background.replica_lane import ReplicaLane
from avileo_pos.desktop.live_changes import LiveChanges
from avileo_pos.desktop.till import Host, Till
from avileo_pos.domain.business_day import DEFAULT_CUTOFF_HOUR
from avileo_pos.domain.enums import (
    BusinessUserRole,
    DistribucionMovementKind,
    DistribucionStatus,
    ModoOperacion,
    PaymentMethod,
    ProductType,
    ProductUnit,
    SaleType,
)
from avileo_pos.domain.money import line_subtotal
from avileo_pos.domain.operation_mode import OperationRules
from avileo_pos.domain.permissions import Actor
from avileo_pos.domain.sale import Payment
from avileo_pos.protocol import OperationResult, OperationStatus
from avileo_pos.queries.receipt import AbonoReceipt, SaleReceipt
from avileo_pos.replica.database import Replica
from avileo_pos.replica.identity import TillIdentity, enrol
from avileo_pos.replica.queue import give_back, next_batch, settle
from avileo_pos.replica.transaction import read, write
from avileo_pos.tables import shared
from avileo_pos.usecases.abono import RegisterAbono, register_abono
from avileo_pos.usecases.cash_session import OpenCashSession, open_cash_session
from avileo_pos.usecases.sale import RegisterSale, SaleLine, register_sale
from avileo_pos.work import Business, Work

RequestT = TypeVar("RequestT")
AnswerT = TypeVar("AnswerT")

FRIDAY = datetime(2026, 11, 20, 15, 42, tzinfo=UTC)
TODAY = date(2026, 11, 20)
REVISION = 7
ANSWERS_IN_A_ROW = 5
PEPA_PIN, ROSA_PIN = "4071", "2580"


def known_id(name: str) -> UUID:
    """The same id for the same name in every test."""
    return uuid5(NAMESPACE_URL, name)


BUSINESS = Business(
    id=known_id("Avícola Doña Pepa"),
    name="Avícola Doña Pepa",
    ruc="20100070970",
    rules=OperationRules(
        ModoOperacion.INVENTARIO_PROPIO, control_kilos=True, usar_distribucion=True, permitir_venta_sin_stock=True
    ),
    day_cutoff_hour=DEFAULT_CUTOFF_HOUR,
)
DEVICE_ID = known_id("Caja 1")
DEVICE_NAME = "Caja 1"

PEPA = Actor(known_id("Pepa Salas"), "Pepa Salas", BusinessUserRole.ADMIN_NEGOCIO)
ROSA = Actor(known_id("Rosa Quispe"), "Rosa Quispe", BusinessUserRole.VENDEDOR)
JOSE = Actor(known_id("José Huamán"), "José Huamán", BusinessUserRole.VENDEDOR)
SALES_POINTS = {PEPA: "Almacén", ROSA: "Puesto 14, mercado Central", JOSE: "Carreta, paradero 5"}
PINS = {PEPA: PEPA_PIN, ROSA: ROSA_PIN}

PRODUCTS = (
    ("Pollo entero", ProductType.POLLO, ProductUnit.KG, "9.80", "134.500"),
    ("Pechuga", ProductType.POLLO, ProductUnit.KG, "15.50", "42.000"),
    ("Pierna con encuentro", ProductType.POLLO, ProductUnit.KG, "10.90", "38.250"),
    ("Alitas", ProductType.POLLO, ProductUnit.KG, "12.00", "28.000"),
    ("Menudencia", ProductType.POLLO, ProductUnit.KG, "6.50", "0.000"),
    ("Huevo pardo", ProductType.HUEVO, ProductUnit.KG, "7.20", "120.000"),
    ("Huevo rosado", ProductType.HUEVO, ProductUnit.KG, "7.80", "64.000"),
    ("Jaba de huevos (30)", ProductType.HUEVO, ProductUnit.UNIDAD, "16.00", "24.000"),
    ("Gallina", ProductType.POLLO, ProductUnit.KG, "8.40", "22.000"),
    ("Pavita", ProductType.OTRO, ProductUnit.KG, "18.90", "6.000"),
)
ENVASES = (("Jaba", "2.000"), ("Bolsa", "0.010"))
# Name, apodo, DNI, phone, opening balance, credit limit.
CUSTOMERS = (
    ("Juana Mamani", "La casera", "41256378", "987654321", "320.50", "500.00"),
    ("Restaurante El Ñandú", None, None, "955111222", "1234.50", "2000.00"),
    ("Luis Cárdenas", "Lucho", "09876543", None, "0.00", None),
    ("Pollería San José", None, None, "944333222", "45.00", "40.00"),
    ("María Ángeles Díaz", "Angelita", "70123456", "912345678", "-12.30", None),
)
ASSIGNED_KILOS = Decimal("80.000")


def product_id(name: str) -> UUID:
    return known_id(f"producto {name}")


def customer_id(name: str) -> UUID:
    return known_id(f"cliente {name}")


ROSAS_DISTRIBUCION = known_id("distribución de Rosa")


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = FRIDAY

    def __call__(self) -> datetime:
        return self.now

    def go_on(self, **duration: float) -> None:
        """`hours=2`, `days=1`, as a timedelta takes them."""
        self.now += timedelta(**duration)


class Shop:
    """The stall's till, open: the real lane over the real replica."""

    def __init__(self, file: Path) -> None:
        self.clock = Clock()
        self.news = LiveChanges()
        self.replica = Replica.open(file, clock=self.clock)
        self.troubles: list[Exception] = []
        self.lane = ReplicaLane(self.replica, ROSA, self.news, self.troubles.append)

    def close(self) -> None:
        self.lane.close()

    def till(self, person: Actor, host: Host) -> Till:
        """The till as that person has it open."""
        self.lane.person = person
        return Till(self.lane, self.news, host, person, BUSINESS, DEVICE_NAME, self.clock)

    def do(self, usecase: Callable[[Work, RequestT], AnswerT], request: RequestT, *, by: Actor = ROSA) -> AnswerT:
        """Have somebody do something behind the screen; what is shown refreshes."""
        answer = self.lane.run(partial(_write, by, usecase, request))
        self.news.tell(self.replica.take_changed())
        self.settle()
        return answer

    def ask(self, query: Callable[[Work], AnswerT], *, by: Actor = PEPA) -> AnswerT:
        """What a query says now."""
        return self.lane.run(partial(_read, by, query))

    def open_drawer(self, by: Actor = ROSA) -> None:
        self.do(open_cash_session, OpenCashSession(uuid4(), Decimal("50.00")), by=by)

    def sell(self, product: str, kilos: str, *, to: str | None = None, paid: str = "", by: Actor = ROSA) -> SaleReceipt:
        """For cash, or on credit `to` a customer who pays a part by Yape. The drawer must be open."""
        price = next(Decimal(price) for name, _, _, price, _ in PRODUCTS if name == product)
        line = SaleLine(product_id(product), Decimal(kilos), price, price)
        if to is None:
            cash = Payment(PaymentMethod.EFECTIVO, line_subtotal(line.quantity, price))
            return self.do(register_sale, RegisterSale(uuid4(), SaleType.CONTADO, (line,), (cash,)), by=by)
        part = (Payment(PaymentMethod.YAPE, Decimal(paid)),) if paid else ()
        return self.do(register_sale, RegisterSale(uuid4(), SaleType.CREDITO, (line,), part, customer_id(to)), by=by)

    def take_abono(self, customer: str, amount: str, *, by: Actor = ROSA) -> AbonoReceipt:
        yape = (Payment(PaymentMethod.YAPE, Decimal(amount)),)
        return self.do(register_abono, RegisterAbono(uuid4(), customer_id(customer), yape), by=by)

    def refuse(self, sale: SaleReceipt, code: str = "forbidden") -> None:
        """Have central's answer be that it does not take this sale."""
        self.refuse_of(sale.sale_id, "sales", code)

    def refuse_of(self, entity_id: UUID, collection: str, code: str = "rule_broken") -> None:
        """Have central's answer be that it does not take the one thing that was done to it here."""
        self.lane.run(partial(_park, str(entity_id), code))
        self.news.tell(frozenset({"sync_queue", collection}))
        self.settle()

    def all_is_sent(self) -> None:
        """Have central's answer be that it has taken everything."""
        self.lane.run(_send_all)
        self.news.tell(frozenset({"sync_queue"}))
        self.settle()

    def settle(self) -> None:
        """Wait until the lane has done everything asked for and the screens have been told."""
        for _ in range(ANSWERS_IN_A_ROW):
            self.lane.run(_nothing)
            QCoreApplication.processEvents()


def _write(by: Actor, usecase: Callable[[Work, RequestT], AnswerT], request: RequestT, replica: Replica) -> AnswerT:
    return write(replica, by, usecase, request)


def _read(by: Actor, query: Callable[[Work], AnswerT], replica: Replica) -> AnswerT:
    return read(replica, by, query)


def _park(entity_id: str, code: str, replica: Replica) -> None:
    with replica.writing() as db:
        queued = db.exec_driver_sql("SELECT id, seq FROM sync_queue WHERE entity_id = ?", (entity_id,)).one()
        batch = next_batch(db, queued.seq, 10**6, FRIDAY)
        refused = [OperationResult(queued.id, OperationStatus.QUARANTINED, code=code, message="Not for this role.")]
        settle(db, BUSINESS.id, refused, FRIDAY, lambda _: FRIDAY)
        give_back(db, [operation.id for operation in batch])


def _send_all(replica: Replica) -> None:
    with replica.writing() as db:
        db.exec_driver_sql("UPDATE sync_queue SET status = 'acked', acked_at = created_at, acked_revision = 8")


def _nothing(_replica: Replica) -> None:
    """What waits behind everything that was asked for before."""


def furnish(file: Path) -> None:
    """Make a replica with the whole shop in it."""
    with Replica.open(file, clock=Clock()) as replica, replica.writing() as connection:
        _fill(connection)


def _fill(connection: Connection) -> None:
    stamps = {"created_at": FRIDAY - timedelta(days=90), "updated_at": FRIDAY - timedelta(days=1)}
    sent = {"sync_status": "synced", "revision": REVISION}
    mine = {"business_id": BUSINESS.id, "revision": REVISION}
    card = {**mine, **stamps, **sent, "is_active": True}

    def store(table: Table, *rows: Mapping[str, Any]) -> None:
        connection.execute(insert(table), list(rows))

    rules = BUSINESS.rules
    store(
        shared.businesses,
        {
            **stamps,
            **sent,
            "id": BUSINESS.id,
            "name": BUSINESS.name,
            "ruc": BUSINESS.ruc,
            "modo_operacion": str(rules.mode),
            "control_kilos": rules.control_kilos,
            "usar_distribucion": rules.usar_distribucion,
            "permitir_venta_sin_stock": rules.permitir_venta_sin_stock,
            "day_cutoff_hour": BUSINESS.day_cutoff_hour,
            "is_active": True,
        },
    )
    identity = TillIdentity(BUSINESS.id, DEVICE_ID, DEVICE_NAME, "A1")
    enrol(connection, identity, stamps["created_at"], last_receipt=122)
    store(shared.business_users, *(_member(person, sent) for person in (PEPA, ROSA, JOSE)))
    store(
        shared.products,
        *(
            {
                **card,
                "id": product_id(name),
                "name": name,
                "type": kind,
                "unit": unit,
                "base_price": Decimal(price),
                "price_date": TODAY,
                "tile_position": position,
            }
            for position, (name, kind, unit, price, _) in enumerate(PRODUCTS, 1)
        ),
    )
    store(
        shared.inventory,
        *(
            {
                **mine,
                "id": product_id(name),
                "product_id": product_id(name),
                "quantity": Decimal(stock),
                "updated_at": stamps["updated_at"],
            }
            for name, _, _, _, stock in PRODUCTS
        ),
    )
    store(
        shared.envases,
        *({**card, "id": known_id(f"envase {name}"), "name": name, "tara": Decimal(tara)} for name, tara in ENVASES),
    )
    store(shared.customers, *(_customer(card, *customer) for customer in CUSTOMERS))
    store(
        shared.customer_balances,
        *(
            {**mine, "id": customer_id(name), "balance": Decimal(debt), "opening_balance": Decimal(debt)}
            for name, _, _, _, debt, _ in CUSTOMERS
        ),
    )
    _give_rosa_her_kilos(store, mine, stamps, sent)


def _member(person: Actor, sent: Mapping[str, Any]) -> dict[str, Any]:
    # The cheapest hash that argon2 makes: a test's PIN protects nothing.
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    pin = PINS.get(person)
    return {
        **sent,
        "business_id": BUSINESS.id,
        "id": person.member_id,
        "user_id": f"user-{person.name}",
        "name": person.name,
        "role": person.role,
        "sales_point": SALES_POINTS[person],
        "commission_rate": Decimal("2.50"),
        "pin_hash": pin and cheap.hash(pin),
        "is_active": True,
        "joined_at": FRIDAY - timedelta(days=90),
        "updated_at": FRIDAY - timedelta(days=90),
    }


def _customer(
    card: Mapping[str, Any],
    name: str,
    apodo: str | None,
    dni: str | None,
    phone: str | None,
    debt: str,
    limit: str | None,
) -> dict[str, Any]:
    return {
        **card,
        "id": customer_id(name),
        "name": name,
        "apodo": apodo,
        "dni": dni,
        "phone": phone,
        "opening_balance": Decimal(debt),
        "credit_limit": limit and Decimal(limit),
        "created_by": PEPA.member_id,
    }


def _give_rosa_her_kilos(
    store: Callable[..., None], mine: Mapping[str, Any], stamps: Mapping[str, Any], sent: Mapping[str, Any]
) -> None:
    this_morning = FRIDAY - timedelta(hours=5)
    store(
        shared.distribuciones,
        {
            **mine,
            **sent,
            "id": ROSAS_DISTRIBUCION,
            "vendedor_id": ROSA.member_id,
            "punto_venta": SALES_POINTS[ROSA],
            "kilos_asignados": ASSIGNED_KILOS,
            "fecha": TODAY,
            "estado": DistribucionStatus.ACTIVO,
            "created_at": this_morning,
            "updated_at": this_morning,
        },
    )
    store(
        shared.distribucion_movements,
        {
            **mine,
            **sent,
            "id": known_id("carga de Rosa"),
            "distribucion_id": ROSAS_DISTRIBUCION,
            "kind": DistribucionMovementKind.CARGA,
            "product_id": product_id("Pollo entero"),
            "kilos": ASSIGNED_KILOS,
            "created_by": PEPA.member_id,
            "created_at": this_morning,
        },
    )
