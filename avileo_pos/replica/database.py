"""The replica's file: opened once, checked, brought up to date, and written by one connection only.

SQLite before 3.51.3 can corrupt a write-ahead log when two connections write or checkpoint at a bad moment, and the
Python for Windows ships an older one. So there is one connection, and whoever holds the `Replica` uses it from one
thread at a time.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final, Self
from uuid import UUID, uuid4

from sqlalchemy import Connection, NullPool, create_engine, event, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from avileo_pos.domain.enums import ModoOperacion
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.operation_mode import OperationRules
from avileo_pos.migrations import NewerSchema, is_at_head, steps_taken, upgrade
from avileo_pos.replica.errors import ReplicaDamaged, ReplicaTooNew, trouble_behind
from avileo_pos.replica.identity import TillIdentity, read_identity
from avileo_pos.replica.kept_operations import driver_of
from avileo_pos.replica.program_lock import ProgramLock
from avileo_pos.replica.queue import take_back_what_was_on_its_way
from avileo_pos.tables.base import metadata
from avileo_pos.tables.shared import businesses
from avileo_pos.work import Business

Clock = Callable[[], datetime]

_SETTINGS: Final = (
    "PRAGMA journal_mode = WAL",
    # A receipt is printed after the commit, so the commit must survive a power cut.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -16000",
    "PRAGMA wal_autocheckpoint = 4000",
    "PRAGMA journal_size_limit = 33554432",
)
_WRITES: Final = re.compile(r"\b(?:INSERT(?: OR \w+)? INTO|UPDATE(?: OR \w+)?|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)


def utc_now() -> datetime:
    return datetime.now(UTC)


class Replica:
    """The open file of one business. `clock` tells the time (UTC) and `new_id` makes identities in it."""

    def __init__(self, path: Path, db: Connection, lock: ProgramLock, clock: Clock, new_id: Callable[[], UUID]) -> None:
        self.path = path
        self.clock = clock
        self.new_id = new_id
        self._db = db
        self._lock = lock
        self._touched: set[str] = set()
        self._changed: set[str] = set()
        self._identity: TillIdentity | None = None
        self._business: Business | None = None
        # Every statement passes here, so that no use case can forget to say what it changed.
        event.listen(db, "before_cursor_execute", self._notice)

    @classmethod
    def open(cls, path: Path, *, clock: Clock = utc_now, new_id: Callable[[], UUID] = uuid4) -> Self:
        """Open the file, or make it.

        Raises ReplicaInUse, ReplicaDamaged, ReplicaTooNew, ReplicaUnwritable, DiskFull, DiskFailing.
        """
        lock = ProgramLock.take(path.with_suffix(".lock"))
        try:
            db = _connect(path)
            try:
                with _trouble_told():
                    _prepare(db, path)
                replica = cls(path, db, lock, clock, new_id)
                with replica.writing() as opened:
                    take_back_what_was_on_its_way(opened)
                replica.take_changed()  # no screen has read anything yet
            except BaseException:
                db.close()
                raise
        except BaseException:
            lock.release()
            raise
        return replica

    def close(self) -> None:
        self._db.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_trouble: object) -> None:
        self.close()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: all of it is kept, or nothing. Raises DiskFull and the other troubles of the file."""
        self._touched.clear()
        with self._transaction("BEGIN IMMEDIATE") as db:
            yield db
        self._changed |= self._touched
        if businesses.name in self._touched:
            self._business = None
        if "till_identity" in self._touched:
            self._identity = None

    @contextmanager
    def writing_pulled_rows(self) -> Iterator[Connection]:
        """A transaction for what central sent: rows may come before their parents, and can be asked for again.

        So foreign keys are not held against it, and it need not reach the disk by itself: SQLite keeps the order of
        commits, and a power cut loses the rows together with the cursor that counts them.
        """
        self._set("PRAGMA foreign_keys = OFF", "PRAGMA synchronous = NORMAL")
        try:
            with self.writing() as db:
                yield db
        finally:
            self._set("PRAGMA foreign_keys = ON", "PRAGMA synchronous = FULL")

    @contextmanager
    def writing_put_back_rows(self) -> Iterator[Connection]:
        """A transaction for operations that come back: rows may come before their parents, which central has."""
        self._set("PRAGMA foreign_keys = OFF")
        try:
            with self.writing() as db:
                yield db
        finally:
            self._set("PRAGMA foreign_keys = ON")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view of the file; whatever is written in it is undone."""
        with _trouble_told():
            transaction = self._db.begin()
            try:
                self._db.exec_driver_sql("BEGIN")
                yield self._db
            finally:
                transaction.rollback()

    def reader(self) -> sqlite3.Connection:
        """Another connection that can only read, for a thread of its own beside the lane's."""
        return reader_of(self.path)

    def copy_into(self, target: Path) -> None:
        """Write a whole and compact copy of the file, of this moment. Raises DiskFull, ReplicaUnwritable."""
        _copy(self._db, target)

    def take_changed(self) -> frozenset[str]:
        """The names of the tables that were written since this was last asked."""
        changed = frozenset(self._changed)
        self._changed.clear()
        return changed

    def identity(self, db: Connection) -> TillIdentity:
        """Who this till is to central. Raises BusinessRuleBroken("till_not_enrolled")."""
        if self._identity is None:
            self._identity = read_identity(db)
        return self._identity

    def business(self, db: Connection) -> Business:
        """The business with its settings. Raises BusinessRuleBroken("catalog_not_here") before the first pull."""
        if self._business is None:
            self._business = _read_business(db, self.identity(db).business_id)
        return self._business

    @contextmanager
    def _transaction(self, beginning: str) -> Iterator[Connection]:
        with _trouble_told(), self._db.begin():
            # The driver is told never to begin by itself: it would do so late, and without the right to write.
            self._db.exec_driver_sql(beginning)
            yield self._db

    def _set(self, *settings: str) -> None:
        driver = driver_of(self._db)
        for setting in settings:
            driver.execute(setting)

    def _notice(self, _db: object, _cursor: object, statement: str, *_rest: object) -> None:
        self._touched |= _written_by(statement)


def reader_of(path: Path, *, nobody_writes: bool = False) -> sqlite3.Connection:
    """A connection that can neither write nor checkpoint; `nobody_writes` for a file that lies still.

    Raises sqlite3.Error.
    """
    uri = f"{path.absolute().as_uri()}?mode=ro" + ("&immutable=1" if nobody_writes else "")
    return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=5)


def _connect(path: Path) -> Connection:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        poolclass=NullPool,
        hide_parameters=True,  # an error's text goes into the log, where nobody's name belongs
        connect_args={"isolation_level": None, "check_same_thread": False, "timeout": 5, "cached_statements": 512},
    )
    with _trouble_told():
        return engine.connect()


def _prepare(db: Connection, path: Path) -> None:
    driver = driver_of(db)
    with trouble_told_by_driver():
        for setting in _SETTINGS:
            driver.execute(setting)
        require_sound(driver)
    with db.begin():
        at_head, steps = is_at_head(db, "till"), steps_taken(db)
    if not at_head:
        if steps:
            _copy(db, path.with_suffix(".before-update"))
        _take_missing_steps(db)


def _copy(db: Connection, target: Path) -> None:
    unfinished = target.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with trouble_told_by_driver():
        driver_of(db).execute("VACUUM INTO ?", (str(unfinished),))
    unfinished.replace(target)


def require_sound(driver: sqlite3.Connection) -> None:
    """Raises ReplicaDamaged."""
    (said,) = driver.execute("PRAGMA quick_check(1)").fetchone()
    if said != "ok":
        raise ReplicaDamaged(said)


def _take_missing_steps(db: Connection) -> None:
    driver = driver_of(db)
    driver.execute("PRAGMA foreign_keys = OFF")  # a step may have to make a table anew
    try:
        with db.begin():
            db.exec_driver_sql("BEGIN IMMEDIATE")
            upgrade(db, "till")
    except NewerSchema as trouble:
        raise ReplicaTooNew(str(trouble)) from trouble
    finally:
        driver.execute("PRAGMA foreign_keys = ON")


def _read_business(db: Connection, business_id: UUID) -> Business:
    row = db.execute(select(businesses).where(businesses.c.id == business_id)).mappings().one_or_none()
    if row is None:
        raise BusinessRuleBroken("catalog_not_here")
    rules = OperationRules(
        mode=ModoOperacion(row["modo_operacion"]),
        control_kilos=row["control_kilos"],
        usar_distribucion=row["usar_distribucion"],
        permitir_venta_sin_stock=row["permitir_venta_sin_stock"],
    )
    return Business(id=row["id"], name=row["name"], ruc=row["ruc"], rules=rules, day_cutoff_hour=row["day_cutoff_hour"])


@cache
def _written_by(statement: str) -> frozenset[str]:
    return frozenset(_WRITES.findall(statement)) & metadata.tables.keys()


@contextmanager
def _trouble_told() -> Iterator[None]:
    """Say what the driver's error means for the person, where it means something."""
    try:
        yield
    except DBAPIError as error:
        trouble = trouble_behind(error.orig)
        if trouble is None:
            raise
        raise trouble from error


@contextmanager
def trouble_told_by_driver() -> Iterator[None]:
    """The same for a connection without SQLAlchemy."""
    try:
        yield
    except sqlite3.Error as error:
        trouble = trouble_behind(error)
        if trouble is None:
            raise
        raise trouble from error
