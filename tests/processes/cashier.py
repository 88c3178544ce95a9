"""A till's process: somebody who sells, edits and voids without pause, and a thread that synchronises meanwhile."""

from __future__ import annotations

import logging
import os
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from threading import RLock, Thread
from typing import Any, Concatenate, Final, ParamSpec, TypeVar
from uuid import UUID

import structlog

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.queries.product import all_products
from avileo_pos.replica.database import Replica, utc_now
from avileo_pos.replica.identity import read_actor
from avileo_pos.replica.transaction import reads
from avileo_pos.work import Work
from tests.journeys.clock import Clock
from tests.journeys.till import Row, Till

P = ParamSpec("P")
T = TypeVar("T")

LONGEST_PAUSE: Final = 0.3  # seconds between two rounds: there is no time for the waits of a real day
FAILED: Final = 3


@dataclass(frozen=True, slots=True)
class Place:
    """A till's file, the way to central, who works there by which session, and where each act is noted once done."""

    file: Path
    address: str
    token: str
    member_id: UUID
    notes: Path


def work_until_killed(place: Place, seed: int) -> None:
    """Never returns; a defect ends the process with a traceback and the exit code FAILED."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        cashier = _Cashier(place, Random(seed))
        Thread(target=_or_fail(cashier.synchronise), name="sync", daemon=True).start()
        while True:
            cashier.act()
            time.sleep(cashier.random.uniform(0.0, 0.05))
    except BaseException:
        _fail()


def _or_fail(work: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        try:
            work()
        except BaseException:
            _fail()

    return run


def _fail() -> None:
    traceback.print_exc()
    os._exit(FAILED)


class _WallClock(Clock):
    def __call__(self) -> datetime:
        return utc_now()


class _Cashier(Till):
    """One who shares the replica with synchronisation, piece by piece, as on the lane."""

    def __init__(self, place: Place, random: Random) -> None:
        self.random = random
        self._lane = RLock()
        super().__init__(place.address, place.file, _WallClock())
        self.token = place.token
        self.actor = self.run(reads(read_actor, place.member_id))
        self._notes = place.notes.open("a", buffering=1, encoding="ascii")
        self._noted: int = self.value("SELECT coalesce(max(seq), 0) FROM sync_queue")

    def synchronise(self) -> None:
        """Rounds without end."""
        while True:
            wait = self.engine.run_round().wait.total_seconds()
            time.sleep(min(wait, LONGEST_PAUSE))

    def act(self) -> None:
        """Whatever comes next at a stall; what a rule forbids just now is left."""
        often = (self._sells, self._sells, self._sells_on_credit, self._takes_an_abono, self._meets_somebody)
        with suppress(BusinessRuleBroken):
            self.random.choice((*often, *often, self._edits_a_card, self._voids))()

    def run(self, piece: Callable[[Replica], T], /) -> T:
        with self._lane:
            return super().run(piece)

    def do(self, usecase: Callable[[Work, Any], T], request: object) -> T:
        with self._lane:
            return super().do(usecase, request)

    def ask(self, query: Callable[Concatenate[Work, P], T], *args: P.args, **named: P.kwargs) -> T:
        with self._lane:
            return super().ask(query, *args, **named)

    def rows(self, question: str, *values: object) -> list[Row]:
        with self._lane:
            return super().rows(question, *values)

    def remember(self) -> None:
        """Note outside the replica what a receipt was given for: from here on it must never be lost."""
        for done in self.rows("SELECT seq, id FROM sync_queue WHERE seq > ? ORDER BY seq", self._noted):
            self._notes.write(f"{done['id']}\n")
            self._noted = done["seq"]

    # --- What people do ----------------------------------------------------------------------------------------------

    def _sells(self) -> None:
        self.sell(self._a_product(), self._a_quantity())

    def _sells_on_credit(self) -> None:
        self.sell(self._a_product(), self._a_quantity(), to=self._a_customer(), paid="1.00")

    def _takes_an_abono(self) -> None:
        self.take_abono(self._a_customer(), f"{self.random.randint(1, 30)}.50")

    def _meets_somebody(self) -> None:
        if self.random.random() < 0.3:
            self.new_customer(f"Casera {self.random.getrandbits(40):x}")

    def _edits_a_card(self) -> None:
        self.edit_customer(self._a_customer(), address=f"Puesto {self.random.randint(1, 9)}")

    def _voids(self) -> None:
        mine = self.rows(
            "SELECT id FROM sales WHERE seller_id = ? AND voided_at IS NULL ORDER BY sale_date DESC LIMIT 20",
            str(self.actor.member_id),
        )
        if mine:
            self.void_sale(UUID(self.random.choice(mine)["id"]))

    def _a_product(self) -> str:
        return self.random.choice(self.ask(all_products)).name

    def _a_quantity(self) -> str:
        return f"{self.random.randint(1, 4)}.000"

    def _a_customer(self) -> UUID:
        return UUID(self.random.choice(self.rows("SELECT id FROM customers WHERE is_active = 1 LIMIT 100"))["id"])
