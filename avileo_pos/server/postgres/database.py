"""Central's PostgreSQL: how we connect, what one transaction promises, and what is said when it cannot be had."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Self, TypeVar
from uuid import UUID

import psycopg
import psycopg.sql
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

T = TypeVar("T")

OLDEST_SERVER: Final = 16
TIMES_A_TRANSACTION_IS_TRIED: Final = 3
_TRY_AGAIN: Final = frozenset({"40001", "40P01"})  # serialization failure, deadlock
_WAITED_TOO_LONG: Final = frozenset({"55P03", "57014"})  # lock timeout, statement timeout
_LIMITS: Final = (
    "SET LOCAL statement_timeout = '30s'; SET LOCAL lock_timeout = '10s'; "
    "SET LOCAL idle_in_transaction_session_timeout = '60s'"
)
_UNPREPARED: Final[dict[str, Any]] = {"prepare_threshold": None}
# What a statement looks for with `= ANY(...)` may be one row or a thousand: whether one plan fits all is PostgreSQL's
# own choice, after it has seen some.
_PREPARED: Final[dict[str, Any]] = {"prepare_threshold": 3}


class PostgresUnavailable(Exception):  # noqa: N818 - the name says what happened
    """PostgreSQL cannot be had; `code` names the kind of trouble and the message is one English sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class CentralBusy(Exception):  # noqa: N818 - the name says what happened
    """Central could not do it now; the same request may succeed in a moment."""


class Database:
    """A pool of connections to one PostgreSQL database, safe behind PgBouncer in transaction mode."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @classmethod
    def connect(
        cls,
        url: str,
        *,
        pool_size: int = 5,
        spare_connections: int = 10,
        patience: float = 10,
        prepares: bool = False,
    ) -> Self:
        """Connect to `postgresql://user:password@host:port/name?sslmode=...`.

        Beyond `pool_size` connections `spare_connections` more may be opened; `patience` is how many seconds one
        waits for any of them. With `prepares` a connection keeps the plans of its statements, which spares
        PostgreSQL much in small requests; through a pooler in transaction mode, which changes the connection under
        us, it breaks.
        Raises PostgresUnavailable with the code `bad_address`, `unreachable`, `wrong_password`, `no_such_database`
        or `server_too_old`.
        """
        engine = create_engine(
            _address(url),
            pool_size=pool_size,
            max_overflow=spare_connections,
            pool_timeout=patience,
            pool_pre_ping=True,
            pool_use_lifo=True,
            hide_parameters=True,  # among them are tokens and people's data, and errors stand in the log
            connect_args={"connect_timeout": 10, **(_PREPARED if prepares else _UNPREPARED)},
        )
        try:
            _require_a_recent_server(engine)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    def close(self) -> None:
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_trouble: object) -> None:
        self.close()

    @contextmanager
    def transaction(
        self, business_id: UUID | None = None, *, user_id: str | None = None, of_one_moment: bool = False
    ) -> Iterator[Connection]:
        """One transaction, bounded in time, that sees the rows of `business_id` only (of none when it is absent).

        With `user_id` it also sees where that person works, whatever the business: their own memberships. All that it
        reads is `of_one_moment`, if so asked, and not of the moment of each statement.
        Raises CentralBusy when a lock or a statement takes too long.
        """
        try:
            with self.engine.begin() as connection:
                connection.exec_driver_sql(_opening_words(business_id, user_id, of_one_moment=of_one_moment))
                yield connection
        except DBAPIError as trouble:
            if _state_of(trouble) in _WAITED_TOO_LONG:
                raise CentralBusy from trouble
            raise

    def in_transaction(
        self, work: Callable[[Connection], T], business_id: UUID | None = None, *, of_one_moment: bool = False
    ) -> T:
        """What `work` returns, committed. Deadlocks and serialization failures start the whole work again.

        `work` may run several times, so it must change nothing but the database. Raises CentralBusy.
        """
        for attempt in range(TIMES_A_TRANSACTION_IS_TRIED):
            try:
                with self.transaction(business_id, of_one_moment=of_one_moment) as connection:
                    return work(connection)
            except DBAPIError as trouble:
                if _state_of(trouble) not in _TRY_AGAIN:
                    raise
                time.sleep(0.02 * 2**attempt)
        raise CentralBusy

    def is_alive(self) -> bool:
        """Whether a question is answered now."""
        try:
            with self.transaction() as connection:
                connection.exec_driver_sql("SELECT 1")
        except (DBAPIError, CentralBusy):
            return False
        return True


def _address(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as trouble:
        raise PostgresUnavailable("bad_address", "The database address is not a postgresql:// URL.") from trouble
    if parsed.get_backend_name() not in {"postgresql", "postgres"}:
        raise PostgresUnavailable("bad_address", "The database address is not a postgresql:// URL.")
    return parsed.set(drivername="postgresql+psycopg")


def _opening_words(business_id: UUID | None, user_id: str | None, *, of_one_moment: bool) -> str:
    """The settings of one transaction in one round trip; `SET LOCAL`, as session settings leak through PgBouncer."""
    words = [_LIMITS]
    if of_one_moment:
        words.append("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    if business_id is not None:
        words.append(_showing(business_id))
    if user_id is not None:
        words.append(f"SET LOCAL app.user_id = {quoted(user_id)}")
    return "; ".join(words)


def show_business(connection: Connection, business_id: UUID) -> None:
    """From now on the transaction sees the rows of this business, and of no other."""
    connection.exec_driver_sql(_showing(business_id))


def _showing(business_id: UUID) -> str:
    return f"SET LOCAL app.business_id = '{UUID(str(business_id))}'"


def show_workplaces_of(connection: Connection, user_id: str) -> None:
    """From now on the transaction also sees where this person works."""
    connection.exec_driver_sql(f"SET LOCAL app.user_id = {quoted(user_id)}")


def quoted(text: str) -> str:
    """A literal of SQL, in which the driver sees no place for a parameter."""
    return psycopg.sql.quote(text).replace("%", "%%")


def _state_of(trouble: DBAPIError) -> str | None:
    return trouble.orig.sqlstate if isinstance(trouble.orig, psycopg.Error) else None


def _require_a_recent_server(engine: Engine) -> None:
    try:
        with engine.connect() as connection:
            number = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one())
    except DBAPIError as trouble:
        raise _why_not_connected(engine.url, str(trouble.orig)) from trouble
    if number // 10_000 < OLDEST_SERVER:
        raise PostgresUnavailable(
            "server_too_old",
            f"PostgreSQL {OLDEST_SERVER} or newer is needed; the server at {engine.url.host} is {number // 10_000}.",
        )


def _why_not_connected(url: URL, said: str) -> PostgresUnavailable:
    """libpq gives no code for a refused connection, only its text."""
    at = f"{url.host}:{url.port or 5432}"
    if "password authentication failed" in said or "no password supplied" in said:
        return PostgresUnavailable("wrong_password", f"PostgreSQL at {at} refuses the password of {url.username}.")
    if f'database "{url.database}" does not exist' in said:
        return PostgresUnavailable("no_such_database", f"PostgreSQL at {at} has no database «{url.database}».")
    # The cause stands in the first line; the others advise, or tell of the host's other addresses.
    reason = "; ".join(filter(None, map(str.strip, said.splitlines()))) or "no reason given"
    return PostgresUnavailable("unreachable", f"PostgreSQL at {at} cannot be reached: {reason}")
