"""Central under many tills of many businesses, beside the raw insert rate of the same rows by as many connections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count, cycle, islice
from pathlib import Path
from time import perf_counter
from typing import Any, Final, Self

import msgspec
import psutil
import psycopg

from avileo_pos.protocol import OperationStatus, PullPage, PushAnswer
from avileo_pos.server.postgres.embedded import EmbeddedPostgres
from tests.benchmarks.centrals import central_on, durable_postgres, migrated_database
from tests.benchmarks.comparison import Figure, Turn, compare
from tests.benchmarks.load import Connection, Errand, as_fast_as_possible, at_a_rate
from tests.benchmarks.many_tills import SimulatedTill, make_businesses, simulated_tills

TARGET: Final = 2.0  # half of the raw rate
CONNECTIONS: Final = 8
SALES_OF_A_BATCH: Final = 50
BATCHES: Final = 96
ROUNDS: Final = 600  # of a push of one sale and a pull
SECONDS_BETWEEN_SALES: Final = 10
TABLES: Final = ("sales", "sale_items", "sale_payments", "inventory_movements", "sync_operations")

Rows = Mapping[str, Sequence[tuple[object, ...]]]


def measure(folder: Path, *, runs: int, small: bool) -> Iterator[Figure]:
    """Batches beside raw inserts; then single sales with pulls: how many a second, and how long each takes."""
    sizes = ((2, 1),) if small else ((10, 2), (100, 1), (100, 2), (1_000, 2))
    with durable_postgres(folder) as server:
        for businesses, workers in sizes:
            bench = _Bench.prepared(server, businesses, workers, share=0.02 if small else 1.0)
            yield compare(
                "server",
                bench.turn,
                size=businesses,
                runs=runs,
                unit="s in batches",
                target=TARGET,
                workers=workers,
                **bench.rounds(),
            )


@dataclass(frozen=True, slots=True)
class _Bench:
    """A database with so many businesses, served by so many processes; `share` makes all of it smaller."""

    server: EmbeddedPostgres
    template: str
    workers: int
    share: float
    numbers: Iterator[int]

    @classmethod
    def prepared(cls, server: EmbeddedPostgres, businesses: int, workers: int, share: float) -> Self:
        template = f"businesses_{businesses}_{workers}"
        make_businesses(migrated_database(server, template), businesses)
        return cls(server, template, workers, share, count())

    def turn(self) -> Turn:
        """Ours into one database, then the same rows by hand into a copy of how it was before."""
        with self._copies() as (url, empty):
            with central_on(url, *self._options()) as address:
                tills = islice(cycle(simulated_tills(url)), self._size(BATCHES))
                pushes = [partial(_push, till, till.push(SALES_OF_A_BATCH)) for till in tills]
                ours = as_fast_as_possible(address, pushes, CONNECTIONS)
            rows = _new_rows(url)
            return Turn(ours=ours.in_all, baseline=_write_by_hand(empty, rows))

    def rounds(self) -> dict[str, Any]:
        """A sale and a pull at a time: what is sustained, and the latency at half of that and at one in 10 s."""
        with self._copies() as (url, _), central_on(url, *self._options()) as address:
            tills = simulated_tills(url)
            busy = tills[:: -(-len(tills) // self._size(ROUNDS))]  # of every business alike
            as_fast_as_possible(address, [partial(_catch_up, till) for till in busy], CONNECTIONS)
            before, rounds = _cpu_seconds(url), self._rounds(busy)
            flat_out = as_fast_as_possible(address, rounds, 4 * CONNECTIONS)
            used = {name: seconds - before[name] for name, seconds in _cpu_seconds(url).items()}
            sustained = len(rounds) / flat_out.in_all
            half = at_a_rate(address, self._rounds(busy), sustained / 2, 8 * CONNECTIONS)
            told = {f"half_p{percent}_ms": half.percentile(percent) for percent in (50, 95, 99)}
            if (every_ten := len(tills) / SECONDS_BETWEEN_SALES) < sustained:
                real = at_a_rate(address, self._rounds(busy), every_ten, 8 * CONNECTIONS)
                told |= {
                    f"every_{SECONDS_BETWEEN_SALES}_s_p{percent}_ms": real.percentile(percent) for percent in (50, 99)
                }
        per_round = {f"{name}_cpu_ms_a_round": 1000 * seconds / len(rounds) for name, seconds in used.items()}
        return {"tills": len(tills), "rounds_a_second": sustained, **per_round, **told}

    def _rounds(self, tills: Sequence[SimulatedTill]) -> list[Errand]:
        return [partial(_sell_and_pull, till) for till in islice(cycle(tills), self._size(ROUNDS))]

    def _options(self) -> tuple[str, ...]:
        return ("--workers", str(self.workers), "--prepare-statements")

    def _size(self, full: int) -> int:
        return max(2, int(full * self.share))

    @contextmanager
    def _copies(self) -> Iterator[tuple[str, str]]:
        """Two databases with the same businesses in them."""
        names = [f"{self.template}_{next(self.numbers)}" for _ in range(2)]
        try:
            ours, empty = (self.server.create_database(name, self.template) for name in names)
            yield ours, empty
        finally:
            for name in names:
                self.server.drop_database(name)


# --- What a till does ------------------------------------------------------------------------------------------------


async def _push(till: SimulatedTill, body: bytes, connection: Connection) -> None:
    answer = msgspec.json.decode(await connection.ask("POST", "/api/sync/push", till.token, body), type=PushAnswer)
    if any(result.status is not OperationStatus.APPLIED for result in answer.results):
        raise RuntimeError(f"not everything was stored: {answer.results}")


async def _pull(till: SimulatedTill, connection: Connection) -> bool:
    """Whether it has everything now."""
    page = msgspec.json.decode(await connection.ask("GET", till.pull_path(), till.token), type=PullPage)
    till.cursor = page.cursor
    return page.complete


async def _catch_up(till: SimulatedTill, connection: Connection) -> None:
    while not await _pull(till, connection):
        continue


async def _sell_and_pull(till: SimulatedTill, connection: Connection) -> None:
    await _push(till, till.push(), connection)
    await _pull(till, connection)


# --- What it is compared with ----------------------------------------------------------------------------------------


def _new_rows(url: str) -> list[Rows]:
    """What the pushes wrote, one part for each push."""
    with psycopg.connect(url) as connection:
        return [
            {table: connection.execute(_OF_A_PUSH[table], push).fetchall() for table in TABLES}
            for push in connection.execute("SELECT business_id, number FROM audit_entries").fetchall()
        ]


_SALES_OF_A_PUSH: Final = "SELECT entity_id::uuid FROM sync_operations WHERE business_id = %s AND audit_number = %s"
_OF_A_PUSH: Final = {
    "sync_operations": "SELECT * FROM sync_operations WHERE business_id = %s AND audit_number = %s",
    "sales": f"SELECT * FROM sales WHERE id IN ({_SALES_OF_A_PUSH})",
    **{
        table: f"SELECT * FROM {table} WHERE sale_id IN ({_SALES_OF_A_PUSH})"
        for table in ("sale_items", "sale_payments", "inventory_movements")
    },
}


def _write_by_hand(url: str, pushes: Sequence[Rows]) -> float:
    """Seconds for psycopg's executemany of the same rows in as many transactions, by as many processes at once."""
    shares = [pushes[place::CONNECTIONS] for place in range(CONNECTIONS)]
    with ProcessPoolExecutor(CONNECTIONS, initializer=_connect, initargs=(url,)) as writers:
        for ready in [writers.submit(_is_connected) for _ in range(CONNECTIONS)]:
            ready.result()
        began = perf_counter()
        list(writers.map(_insert, shares))
        return perf_counter() - began


_CONNECTED: Final[list[psycopg.Connection[Any]]] = []


def _connect(url: str) -> None:
    _CONNECTED.append(psycopg.connect(url))


def _is_connected() -> bool:
    return bool(_CONNECTED)


def _insert(pushes: Sequence[Rows]) -> None:
    [connection] = _CONNECTED
    for push in pushes:
        with connection.cursor() as cursor:
            for table in TABLES:
                places = ", ".join(["%s"] * len(push[table][0]))
                cursor.executemany(f"INSERT INTO {table} VALUES ({places})", push[table])
        connection.commit()


# --- What it costs ---------------------------------------------------------------------------------------------------


def _cpu_seconds(url: str) -> dict[str, float]:
    """What central's processes and PostgreSQL's have used so far."""
    api = psutil.Process().children(recursive=True)
    with psycopg.connect(url) as connection:
        backend = psutil.Process(connection.info.backend_pid)
        postgres = [] if (server := backend.parent()) is None else [server, *server.children()]
    return {"api": sum(map(_used_by, api)), "postgres": sum(map(_used_by, postgres))}


def _used_by(process: psutil.Process) -> float:
    """What children that have ended had used counts as their parent's."""
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system + getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
