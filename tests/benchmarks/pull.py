"""A fresh till that takes a shop's customers, beside plain JSON over HTTP and SQLite's executemany."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Final

import httpx
import msgspec

from avileo_pos.desktop.background.asking_ahead import AskingAhead
from avileo_pos.replica.database import Replica
from avileo_pos.server.business import sample
from avileo_pos.sync.engine import SyncEngine
from avileo_pos.sync.http_client import HttpCentral
from tests.benchmarks.centrals import (
    SignedInTill,
    central_on,
    direct,
    durable_postgres,
    process_at,
    sample_database,
    sign_in,
)
from tests.benchmarks.comparison import Figure, Turn, compare, seconds, undisturbed
from tests.benchmarks.customers import TABLES, add_customers

TARGET: Final = 1.3
SETTINGS_OF_A_TILL: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA cache_size = -16000",
    "PRAGMA wal_autocheckpoint = 4000",
)
"""Those with which a till stores what it pulls."""
BEFORE_ALL: Final = "00000000-0000-0000-0000-000000000000"


def measure(folder: Path, *, runs: int, small: bool) -> Iterator[Figure]:
    """A tenth of the customers first, then all of them."""
    with durable_postgres(folder) as server:
        for customers in (20,) if small else (10_000, 100_000):
            url = sample_database(server, f"customers_{customers}")
            add_customers(url, sample.SAMPLE, sample.ADMIN.id, customers)
            raw_program = ["-m", "tests.benchmarks.raw_central", url, "{port}"]
            with central_on(url) as central, process_at("/", raw_program, {}) as raw:
                fresh = folder / f"fresh_{customers}.sqlite"
                with Replica.open(fresh) as replica:
                    till = sign_in(central, replica, sample.ROSA)
                turn = partial(_turn, fresh, till, central, raw)
                yield compare("pull", turn, size=customers, runs=runs, unit="s in all", target=TARGET)


def _turn(fresh: Path, till: SignedInTill, central: str, raw: str) -> Turn:
    ours, by_hand = fresh.with_name("ours.sqlite"), fresh.with_name("by_hand.sqlite")
    for file in (ours, by_hand):
        shutil.copy(fresh, file)
    turn = Turn(ours=_pull(ours, till, central), baseline=_read_by_hand(by_hand, raw))
    _require_the_same_rows(ours, by_hand)
    return turn


def _pull(file: Path, till: SignedInTill, address: str) -> float:
    with (
        Replica.open(file) as replica,
        HttpCentral(address, lambda: till.token) as central,
        AskingAhead() as ahead,
    ):
        engine = SyncEngine(direct(replica), central, replica.clock, ahead=ahead)
        with undisturbed():
            return seconds(engine.run_round)


def _read_by_hand(file: Path, address: str) -> float:
    with closing(sqlite3.connect(file)) as connection, httpx.Client(base_url=address, timeout=60) as http:
        for setting in SETTINGS_OF_A_TILL:
            connection.execute(setting)
        with undisturbed():
            return seconds(partial(_copy_tables, connection, http))


def _copy_tables(connection: sqlite3.Connection, http: httpx.Client) -> None:
    for table, columns in TABLES.items():
        places = ", ".join("?" * len(columns))
        insertion = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"
        after = BEFORE_ALL
        while rows := msgspec.json.decode(http.get("/", params={"table": table, "after": after}).content):
            connection.executemany(insertion, rows)
            connection.commit()
            after = rows[-1][1]


def _require_the_same_rows(ours: Path, by_hand: Path) -> None:
    for table, columns in TABLES.items():
        question = f"SELECT {', '.join(columns)} FROM {table} ORDER BY id"
        with closing(sqlite3.connect(ours)) as one, closing(sqlite3.connect(by_hand)) as other:
            if one.execute(question).fetchall() != other.execute(question).fetchall():
                raise RuntimeError(f"{table} differs")
