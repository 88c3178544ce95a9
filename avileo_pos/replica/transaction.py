"""One use case or query in one transaction, and the pieces that sync hands to the lane.

What a transaction wrote is collected by the `Replica` itself: after each job the lane asks `take_changed()` and hands
the answer to the screens as the one piece of news.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from avileo_pos.domain.permissions import Actor
from avileo_pos.replica.database import Replica
from avileo_pos.work import Work

P = ParamSpec("P")
T = TypeVar("T")

UseCase = Callable[Concatenate[Work, P], T]


def write(replica: Replica, actor: Actor, usecase: UseCase[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """What the use case returns, committed: its rows and its operation stand in the file together.

    Raises what the use case raises (nothing of it is kept then), DiskFull and the other troubles of the file.
    """
    with replica.writing() as db:
        return usecase(_work(replica, db, actor), *args, **kwargs)


def read(replica: Replica, actor: Actor, query: UseCase[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """What the query returns, from one consistent view of the file."""
    with replica.reading() as db:
        return query(_work(replica, db, actor), *args, **kwargs)


def writes(
    function: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
) -> Callable[[Replica], T]:
    """A piece for the lane: `function(db, ...)` in a transaction of its own."""
    return _piece(Replica.writing, function, *args, **kwargs)


def writes_put_back_rows(
    function: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
) -> Callable[[Replica], T]:
    """A piece for the lane by which operations come back into the queue."""
    return _piece(Replica.writing_put_back_rows, function, *args, **kwargs)


def writes_pulled_rows(
    function: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
) -> Callable[[Replica], T]:
    """A piece for the lane that keeps what central sent."""
    return _piece(Replica.writing_pulled_rows, function, *args, **kwargs)


def reads(
    function: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
) -> Callable[[Replica], T]:
    """A piece for the lane that only reads."""
    return _piece(Replica.reading, function, *args, **kwargs)


def _piece(
    transaction: Callable[[Replica], AbstractContextManager[Connection]],
    function: Callable[Concatenate[Connection, P], T],
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> Callable[[Replica], T]:
    def piece(replica: Replica) -> T:
        with transaction(replica) as db:
            return function(db, *args, **kwargs)

    return piece


def _work(replica: Replica, db: Connection, actor: Actor) -> Work:
    return Work(
        db=db,
        actor=actor,
        business=replica.business(db),
        device_id=replica.identity(db).device_id,
        now=replica.clock(),
        new_id=replica.new_id,
    )
