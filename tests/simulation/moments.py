"""The places at which a program can be interrupted: before each statement and each COMMIT, at a till and at central."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, event

Interruption = Callable[[Connection], None]


class TillCrashed(BaseException):
    """The till's program is gone: no handler of its own may see it and go on."""


class CentralCrashed(BaseException):
    """Central's process is gone in the middle of a request."""


class Moments:
    """Counts the moments of each program, by its name, and interrupts it at the one that was planned."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._planned: dict[str, dict[int, Interruption]] = {}
        self._certain: dict[tuple[str, int], Interruption] = {}
        self._at_commit: dict[str, tuple[int, Interruption]] = {}
        self._looking = False
        self.dead: set[str] = set()
        self.commits: Callable[[str, Connection], None] = lambda _program, _connection: None

    def plan(self, program: str, at: int, interruption: Interruption) -> None:
        """Interrupt `program` at its `at`-th moment from now, the first being 1."""
        self._planned.setdefault(program, {})[self._counts.get(program, 0) + at] = interruption

    def plan_for_certain(self, program: str, at: int, interruption: Interruption) -> None:
        """The same, but nothing makes it be forgotten."""
        self._certain[program, self._counts.get(program, 0) + at] = interruption

    def plan_at_commit(self, program: str, which: int, interruption: Interruption) -> None:
        """Interrupt it right before its `which`-th COMMIT from now."""
        self._at_commit[program] = (which, interruption)

    def forget(self, program: str) -> None:
        self._planned.pop(program, None)
        self._at_commit.pop(program, None)

    def committing(self, program: str, connection: Connection) -> None:
        self.reached(program, connection)
        if program in self._at_commit and not self._looking:
            left, interruption = self._at_commit.pop(program)
            if left == 1:
                interruption(connection)
            else:
                self._at_commit[program] = (left - 1, interruption)
        self.commits(program, connection)

    @contextmanager
    def only_looking(self) -> Iterator[None]:
        """What the checkers ask meanwhile is no moment of anybody."""
        self._looking = True
        try:
            yield
        finally:
            self._looking = False

    def touch(self, program: str) -> None:
        """Somebody else has changed something there."""
        self._counts[program] = self._counts.get(program, 0) + 1

    def count(self, program: str) -> int:
        return self._counts.get(program, 0)

    def reached(self, program: str, connection: Connection) -> None:
        if self._looking:
            return
        if program in self.dead:
            raise TillCrashed
        at = self._counts[program] = self._counts.get(program, 0) + 1
        if certain := self._certain.pop((program, at), None):
            certain(connection)
        planned = self._planned.get(program)
        if planned and at in planned:
            planned.pop(at)(connection)


_listening: list[Moments] = []
_names: Final[WeakKeyDictionary[Engine, str]] = WeakKeyDictionary()


def program_of(connection: Connection) -> str:
    """`central`, the name of a branch, or the path of a till's file."""
    return _names.get(connection.engine) or _program_behind(connection.engine)


def name_program(engine: Engine, name: str) -> None:
    """Before its first statement: whatever is sent by this engine is a moment of a central of that name."""
    _names[engine] = name


@lru_cache(maxsize=1000)
def _program_behind(engine: Engine) -> str:
    return str(engine.url.database) if engine.dialect.name == "sqlite" else "central"


def driver_of(connection: Connection) -> Any:
    """The driver's own connection, by which a statement is no moment."""
    return connection.connection.driver_connection


@contextmanager
def listening(moments: Moments) -> Iterator[None]:
    """Every statement that SQLAlchemy sends meanwhile is a moment of its program."""
    _listening.append(moments)
    try:
        yield
    finally:
        _listening.remove(moments)


@event.listens_for(Engine, "before_cursor_execute")
def _statement(connection: Connection, *_rest: Any) -> None:
    for moments in _listening:
        moments.reached(program_of(connection), connection)


@event.listens_for(Engine, "commit")
def _commit(connection: Connection) -> None:
    for moments in _listening:
        moments.committing(program_of(connection), connection)
