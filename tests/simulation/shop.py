"""The shop in which every schedule begins: made once by the product itself, then copied.

Central's rows are kept as a backup, and each person's till as a file that has signed in, pulled and opened its drawer.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import UUID, uuid5

from argon2 import PasswordHasher
from sqlalchemy import Connection, insert

from avileo_pos.domain.enums import BusinessUserRole, ModoOperacion, MovementKind, ProductType, ProductUnit
from avileo_pos.replica.identity import TillIdentity, enrol
from avileo_pos.replica.transaction import writes
from avileo_pos.server.business.audit import Act, record
from avileo_pos.server.business.businesses import BusinessWriter, new_business
from avileo_pos.server.postgres.database import Database
from avileo_pos.server.postgres.epoch import restored
from avileo_pos.server.postgres.isolation import service_url
from avileo_pos.tables.server import device_members, devices, user
from avileo_pos.tables.shared import customer_balances, customers, inventory, inventory_movements, products
from tests.postgres import TestPostgres, make_tables, running_postgres
from tests.simulation.backups import Backup, put_back
from tests.simulation.central import SimulatedCentral
from tests.simulation.databases import BranchDatabases, owner_at, quick_database
from tests.simulation.network import Line
from tests.simulation.tills import SimulatedTill

QUICK_HASHER: Final = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
BUSINESS: Final = UUID("51000000-0000-4000-8000-000000000001")
NEIGHBOUR: Final = UUID("51000000-0000-4000-8000-000000000002")
MORNING: Final = datetime(2031, 3, 14, 15, 0, tzinfo=UTC)
# In memory where the system has such a place: the simulator decides itself what a power cut loses.
FASTEST_FOLDER: Final = "/dev/shm" if Path("/dev/shm").is_dir() else None


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    role: BusinessUserRole

    @property
    def user_id(self) -> str:
        return f"user-{self.name}"

    @property
    def email(self) -> str:
        return f"{self.name.lower()}@example.com"

    @property
    def member_id(self) -> UUID:
        return _id(f"member {self.name}")

    @property
    def pin(self) -> str:
        return f"{sum(map(ord, self.name)):04}"

    @property
    def device_id(self) -> UUID:
        return _id(f"device {self.name}")


PEOPLE: Final = (
    Person("Ana", BusinessUserRole.ADMIN_NEGOCIO),
    Person("Beto", BusinessUserRole.VENDEDOR),
    Person("Dora", BusinessUserRole.ADMIN_NEGOCIO),
    Person("Ciro", BusinessUserRole.VENDEDOR),
)
STRANGER: Final = Person("Zoila", BusinessUserRole.ADMIN_NEGOCIO)
CATALOG: Final = (("Pollo", ProductUnit.KG, 850), ("Alas", ProductUnit.KG, 1237), ("Huevos", ProductUnit.UNIDAD, 55))
DEBTS: Final = {"Rosa": 12_345, "Juana": 0}


@dataclass(frozen=True, slots=True)
class Shop:
    """Where schedules run, one after the other; `url` is its owner's."""

    url: str
    central: SimulatedCentral
    beginning: Backup
    neighbour: Backup
    files: tuple[Path, ...]
    folder: Path
    branches: BranchDatabases


@contextmanager
def open_shop(postgres: TestPostgres) -> Iterator[Shop]:
    """A shop on a database of its own."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(dir=FASTEST_FOLDER)))
        url = stack.enter_context(postgres.database(make_tables))
        database = stack.enter_context(quick_database(service_url(url)))
        owner = stack.enter_context(owner_at(url))
        central = SimulatedCentral(database, owner, BUSINESS)
        central.clock = lambda: MORNING
        _found(database, BUSINESS, PEOPLE)
        _found(database, NEIGHBOUR, (STRANGER,))
        restored(database, MORNING)
        central.begin_anew(central.backup())
        files = tuple(_opened(central, folder, person) for person in PEOPLE)
        branches = stack.enter_context(BranchDatabases(postgres))
        yield Shop(url, central, central.backup(), take_neighbour(central), files, folder, branches)


@contextmanager
def server() -> Iterator[TestPostgres]:
    """A PostgreSQL of the simulator's own."""
    with TemporaryDirectory(dir=FASTEST_FOLDER) as folder, running_postgres(Path(folder) / "postgres") as postgres:
        yield postgres


def take_neighbour(central: SimulatedCentral) -> Backup:
    """All that the other business has."""
    return SimulatedCentral(central.database, central.owner, NEIGHBOUR).backup()


def put_back_neighbour(central: SimulatedCentral, backup: Backup) -> None:
    """For the schedules that follow one by which it was changed."""
    put_back(central.owner, str(NEIGHBOUR), backup)


def customer_id(name: str, business_id: UUID = BUSINESS) -> UUID:
    return uuid5(business_id, f"customer {name}")


def product_ids(business_id: UUID = BUSINESS) -> list[UUID]:
    return [_id(f"product {name}", business_id) for name, _, _ in CATALOG]


def _id(name: str, business_id: UUID = BUSINESS) -> UUID:
    return uuid5(business_id, name)


def _found(database: Database, business_id: UUID, people: tuple[Person, ...]) -> None:
    def fill(connection: Connection) -> None:
        rules: dict[str, Any] = {"modo_operacion": ModoOperacion.INVENTARIO_PROPIO, "permitir_venta_sin_stock": True}
        with new_business(connection, business_id, "Pollos", MORNING, **rules) as writer:
            for person in people:
                named = {"id": person.user_id, "name": person.name, "email": person.email}
                connection.execute(insert(user).values(named))
                pin_hash = QUICK_HASHER.hash(person.pin, salt=b"sal de mesa")
                who = {"user_id": person.user_id, "name": person.name, "role": person.role, "id": person.member_id}
                writer.add_member(**who, pin_hash=pin_hash)
            _fill(writer, people[0])
            record(connection, business_id, writer.revisions, Act("business.founded", {"name": "Pollos"}), MORNING)
        for number, person in enumerate(people, start=1):
            _enrol(connection, business_id, person, f"A{number}")

    database.in_transaction(fill, business_id)


def _fill(writer: BusinessWriter, boss: Person) -> None:
    for position, (name, unit, price) in enumerate(CATALOG):
        product_id, quantity = _id(f"product {name}", writer.business_id), Decimal("100.000")
        card = {"name": name, "type": ProductType.POLLO, "unit": unit, "base_price": Decimal(price) / 100}
        writer.add(products, id=product_id, **card, price_date=MORNING.date(), tile_position=position)
        moved = {"product_id": product_id, "quantity": quantity}
        writer.add(
            inventory_movements,
            id=_id(f"stock {name}", writer.business_id),
            kind=MovementKind.COMPRA,
            business_date=MORNING.date(),
            created_by=boss.member_id,
            **moved,
        )
        writer.add(inventory, id=product_id, **moved)
    for name, debt in DEBTS.items():
        known, owed = customer_id(name, writer.business_id), Decimal(debt) / 100
        writer.add(customers, id=known, name=name, opening_balance=owed, created_by=boss.member_id)
        writer.add(customer_balances, id=known, balance=owed, opening_balance=owed)


def _enrol(connection: Connection, business_id: UUID, person: Person, series: str) -> None:
    device = {"business_id": business_id, "id": person.device_id, "name": f"Caja de {person.name}"}
    connection.execute(insert(devices).values(receipt_series=series, created_at=MORNING, **device))
    signed_in = {"business_id": business_id, "device_id": person.device_id, "member_id": person.member_id}
    connection.execute(insert(device_members).values(first_signed_in_at=MORNING, **signed_in))


def _opened(central: SimulatedCentral, folder: Path, person: Person) -> Path:
    """The file of a till that stands ready."""
    file = folder / f"{person.name}.db"
    line = Line(person.name, central, lambda _seconds: None, [], [], lambda _fault: None)
    till = SimulatedTill(
        person.name, file, person.user_id, person.member_id, line, lambda: MORNING, Random(person.name), lambda: 0.0
    )
    series = f"A{PEOPLE.index(person) + 1}"
    identity = TillIdentity(BUSINESS, person.device_id, f"Caja de {person.name}", series)
    till.run(writes(enrol, identity, MORNING))
    till.sync()
    till.open_drawer()
    till.sync()
    till.close()
    till.central.close()
    return file


def copy_file(shop: Shop, which: int, target: Path) -> None:
    shutil.copy(shop.files[which], target)
