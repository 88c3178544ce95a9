"""A till of the simulator: its real file, engine and use cases, and what people do at it, with everything injected."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final, TypeVar
from unittest.mock import patch
from uuid import UUID

import msgspec
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL

from avileo_pos.domain.enums import (
    BusinessUserRole,
    CashMovementKind,
    MovementKind,
    PaymentMethod,
    ProductType,
    ProductUnit,
    SaleType,
)
from avileo_pos.domain.permissions import Actor, Permission
from avileo_pos.domain.sale import Payment
from avileo_pos.protocol import data_hash
from avileo_pos.queries.balance import customer_balances, stock_by_product
from avileo_pos.queries.cash_session import cash_report, open_cash_session_id
from avileo_pos.queries.customer import customer_card
from avileo_pos.queries.distribucion import distribucion
from avileo_pos.queries.product import ProductTile, all_products
from avileo_pos.replica import database
from avileo_pos.replica.database import Replica
from avileo_pos.replica.identity import read_actor
from avileo_pos.replica.sign_ins import people_here
from avileo_pos.replica.transaction import read, reads, write
from avileo_pos.sync.central import Central, CentralTrouble
from avileo_pos.sync.engine import Ahead, SyncEngine
from avileo_pos.sync.http_client import HttpCentral
from avileo_pos.sync.state import RoundOutcome
from avileo_pos.tables.base import instant_text
from avileo_pos.usecases.abono import RegisterAbono, VoidAbono, register_abono, void_abono
from avileo_pos.usecases.approval import ApproveByPin, PinRefused, TakeOverByPin, approve, take_over
from avileo_pos.usecases.cash_session import (
    CloseCashSession,
    OpenCashSession,
    RecordCashMovement,
    close_cash_session,
    open_cash_session,
    record_cash_movement,
)
from avileo_pos.usecases.customer import CreateCustomer, CustomerDetails, EditCustomer, create_customer, edit_customer
from avileo_pos.usecases.distribucion import (
    AcceptDistribucion,
    CloseDistribucion,
    MoveKilos,
    OpenDistribucion,
    ReloadDistribucion,
    ReturnedKilos,
    accept_distribucion,
    close_distribucion,
    move_kilos,
    open_distribucion,
    reload_distribucion,
)
from avileo_pos.usecases.inventory import RecordStockMovement, record_stock_movement
from avileo_pos.usecases.product import (
    CreateProduct,
    EditProduct,
    NewPrice,
    SetPrices,
    create_product,
    edit_product,
    set_prices,
)
from avileo_pos.usecases.sale import RegisterSale, SaleLine, VoidSale, register_sale, void_sale
from avileo_pos.work import Work
from tests.simulation.ledger import NOTHING, Cart, Done, Meaning, in_cash, sale_meaning
from tests.simulation.network import Line

T = TypeVar("T")
Row = dict[str, Any]

PAGES_OF_A_DISK: Final = 1_000_000
NAMELESS: Final = (
    '{"name":" ","opening_balance":0,"is_active":1,"created_at":"2031-03-14T15:00:00.000000Z",'
    '"updated_at":"2031-03-14T15:00:00.000000Z"}'
)
POISONS: Final = {
    "collection": ("customers_of_tomorrow", "create", "{}"),
    "type": ("customers", "update", '{"name":{"was":"a","now":7}}'),
    "text": ("customers", "create", NAMELESS),
    "number": ("inventory_movements", "create", '{"quantity":1e300}'),
    "forbidden": ("businesses", "create", '{"name":"otra"}'),
    "nul": ("customers", "create", '{"name":"a\\u0000b"}'),
}
_JUST_DONE = "SELECT id, seq, operation_type, collection, entity_id, data, depends_on FROM sync_queue WHERE seq > ?"


_engines: dict[URL, Engine] = {}


def _engine(url: URL, **options: Any) -> Engine:
    """One for each path, however often a program starts there: what SQLAlchemy has compiled is compiled once."""
    if url not in _engines:
        _engines[url] = create_engine(url, **options)
    return _engines[url]


def _when_needed(call: Callable[[], T], /) -> Callable[[], T]:
    return call


def _opened(till: SimulatedTill) -> Replica:
    return Replica.open(till.file, clock=till.clock, new_id=till.new_id)


def _at_once(call: Callable[[], T], /) -> Callable[[], T]:
    """As if another thread were so quick that it has asked before anything else happens."""
    try:
        answer = call()
    except CentralTrouble as found:
        trouble = found

        def raising() -> T:
            raise trouble

        return raising
    return lambda: answer


class DiskWatch:
    """How much of a write-ahead log is on the disk for certain: all up to the last commit that waited for that."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._bytes = 0
        self._is_waiting = False

    def commit(self, *, is_durable: bool) -> None:
        """A COMMIT is about to be done."""
        self.durable_bytes()
        self._is_waiting = is_durable

    def durable_bytes(self) -> int:
        if self._is_waiting:
            self._bytes, self._is_waiting = self._log.stat().st_size if self._log.exists() else 0, False
        return self._bytes


def _home(till: SimulatedTill) -> Central:
    return till.central


class SimulatedTill:
    """Open until it is closed or crashes. Every act returns the operations that it committed."""

    def __init__(
        self,
        name: str,
        file: Path,
        user_id: str,
        member_id: UUID,
        line: Line,
        now: Callable[[], datetime],
        chance: Random,
        timer: Callable[[], float],
        *,
        asks_ahead: bool = False,
        calling: Callable[[SimulatedTill], Central] = _home,
    ) -> None:
        """`calling` says what the engine calls, at each start of the program."""
        self.name = name
        self.file = file
        self.user_id = user_id
        self.member_id = member_id
        self.line = line
        self.clock_is_ahead = timedelta()
        self.due: datetime = now()
        self.copies: list[Path] = []
        self.is_signed_out = False
        self.at_the_counter: UUID | None = None
        self.lent: Actor | None = None
        self.start: Callable[[SimulatedTill], Replica] = _opened
        self._now = now
        self._chance = chance
        self._timer = timer
        self._ahead: Ahead = _at_once if asks_ahead else _when_needed
        self.central = HttpCentral(
            "http://central", lambda: None if self.is_signed_out else self.user_id, timer=timer, transport=line
        )
        self.somebody = Actor(member_id, name, BusinessUserRole.ADMIN_NEGOCIO)
        self._tables: dict[str, tuple[list[Any], list[Row]]] = {}
        self._calling = calling
        self.open()

    def open(self) -> None:
        """The program starts."""
        with patch.object(database, "create_engine", _engine):
            self.replica = self.start(self)
        self.driver.execute("PRAGMA busy_timeout = 0")
        self.calls = self._calling(self)
        self.engine = SyncEngine(
            self.run,
            self.calls,
            self.clock,
            random=self._chance.random,
            timer=self._timer,
            new_id=self.new_id,
            ahead=self._ahead,
        )

    @property
    def driver(self) -> Any:
        """Beside SQLAlchemy, so that what the checkers read is no moment of the program."""
        return self.replica._db.connection.driver_connection

    def find_room(self) -> None:
        """The disk is not full any more."""
        self.driver.execute(f"PRAGMA max_page_count = {PAGES_OF_A_DISK}")

    def close(self) -> None:
        self.replica.close()

    def crash(self, durable_bytes: int | None = None) -> None:
        """The process is gone: nothing more reaches the file, which is as the system has it at this moment.

        With `durable_bytes` the power is gone too, and no more than so much of the write-ahead log is on the disk.
        """
        log = self.file.with_name(f"{self.file.name}-wal")
        kept = [(part, part.read_bytes()) for part in (self.file, log) if part.exists()]
        if durable_bytes is not None:
            kept = [(part, content[:durable_bytes] if part == log else content) for part, content in kept]
        self.replica.close()
        self.remove_file()
        for part, content in kept:
            part.write_bytes(content)

    def remove_file(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            self.file.with_name(f"{self.file.name}{suffix}").unlink(missing_ok=True)

    def copy_file(self) -> None:
        """As a backup of the PC keeps it."""
        copy = self.file.with_name(f"{self.file.stem}-copy-{len(self.copies)}.db")
        self.replica.copy_into(copy)
        self.copies.append(copy)

    def go_back_to(self, copy: Path) -> None:
        self.replica.close()
        self.remove_file()
        shutil.copy(copy, self.file)
        self.open()

    def run(self, piece: Callable[[Replica], T], /) -> T:
        return piece(self.replica)

    def clock(self) -> datetime:
        return self._now() + self.clock_is_ahead

    def new_id(self) -> UUID:
        return UUID(int=self._chance.getrandbits(128), version=4)

    def sync(self) -> RoundOutcome:
        return self.engine.run_round()

    def write_poison(self, kind: str) -> Done:
        """Queue what central cannot take; nothing in the file shows it."""
        entity, operation_id = str(self.new_id()), str(self.new_id())
        collection, operation_type, data = POISONS[kind]
        with self.replica.writing() as db:
            db.exec_driver_sql(
                "INSERT INTO sync_queue (id, operation_type, collection, entity_id, data, depends_on, actor_id, schema,"
                " created_at, sha256) VALUES (?, ?, ?, ?, ?, '[]', ?, 1, ?, ?)",
                (
                    operation_id,
                    operation_type,
                    collection,
                    entity,
                    data,
                    str(self.member_id),
                    instant_text(self.clock()),
                    data_hash(data.encode()),
                ),
            )
        seq = self.value("SELECT max(seq) FROM sync_queue")
        said = msgspec.json.decode(data)
        return Done(operation_id, self.name, seq, operation_type, collection, entity, said, (), self._now(), NOTHING)

    # --- What people do ----------------------------------------------------------------------------------------------

    @property
    def actor(self) -> Actor:
        """The person as the last pull knows them, as after unlocking the till."""
        return self.lent or self.run(reads(read_actor, self.at_the_counter or self.member_id))

    def people_here(self) -> set[UUID]:
        """Who is offered to go on with a PIN."""
        return {self.member_id, *(person.member_id for person in self.run(reads(people_here)))}

    def take_over(self, member_id: UUID, pin: str) -> PinRefused | None:
        somebody = Actor(member_id, "", BusinessUserRole.VENDEDOR)
        answer = write(self.replica, somebody, take_over, TakeOverByPin(member_id, pin))
        return answer if isinstance(answer, PinRefused) else None

    def borrow(self, permission: Permission, pin: str) -> PinRefused | None:
        """For the next act; until then it is `lent`."""
        answer = write(self.replica, self.actor, approve, ApproveByPin(permission, pin))
        if isinstance(answer, PinRefused):
            return answer
        self.lent = answer
        return None

    def do(
        self,
        usecase: Callable[[Work, Any], Any],
        request: object,
        meaning: Meaning = NOTHING,
        by: Actor | None = None,
    ) -> list[Done]:
        """What it committed; whatever the use case raises. `meaning` belongs to the operation."""
        before = self.last_place()
        write(self.replica, by or self.actor, usecase, request)
        return self.done_since(before, meaning)

    def last_place(self) -> int:
        place: int = self.value("SELECT coalesce(max(seq), 0) FROM sync_queue")
        return place

    def done_since(self, place: int, meaning: Meaning = NOTHING) -> list[Done]:
        """What has taken a later place in the queue."""
        return [
            Done(
                row["id"],
                self.name,
                row["seq"],
                row["operation_type"],
                row["collection"],
                row["entity_id"],
                msgspec.json.decode(row["data"]),
                tuple(msgspec.json.decode(row["depends_on"])),
                self._now(),
                meaning,
            )
            for row in self.rows(_JUST_DONE, place)
        ]

    def ask(self, query: Callable[..., T], *args: Any) -> T:
        return read(self.replica, self.actor, query, *args)

    def open_drawer(self) -> list[Done]:
        request = OpenCashSession(self.new_id(), Decimal("50.00"))
        return self.do(open_cash_session, request, Meaning(drawers={str(request.request_id): 5000}))

    def close_drawer(self) -> list[Done]:
        drawer = self.ask(open_cash_session_id)
        return [] if drawer is None else self.count(drawer)

    def count(self, drawer: UUID) -> list[Done]:
        return self.do(close_cash_session, CloseCashSession(drawer, Decimal("77.70"), "no cuadra"))

    def spend(self, centimos: int) -> list[Done]:
        amount = Decimal(centimos) / 100
        request = RecordCashMovement(self.new_id(), CashMovementKind.GASTO, amount, "bolsas")
        return _in_drawer(self.do(record_cash_movement, request), -centimos)

    def sell(
        self, wanted: list[list[int]], customer: str | None, paid_percent: int | None, cart: UUID | None = None
    ) -> list[Done]:
        """`wanted` are [which product, grams]; `paid_percent` None is cash for all, else so much of it by Yape."""
        sale = cart or self.new_id()
        tiles = [tile for tile in self.ask(all_products) if tile.is_active]
        if not tiles:
            return []
        chosen = [_weighed(tiles[which % len(tiles)], grams) for which, grams in wanted]
        lines = tuple(SaleLine(tile.id, Decimal(grams) / 1000, tile.price, tile.price) for tile, grams in chosen)
        counted = [(str(tile.id), grams, int(tile.price * 100)) for tile, grams in chosen]
        meaning = partial(sale_meaning, counted, customer, moves_stock=self.moves_stock)
        by_weight = {str(tile.id) for tile, _ in chosen if tile.unit is ProductUnit.KG}
        client, total = UUID(customer) if customer else None, meaning(0).owes
        if paid_percent is None or client is None:
            payments: tuple[Payment, ...] = (Payment(PaymentMethod.EFECTIVO, Decimal("99999.00")),)
            request = RegisterSale(sale, SaleType.CONTADO, lines, payments, client)
            sold = _in_drawer(self.do(register_sale, request, meaning(None)), in_cash(total))
            return [from_cart(each, by_weight, in_cash(total)) for each in sold]
        paid = total * paid_percent // 100
        payments = (Payment(PaymentMethod.YAPE, Decimal(paid) / 100),) if paid else ()
        request = RegisterSale(sale, SaleType.CREDITO, lines, payments, client)
        sold = self.do(register_sale, request, meaning(paid))
        return [from_cart(each, by_weight, paid) for each in sold]

    def take_abono(self, customer: str, centimos: int) -> list[Done]:
        payment = Payment(PaymentMethod.EFECTIVO, Decimal(centimos) / 100)
        request = RegisterAbono(self.new_id(), UUID(customer), (payment,))
        return _in_drawer(self.do(register_abono, request, Meaning(customer, -centimos)), centimos)

    def void_sale(self, sale: str) -> list[Done]:
        return self.do(void_sale, VoidSale(UUID(sale), "se equivocó"))

    def void_abono(self, abono: str) -> list[Done]:
        return self.do(void_abono, VoidAbono(UUID(abono), "se equivocó"))

    def new_customer(self, name: str) -> list[Done]:
        request = CreateCustomer(self.new_id(), CustomerDetails(name))
        return self.do(create_customer, request, Meaning(str(request.request_id), 0))

    def edit_customer(self, customer: str, **changes: Any) -> list[Done]:
        """Change what is said of a customer, the rest as this till shows it."""
        card = self.ask(customer_card, UUID(customer))
        known = card.figures
        shown = {"name": known.name, "apodo": known.apodo, "dni": known.dni, "phone": known.phone}
        shown |= {"address": card.address, "notes": card.notes}
        terms: dict[str, Any] = {"opening_balance": card.opening_balance, "credit_limit": known.credit_limit}
        terms["is_active"] = known.is_active
        said = {name: changes.get(name, value) or "" for name, value in shown.items()}
        terms = {name: changes.get(name, value) for name, value in terms.items()}
        return self.do(edit_customer, EditCustomer(UUID(customer), CustomerDetails(**said), **terms))

    def set_price(self, which: int, centimos: int) -> list[Done]:
        tiles = self.ask(all_products)
        return self.do(set_prices, SetPrices((NewPrice(tiles[which % len(tiles)].id, Decimal(centimos) / 100),)))

    def new_product(self, name: str) -> list[Done]:
        request = CreateProduct(self.new_id(), name, ProductType.OTRO, ProductUnit.KG, Decimal("9.90"))
        return self.do(create_product, request)

    def edit_product(self, which: int, **changes: Any) -> list[Done]:
        tiles = self.ask(all_products)
        tile = tiles[which % len(tiles)]
        shown = {name: getattr(tile, name) for name in ("name", "type", "unit", "tile_position", "is_active")}
        return self.do(edit_product, EditProduct(tile.id, **shown | changes))

    def take_in(self, which: int, grams: int) -> list[Done]:
        tiles = self.ask(all_products)
        product = tiles[which % len(tiles)].id
        request = RecordStockMovement(self.new_id(), product, MovementKind.COMPRA, Decimal(grams) / 1000)
        return self.do(record_stock_movement, request, Meaning(moves={str(product): grams}))

    def load_cart(self, vendedor: UUID, which: int, grams: int) -> list[Done]:
        cart, product = self.new_id(), self.by_weight(which)
        request = OpenDistribucion(cart, vendedor, "Mercado", Decimal(grams) / 1000, product)
        return _moving(self.do(open_distribucion, request), self._given(cart, product, grams))

    def reload_cart(self, cart: UUID, which: int, grams: int) -> list[Done]:
        product = self.by_weight(which)
        request = ReloadDistribucion(self.new_id(), cart, Decimal(grams) / 1000, product)
        return _moving(self.do(reload_distribucion, request), self._given(cart, product, grams))

    def move_between_carts(self, giving: UUID, taking: UUID, grams: int) -> list[Done]:
        request = MoveKilos(self.new_id(), giving, taking, Decimal(grams) / 1000)
        less, more = Meaning(carts={str(giving): Cart(-grams)}), Meaning(carts={str(taking): Cart(grams)})
        return _moving(self.do(move_kilos, request), less, more)

    def accept_cart(self, cart: UUID) -> list[Done]:
        return self.do(accept_distribucion, AcceptDistribucion(cart))

    def settle_cart(self, cart: UUID, product: UUID, grams: int) -> list[Done]:
        """`grams` come back."""
        request = CloseDistribucion(cart, (ReturnedKilos(Decimal(grams) / 1000, product),), reason="se perdió")
        return _moving(self.do(close_distribucion, request), Meaning(moves=self._moved(product, grams)))

    def _given(self, cart: UUID, product: UUID, grams: int) -> Meaning:
        return Meaning(moves=self._moved(product, -grams), carts={str(cart): Cart(grams)})

    def _moved(self, product: UUID, grams: int) -> dict[str, int]:
        return {str(product): grams} if self.moves_stock else {}

    @property
    def moves_stock(self) -> bool:
        """Whether the house counts any, as this till knows its rules."""
        return any(tile.stock is not None for tile in self.ask(all_products))

    def by_weight(self, which: int) -> UUID:
        tiles = [tile for tile in self.ask(all_products) if tile.unit is ProductUnit.KG]
        return tiles[which % len(tiles)].id

    # --- What is shown, and what stands in the file ------------------------------------------------------------------

    def shown_debts(self) -> dict[str, int]:
        customers = [UUID(row["id"]) for row in self.rows("SELECT id FROM customers")]
        return {str(customer): int(debt * 100) for customer, debt in self._shown(customer_balances, customers).items()}

    def shown_stock(self) -> dict[str, int]:
        return {str(product): int(kilos * 1000) for product, kilos in self._shown(stock_by_product).items()}

    def shown_carts(self) -> dict[str, Cart]:
        carts = [UUID(row["id"]) for row in self.rows("SELECT id FROM distribuciones")]
        shown = [self._shown(distribucion, cart) for cart in carts]
        return {
            str(each.id): Cart(int(each.asignado * 1000), int(each.vendido * 1000), int(each.monto_recaudado * 100))
            for each in shown
        }

    def shown_drawers(self) -> dict[str, int]:
        """What each should hold that this till knows of."""
        drawers = [UUID(row["id"]) for row in self.rows("SELECT id FROM cash_sessions")]
        return {str(each): int(self._shown(cash_report, each).cash.expected * 100) for each in drawers}

    def _shown(self, query: Callable[..., T], *args: Any) -> T:
        """To whoever stands there: these figures are the same for everybody."""
        return read(self.replica, self.somebody, query, *args)

    def rows(self, question: str, *values: object) -> list[Row]:
        with self._also_spoilt_text() as driver:
            cursor = driver.execute(question, values)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def table(self, name: str) -> list[Row]:
        """All rows of a table; what says the same as before is not made anew."""
        with self._also_spoilt_text() as driver:
            cursor = driver.execute(f"SELECT * FROM {name}")
            found = cursor.fetchall()
        before = self._tables.get(name)
        if before is None or before[0] != found:
            names = [column[0] for column in cursor.description]
            before = self._tables[name] = found, [dict(zip(names, row, strict=True)) for row in found]
        return before[1]

    @contextmanager
    def _also_spoilt_text(self) -> Iterator[Any]:
        """What is damaged and not found out yet is looked at as well."""
        driver = self.driver
        driver.text_factory = partial(str, encoding="utf-8", errors="replace")
        try:
            yield driver
        finally:
            driver.text_factory = str

    def value(self, question: str, *values: object) -> Any:
        [[value]] = self.driver.execute(question, values).fetchall()
        return value


def _weighed(tile: ProductTile, grams: int) -> tuple[ProductTile, int]:
    """Of what is counted whole ones, and one at least."""
    return tile, grams if tile.unit is ProductUnit.KG else max(grams - grams % 1000, 1000)


def from_cart(sold: Done, by_weight: Set[str], paid: int) -> Done:
    """What is sold by weight from a distribution has left the stock with its load; `paid` are céntimos."""
    cart = sold.data.get("distribucion_id")
    if cart is None:
        return sold
    moves = sold.meaning.moves
    grams = -sum(moved for product, moved in moves.items() if product in by_weight)
    left = {product: moved for product, moved in moves.items() if product not in by_weight}
    return replace(sold, meaning=replace(sold.meaning, moves=left, carts={cart: Cart(0, grams, paid)}))


def _in_drawer(done: list[Done], centimos: int) -> list[Done]:
    """So much cash went into the drawer that each names."""
    return [
        replace(each, meaning=replace(each.meaning, drawers={each.data["cash_session_id"]: centimos})) for each in done
    ]


def _moving(done: list[Done], *meanings: Meaning) -> list[Done]:
    """Each of these belongs to a movement, in their order; what is done to the card means nothing."""
    left = iter(meanings)
    return [replace(each, meaning=next(left)) if each.collection == "distribucion_movements" else each for each in done]
