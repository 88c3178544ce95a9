"""A till's whole queue sent to central, beside psycopg's executemany of the same business rows."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import count, islice
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

import psycopg

from avileo_pos.desktop.background.asking_ahead import AskingAhead
from avileo_pos.protocol import PullPage
from avileo_pos.replica.database import Replica
from avileo_pos.replica.sync_state import read_place
from avileo_pos.replica.transaction import reads, write
from avileo_pos.server.business import sample
from avileo_pos.server.postgres.embedded import EmbeddedPostgres
from avileo_pos.sync.central import Central, CentralBusy
from avileo_pos.sync.engine import SyncEngine
from avileo_pos.sync.http_client import HttpCentral
from avileo_pos.usecases.cash_session import OpenCashSession, open_cash_session
from avileo_pos.usecases.sale import register_sale
from tests.benchmarks.centrals import (
    SignedInTill,
    central_on,
    direct,
    durable_postgres,
    sample_database,
    sign_in,
)
from tests.benchmarks.comparison import Figure, Turn, compare, seconds, undisturbed
from tests.benchmarks.selling import sales_to

TARGET: Final = 1.5
PRODUCTS_SOLD: Final = [(product.id, product.price) for product in sample.PRODUCTS]
CUSTOMERS: Final = [customer.id for customer in sample.CUSTOMERS]
BUSINESS_TABLES: Final = ("sales", "sale_items", "sale_payments", "inventory_movements")
RECEIPTS: Final = "sync_operations"

Rows = Mapping[str, Sequence[tuple[object, ...]]]


def measure(folder: Path, *, runs: int, small: bool) -> Iterator[Figure]:
    """A tenth of the sales first, then all of them: the ratio must not grow with their number."""
    with durable_postgres(folder) as server:
        for sales in (20,) if small else (1_000, 10_000):
            bench = _Bench.prepared(server, folder, sales)
            yield compare("push", bench.turn, size=sales, runs=runs, unit="s in all", target=TARGET)


@dataclass(frozen=True, slots=True)
class _Bench:
    """A till's closed file with everything still to be sent, and the database that knows this till."""

    server: EmbeddedPostgres
    queue: Path
    template: str
    till: SignedInTill
    head: int
    names: Iterator[str]

    @classmethod
    def prepared(cls, server: EmbeddedPostgres, folder: Path, sales: int) -> _Bench:
        template, queue = f"sample_{sales}", folder / f"queue_{sales}.sqlite"
        url = sample_database(server, template)
        with Replica.open(queue) as replica:
            with central_on(url) as address:
                till = sign_in(address, replica, sample.ADMIN)
                with HttpCentral(address, lambda: till.token) as central:
                    SyncEngine(direct(replica), central, replica.clock).run_round()
            head = reads(read_place)(replica).head
            write(replica, till.actor, open_cash_session, OpenCashSession(uuid4(), Decimal("100.00")))
            for request in islice(sales_to(CUSTOMERS, PRODUCTS_SOLD), sales):
                write(replica, till.actor, register_sale, request)
        return cls(server, queue, template, till, head, (f"run_{sales}_{number}" for number in count()))

    def turn(self) -> Turn:
        """Ours into one copy of the database, then the same rows by hand into another."""
        ours_url, raw_url = self._fresh_database(), self._fresh_database()
        ours = self._push(ours_url)
        raw, receipts = _write_by_hand(raw_url, self._new_rows(ours_url))
        return Turn(ours=ours, baseline=raw, more={"with_receipts": raw + receipts})

    def _fresh_database(self) -> str:
        return self.server.create_database(next(self.names), self.template)

    def _push(self, url: str) -> float:
        """The time from the first call until central has answered for every operation."""
        file = self.queue.with_name("sending.sqlite")
        shutil.copy(self.queue, file)
        with (
            Replica.open(file) as replica,
            central_on(url) as address,
            HttpCentral(address, lambda: self.till.token) as central,
            AskingAhead() as ahead,
        ):
            engine = SyncEngine(direct(replica), _OnlyTakes(central), replica.clock, ahead=ahead)
            _checkpoint(url)
            with undisturbed():
                took = seconds(engine.run_round)
        if engine.state.waiting or engine.state.to_review:
            raise RuntimeError(f"not everything was sent: {engine.state}")
        return took

    def _new_rows(self, url: str) -> Rows:
        with psycopg.connect(url) as connection:
            return {
                table: connection.execute(f"SELECT * FROM {table} WHERE revision > %s", [self.head]).fetchall()
                for table in ("cash_sessions", *BUSINESS_TABLES, RECEIPTS)
            }


def _write_by_hand(url: str, rows: Rows) -> tuple[float, float]:
    """The seconds for the business rows in one transaction, and for their receipts in another."""
    _checkpoint(url)
    with psycopg.connect(url) as connection, undisturbed():
        _insert(connection, rows, ["cash_sessions"])
        business = seconds(partial(_insert, connection, rows, BUSINESS_TABLES))
        receipts = seconds(partial(_insert, connection, rows, [RECEIPTS]))
    return business, receipts


def _insert(connection: psycopg.Connection, rows: Rows, tables: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        for table in tables:
            places = ", ".join(["%s"] * len(rows[table][0]))
            cursor.executemany(f"INSERT INTO {table} VALUES ({places})", rows[table])
    connection.commit()


def _checkpoint(url: str) -> None:
    """What was written before is on the disk, and will not be written again while we measure."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")


class _OnlyTakes:
    """Central as a till calls it, that has nothing to bring."""

    def __init__(self, central: Central) -> None:
        self.push = central.push
        self.enrol = central.enrol
        self.digest = central.digest

    def pull(
        self, business_id: UUID, device_id: UUID, cursor: str | None, limit: int, marks: Sequence[str] = ()
    ) -> PullPage:
        raise CentralBusy
