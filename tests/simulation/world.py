"""One schedule, played: tills, lines, central and the one clock; the checkers look after every step and at the end."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from hashlib import sha256
from pathlib import Path
from random import Random
from traceback import format_exception
from typing import Any, Final, TypeVar
from unittest.mock import patch
from uuid import UUID

import httpx
import structlog
from sqlalchemy import Connection

from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.domain.errors import BusinessRuleBroken, PermissionDenied
from avileo_pos.protocol.branches import history_of, is_branch
from avileo_pos.replica.errors import ReplicaTrouble
from avileo_pos.replica.handover import take_in, waiting_operations
from avileo_pos.replica.program_lock import ProgramLock
from avileo_pos.replica.transaction import reads
from avileo_pos.server.business.audit import Act, record
from avileo_pos.server.business.businesses import BusinessWriter
from avileo_pos.server.postgres import database as postgres_database
from avileo_pos.server.postgres.database import CentralBusy
from avileo_pos.server.postgres.revisions import locked_revisions
from avileo_pos.sync.engine import ROUND_EVERY
from avileo_pos.tables.base import instant_text
from avileo_pos.tables.shared import business_users, products
from tests.simulation.backups import epoch_of
from tests.simulation.branches import Market
from tests.simulation.carts import Carts
from tests.simulation.checkers import Checkers, Violation
from tests.simulation.house import House
from tests.simulation.ledger import Done
from tests.simulation.moments import CentralCrashed, Moments, TillCrashed, driver_of, listening, program_of
from tests.simulation.network import Exchange, Fault, Line, operation_ids, plain
from tests.simulation.people import People
from tests.simulation.review import Review
from tests.simulation.safety import Safety
from tests.simulation.schedule import Schedule, Step
from tests.simulation.shop import BUSINESS, MORNING, PEOPLE, Person, Shop, copy_file, product_ids
from tests.simulation.strangers import hostile_request
from tests.simulation.tills import DiskWatch, SimulatedTill

T = TypeVar("T")
REST: Final = timedelta(minutes=10)
"""Without faults for so long, nothing that can be sent is left (I13)."""
REST_AFTER_SHARING: Final = timedelta(minutes=40)
"""A till whose branch is gone looks for central in each of its rounds, which are up to five minutes apart by then."""
REST_WITH_POISON: Final = timedelta(hours=6)
"""An operation over which central fails each time is parked after its fifth attempt, with long waits between."""
FORESEEN: Final = (BusinessRuleBroken, PermissionDenied, ReplicaTrouble)
MOST_TILLS: Final = 4
TERMS: Final[Mapping[str, Sequence[object]]] = {
    "credit_limit": (None, Decimal("50.00"), Decimal("900.00")),
    "is_active": (False, True, True),
    "opening_balance": (Decimal("0.00"), Decimal("13.00"), Decimal("-7.00")),
}
# Whoever waits for a lock waits for a request that cannot go on before it: a moment tells that as well as ten seconds.
QUICK_LIMITS: Final = "SET LOCAL lock_timeout = '30ms'"
TO_THE_FIRST_STEP: Final = """
    DROP INDEX ix_sync_queue_answers;
    CREATE INDEX ix_sync_queue_acked_revision ON sync_queue (acked_revision);
    ALTER TABLE sync_queue ADD COLUMN acked_before INTEGER;
    UPDATE sync_queue SET acked_before = 1 FROM sync_state WHERE resyncing AND seq <= folded_seq;
    ALTER TABLE sync_state RENAME COLUMN folded_seq TO epoch_floor;
    ALTER TABLE sync_state DROP COLUMN root_mark;
    ALTER TABLE sync_state DROP COLUMN push_mark;
    ALTER TABLE sync_state DROP COLUMN pull_mark;
    DROP TABLE former_devices;
    ALTER TABLE customer_balances DROP COLUMN opening_balance;
    UPDATE alembic_version SET version_num = 'till_0001';
"""
"""What the later steps of a till have made is taken back."""


@dataclass(frozen=True, slots=True)
class Played:
    """How a schedule ended: `trace` is what happened, line by line, the same whenever it is played again."""

    schedule: Schedule
    violation: Violation | None
    trace: tuple[str, ...]

    @property
    def digest(self) -> str:
        return sha256("\n".join(self.trace).encode()).hexdigest()[:16]


def play(shop: Shop, schedule: Schedule) -> Played:
    """Play it to its end, or to the first violation."""
    with World(shop, schedule).running() as world:
        return play_in(world)


def play_in(world: World) -> Played:
    violation: Violation | None = None
    try:
        world.play()
    except Violation as found:
        violation = found
    except Exception as trouble:
        # Where it happened goes along, since the run goes on to the next schedule.
        violation = Violation("defect", "".join(format_exception(trouble, limit=-6)))
    return Played(world.schedule, violation, tuple(world.trace))


class World:
    def __init__(self, shop: Shop, schedule: Schedule) -> None:
        self.shop = shop
        self.schedule = schedule
        self.central = shop.central
        self.now = MORNING + timedelta(minutes=1)
        self.seconds = 0.0
        self.chance = Random(schedule.seed)
        self.moments = Moments()
        self.log: list[Exchange] = []
        self.late: list[httpx.Request] = []
        self.tills: list[SimulatedTill] = []
        self.trace: list[str] = []
        self.told: list[str] = []
        self.backups = [shop.beginning]
        self.cursed: set[str] = set()
        self._weighed: dict[UUID, tuple[UUID, int]] = {}
        self.power: dict[str, DiskWatch] = {}
        self._without_power: set[str] = set()
        self._people = list(schedule.people)
        self._commits_before_backup = 0
        self._epochs = 0
        self._is_meanwhile = False
        self._calling: SimulatedTill | None = None
        self.market = Market(self)
        self.carts, self._review, self._house = Carts(self), Review(self), House(self)
        self._further = {
            name: act
            for part in (self.carts, self._review, self._house, People(self), Safety(self), self.market)
            for name, act in part.steps().items()
        }
        self._folder = shop.folder / "tills"
        self._folder.mkdir()

    @contextmanager
    def running(self) -> Iterator[World]:
        self.central.clock = lambda: self.now
        self.central.begin_anew(self.shop.beginning)
        before = structlog.get_config()
        structlog.configure(processors=[self._hear])
        try:
            with (
                listening(self.moments),
                patch.object(postgres_database, "_LIMITS", QUICK_LIMITS),
                self.market.running(),
            ):
                self.moments.commits = self._committed
                for which in self._people:
                    self.tills.append(self._till(which))
                self.checkers = Checkers(self)
                yield self
        finally:
            structlog.configure(**before)
            for till in self.tills:
                with suppress(Exception):
                    till.close()
                    till.central.close()
            shutil.rmtree(self._folder)

    def play(self) -> None:
        for number, step in enumerate(self.schedule.steps):
            self._tell(f"{number} {step} -> {self.perform(step)}")
            self.checkers.always()
        self._come_to_rest()
        self.checkers.at_rest()
        if self._review.was_called_for:
            self._review.clear()
            self.checkers.always()
            self._come_to_rest()
            self.checkers.at_rest()
            self._review.require_that_all_is_cleared()

    def crash_at(self, program: str, at: int) -> None:
        """Whatever it does then."""
        kill = self._kill if program in (str(till.file) for till in self.tills) else self._kill_central
        self.moments.plan_for_certain(program, at, kill)

    # --- Steps -------------------------------------------------------------------------------------------------------

    def perform(self, step: Step) -> str:
        kind, *figures = step
        act: Callable[..., str] = self._further.get(kind) or getattr(self, f"_{kind}")
        return act(*figures)

    def _sell(self, till: int, lines: list[list[int]], customer: int | None, percent: int | None) -> str:
        seller = self.tills[till]
        return self._done(seller, lambda: seller.sell(lines, self._customer_of(seller, customer), percent))

    def _abono(self, till: int, customer: int, centimos: int) -> str:
        seller = self.tills[till]
        return self._done(seller, lambda: seller.take_abono(str(self._customer_of(seller, customer)), centimos))

    def _customer(self, till: int, name: str) -> str:
        seller = self.tills[till]
        return self._done(seller, lambda: seller.new_customer(name))

    def _edit(self, till: int, customer: int, field: str, value: str) -> str:
        seller = self.tills[till]
        return self._done(
            seller, lambda: seller.edit_customer(str(self._customer_of(seller, customer)), **{field: value})
        )

    def _terms(self, till: int, customer: int, field: str, value: int) -> str:
        seller = self.tills[till]
        said = TERMS[field][value]
        return self._done(
            seller, lambda: seller.edit_customer(str(self._customer_of(seller, customer)), **{field: said})
        )

    def _void_sale(self, till: int, which: int) -> str:
        return self._void(till, which, "sales", SimulatedTill.void_sale)

    def _void_abono(self, till: int, which: int) -> str:
        return self._void(till, which, "abonos", SimulatedTill.void_abono)

    def _void(self, till: int, which: int, table: str, act: Callable[[SimulatedTill, str], list[Done]]) -> str:
        seller = self.tills[till]
        known = seller.rows(f"SELECT id FROM {table} WHERE voided_at IS NULL ORDER BY created_at DESC, id")
        if not known:
            return "nothing to void"
        return self._done(seller, lambda: act(seller, known[which % len(known)]["id"]))

    def _price(self, till: int, which: int, centimos: int) -> str:
        return self._done(self.tills[till], lambda: self.tills[till].set_price(which, centimos))

    def _stock(self, till: int, which: int, grams: int) -> str:
        return self._done(self.tills[till], lambda: self.tills[till].take_in(which, grams))

    def _spend(self, till: int, centimos: int) -> str:
        return self._done(self.tills[till], lambda: self.tills[till].spend(centimos))

    def _drawer(self, till: int) -> str:
        seller = self.tills[till]
        return self._done(seller, seller.close_drawer) + self._done(seller, seller.open_drawer)

    def _load(self, till: int, vendedor: int, which: int, grams: int) -> str:
        seller, member = self.tills[till], PEOPLE[vendedor].member_id
        return self._done(seller, lambda: seller.load_cart(member, which, grams))

    def _reload(self, till: int, cart: int, which: int, grams: int) -> str:
        return self._with_carts(till, [cart], lambda seller, one: seller.reload_cart(one, which, grams))

    def _carry(self, till: int, giving: int, taking: int, grams: int) -> str:
        return self._with_carts(
            till, [giving, taking], lambda seller, one, other: seller.move_between_carts(one, other, grams)
        )

    def _accept(self, till: int, cart: int) -> str:
        return self._with_carts(till, [cart], SimulatedTill.accept_cart)

    def _settle(self, till: int, cart: int, which: int, grams: int) -> str:
        """Whoever settles a cart finds on the scale what another one found."""

        def settle(seller: SimulatedTill, one: UUID) -> list[Done]:
            return seller.settle_cart(one, *self._weighed.setdefault(one, (seller.by_weight(which), grams)))

        return self._with_carts(till, [cart], settle)

    def _with_carts(self, till: int, which: list[int], act: Callable[..., list[Done]]) -> str:
        seller = self.tills[till]
        known = seller.rows("SELECT id FROM distribuciones ORDER BY created_at DESC, id")
        if not known:
            return "no distribution"
        carts = [UUID(known[each % len(known)]["id"]) for each in which]
        return self._done(seller, lambda: act(seller, *carts))

    def _round(self, till: int, faults: Sequence[Fault | None]) -> str:
        seller = self.tills[till]
        before, self._calling = self._calling, seller
        seller.line.faults.extend(faults)
        said = self._synced(seller)
        seller.line.faults.clear()
        self._calling = before
        for program in ("central", *(branch.program for branch in self.market.begun)):
            self.moments.forget(program)
        return said

    def _late(self, which: int) -> str:
        """What was thought lost arrives after all; nobody waits for its answer."""
        if not self.late:
            return "nothing on its way"
        request = self.late.pop(which % len(self.late))
        if request.url.path == "/api/sync/push" and self.cursed.intersection(operation_ids(plain(request))):
            return "arrived: 500"
        try:
            return f"arrived: {self.market.whoever_answers(request).answer(request).status_code}"
        except httpx.ConnectError:
            return "arrived nowhere"
        except CentralCrashed:
            return "central crashed"

    def _wait(self, seconds: int) -> str:
        self.now += timedelta(seconds=seconds)
        return "waited"

    def _crash(self, till: int) -> str:
        self._crashed(self.tills[till])
        return "started again"

    def _crash_in(self, till: int, at: int, step: Step) -> str:
        seller = self.tills[till]
        self.moments.plan(str(seller.file), at, self._kill)
        said = self.perform(step)
        self.moments.forget(str(seller.file))
        return said

    def _power_cut(self, till: int, at: int, step: Step) -> str:
        """As a crash, but what the system had not brought to the disk yet is gone too."""
        seller = self.tills[till]
        self._without_power.add(str(seller.file))
        said = self._crash_in(till, at, step)
        if str(seller.file) in self._without_power:
            self._crashed(seller)
        return said

    def _busy(self, till: int, step: Step) -> str:
        """Another program holds the file for a while."""
        with closing(sqlite3.connect(self.tills[till].file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            return self.perform(step)

    def _beside(self, till: int, step: Step) -> str:
        """The program is opened a second time, in spite of the lock, and works on the same file."""
        first = self.tills[till]
        with patch.object(ProgramLock, "take", lambda _path: _NoLock()):
            second = self._till_of(PEOPLE[self._people[till]], first.file, first.name)
        second.clock_is_ahead = first.clock_is_ahead
        self.tills[till] = second
        try:
            return self.perform(step)
        finally:
            self.tills[till] = first
            second.close()
            second.central.close()

    def _storm(self, till: int, fault: Fault, times: int) -> str:
        said = []
        for _ in range(times):
            said.append(self._round(till, [fault] * 9))
            self.now = max(self.now, self.tills[till].due)
        return " | ".join(said)

    def _offline(self, till: int, days: int, rounds: int) -> str:
        """Nothing gets through for so long; the till is shut at night and opened again."""
        seller = self.tills[till]
        seller.line.is_cut = True
        for _ in range(rounds):
            self.now += timedelta(days=days) / rounds
            self._synced(seller)
        seller.line.is_cut = False
        return "nothing got through"

    def _clock(self, till: int, seconds: int) -> str:
        self.tills[till].clock_is_ahead = timedelta(seconds=seconds)
        return "set"

    def _disk(self, till: int, pages: int) -> str:
        """So many pages are left on the disk; a new start of the program finds it free again."""
        driver = self.tills[till].driver
        [[used]] = driver.execute("PRAGMA page_count").fetchall()
        driver.execute(f"PRAGMA max_page_count = {used + pages}")
        return f"{pages} pages left"

    def _copy(self, till: int) -> str:
        self.tills[till].copy_file()
        self.checkers.copied(self.tills[till])
        return "copied"

    def _rewind(self, till: int, which: int) -> str:
        seller = self.tills[till]
        if not seller.copies:
            return "no copy"
        which %= len(seller.copies)
        self.power.pop(str(seller.file), None)
        seller.go_back_to(seller.copies[which])
        self.checkers.rewound(seller, which)
        self.market.resume(seller)
        return f"went back to copy {which}"

    def _clone(self, till: int) -> str:
        """A second PC is made from a copy of this one's disk."""
        if len(self.tills) == MOST_TILLS:
            return "enough tills"
        original = self.tills[till]
        name = f"{original.name} {len(self.tills)}"
        file = self._folder / f"till-{len(self.tills)}.db"
        original.replica.copy_into(file)
        self._people.append(self._people[till])
        self.tills.append(self._till_of(PEOPLE[self._people[till]], file, name))
        self.checkers.cloned(original, self.tills[-1])
        return "cloned"

    def _hand_over(self, till: int, other: int) -> str:
        """What waits at a till that cannot send goes to another one of the shop; both send it from then on."""
        giver, taker = self.tills[till], self.tills[other]
        if giver is taker:
            return "the same till"
        try:
            waiting = giver.run(reads(waiting_operations, instant_text(giver.clock())))
            here = {row["id"] for row in taker.rows("SELECT id FROM sync_queue")}
            self.checkers.taken_in[taker.name] |= {each.operation.id for each in waiting.operations} - here
            carried = self._unless_it_crashes(taker, lambda: take_in(waiting, taker.replica))
        except ReplicaTrouble as trouble:
            return f"trouble {trouble.code}"
        return "crashed" if carried is None else f"{carried.operations} taken, {carried.left_out} left out"

    def _upgrade(self, till: int) -> str:
        """The file is one that the program before this one wrote, with all that waits in it."""
        seller = self.tills[till]
        if seller.value("SELECT count(*) FROM former_devices"):
            return "already used what the new shape has"
        if seller.value("SELECT epoch FROM sync_state") in self.checkers.unsteady:
            return "may not have heard of what central lost"
        seller.close()
        self.power.pop(str(seller.file), None)
        with closing(sqlite3.connect(seller.file)) as file:
            file.executescript(TO_THE_FIRST_STEP)
        seller.open()
        self.market.resume(seller)
        return "upgraded"

    def _backup(self, after: int) -> str:
        """Central's backup is taken at once, or between two of its next commits."""
        self._commits_before_backup = after
        if not after:
            self.backups.append(self.central.backup())
        return f"{len(self.backups)} backups"

    def _restore(self, which: int) -> str:
        chosen = self.backups[which % len(self.backups)]
        self._epochs += 1
        try:
            self.central.go_back_to(chosen, f"epoch-{self._epochs}")
        except CentralCrashed:
            self.central.go_back_to(chosen, f"epoch-{self._epochs}")  # whoever restores does it again
        self.moments.touch("central")
        self.checkers.restored()
        return f"to backup {which % len(self.backups)}"

    def _slip_back(self, which: int) -> str:
        """A snapshot of central's disk is put back, and nobody says so."""
        of_now = [each for each in self.backups if epoch_of(each) == self.central.epoch]
        if not of_now:
            return "no snapshot of this epoch"
        if any(map(_cannot_tell_of_a_loss, self.tills)):
            return "a till was upgraded after the last answer"
        self.central.slip_back(of_now[which % len(of_now)])
        self.moments.touch("central")
        self.checkers.slipped_back()
        return "without a word"

    def _write(self, kind: str, which: int, figure: int) -> str:
        try:
            with (
                self.central.database.transaction(BUSINESS) as connection,
                locked_revisions(connection, BUSINESS) as revisions,
            ):
                self._write_as_owner(BusinessWriter(connection, BUSINESS, revisions, self.now), kind, which, figure)
                record(connection, BUSINESS, revisions, Act(f"{kind}.changed", {"to": figure}), self.now)
        except (CentralBusy, CentralCrashed):
            return "central could not"
        return "written"

    def _write_as_owner(self, writer: BusinessWriter, kind: str, which: int, figure: int) -> None:
        if kind == "price":
            product = product_ids()[which % 3]
            self.checkers.written_at_central.add(("products", str(product)))
            writer.change(products, product, base_price=Decimal(figure) / 100)
        else:
            self.checkers.roles_were_written = True
            role = (BusinessUserRole.VENDEDOR, BusinessUserRole.ADMIN_NEGOCIO)[figure % 2]
            writer.change(business_users, PEOPLE[1 + which % 3].member_id, role=role)

    def _poison(self, till: int, kind: str) -> str:
        """An operation that another version of the program should not have written."""
        seller = self.tills[till]
        try:
            done = self._unless_it_crashes(seller, lambda: seller.write_poison(kind))
        except ReplicaTrouble as trouble:
            return f"refused {trouble}"
        if done is None:
            return "crashed"
        self.checkers.committed(done)
        self.checkers.poisonous.add(done.id)
        self.moments.touch(str(seller.file))
        return f"poisoned by {kind}"

    def _curse(self, till: int, which: int) -> str:
        """Central fails over one operation that it has not stored, whatever comes with it and however often."""
        stored = self._stored_where_it_sends(self.tills[till])
        waiting = self.tills[till].rows("SELECT id FROM sync_queue WHERE status = 'pending' ORDER BY seq")
        unheard = [each["id"] for each in waiting if each["id"] not in stored]
        if not unheard:
            return "nothing waits"
        self.cursed.add(unheard[which % len(unheard)])
        return "cursed"

    def _stored_where_it_sends(self, till: SimulatedTill) -> Container[str]:
        """Answered again for what it has, central fails over nothing."""
        epoch = till.value("SELECT epoch FROM sync_state")
        there = self.checkers.who_answers_in(epoch) or self.checkers.at_central
        return there.receipts.keys()

    def _narrow(self, till: int, operations: int, rows: int) -> str:
        """A proxy that takes few operations at once, and a central that sends few rows."""
        line = self.tills[till].line
        line.most_operations, line.most_rows = operations, rows
        return "narrowed"

    def _stranger(self, till: int, kind: str) -> str:
        """Somebody reaches for another business, by its id or by the ids of its rows."""
        request, done = hostile_request(self.tills[till], kind)
        if done is not None:
            self.checkers.committed(done)
        return f"answered {self.central.answer(request).status_code}"

    # --- How they are done -------------------------------------------------------------------------------------------

    def _done(self, till: SimulatedTill, act: Callable[[], list[Done]]) -> str:
        self.now += timedelta(seconds=1)
        if self.checkers.memories[till.name].is_new:
            return "there is nothing to work with yet"
        try:
            done = self._unless_it_crashes(till, act)
        except FORESEEN as refused:
            return f"refused {refused}"
        if done is None:
            return "crashed"
        for each in done:
            self.checkers.committed(each)
        return " ".join(f"{each.collection} {each.operation_type} {each.entity_id[:8]}" for each in done)

    def _synced(self, till: SimulatedTill) -> str:
        try:
            outcome = self._unless_it_crashes(till, lambda: self.market.sync(till))
        except ReplicaTrouble as trouble:
            till.due = self.now + ROUND_EVERY
            return f"trouble {trouble.code}"
        if outcome is None:
            return "crashed"
        till.due = self.now + outcome.wait
        return f"{outcome.state.kind} {outcome.state.code} waiting {outcome.state.waiting} wait {outcome.wait}"

    def _unless_it_crashes(self, till: SimulatedTill, act: Callable[[], T]) -> T | None:
        """None where the program died over it, whatever its handlers made of that on the way out."""
        try:
            return act()
        except BaseException as trouble:
            if str(till.file) in self.moments.dead:
                self._crashed(till)
                return None
            if isinstance(trouble, (*FORESEEN, Violation)) or not isinstance(trouble, Exception):
                raise
            raise Violation("defect", f"{till.name}: {trouble!r}") from trouble

    def _kill(self, connection: Connection) -> None:
        self.moments.dead.add(program_of(connection))
        raise TillCrashed

    def _crashed(self, till: SimulatedTill) -> None:
        file = str(till.file)
        self.moments.forget(file)
        is_cut_off = file in self._without_power
        self._without_power.discard(file)
        till.crash(self._durable_bytes(file) if is_cut_off else None)
        self.power.pop(file, None)
        if is_cut_off:
            self.checkers.power_was_cut(till)
        self.moments.dead.discard(str(till.file))
        till.open()
        till.due = self.now
        self.market.resume(till)

    def without(self, dead: SimulatedTill, left: SimulatedTill) -> None:
        """A till is gone for good: whoever stood there goes on at another."""
        self.moments.forget(str(dead.file))
        dead.close()
        dead.central.close()
        self.checkers.died(dead)
        person = self._people[self.tills.index(left)]
        for place, till in enumerate(self.tills):
            if till is dead:
                self.tills[place], self._people[place] = left, person

    def _come_to_rest(self) -> None:
        """Faults stop, and rounds go on as they fall due, until everybody has all that there is."""
        self._heal()
        usual = REST_AFTER_SHARING if self.market.is_open else REST
        longest = usual if not self.cursed else REST_WITH_POISON
        end = self.now + longest
        while not self.checkers.is_quiet():
            till = min(self.tills, key=lambda each: each.due)
            self.now = max(self.now, till.due)
            if self.now > end:
                break
            self._tell(f"rest {till.name} -> {self._synced(till)}")
            self.checkers.always()

    def _heal(self) -> None:
        self.moments.forget("central")
        self._house.let_everybody_in()
        for till in self.tills:
            till.line.faults.clear()
            till.line.is_cut = till.is_signed_out = False
            till.find_room()
        self.market.look_after_hosts()

    def _committed(self, program: str, connection: Connection) -> None:
        """A COMMIT is about to be done: a backup may be due before it, and a till's may be brought to the disk."""
        if connection.dialect.name == "sqlite":
            [[synchronous]] = driver_of(connection).execute("PRAGMA synchronous").fetchall()
            self.power.setdefault(program, DiskWatch(Path(f"{program}-wal"))).commit(is_durable=synchronous == 2)
        elif program == "central" and self._commits_before_backup:
            self._commits_before_backup -= 1
            if not self._commits_before_backup:
                self.backups.append(self.central.backup())

    def _durable_bytes(self, program: str) -> int:
        watch = self.power.get(program)
        return watch.durable_bytes() if watch else 0

    def _cut_off(self, connection: Connection) -> None:
        """PostgreSQL is gone for central, which goes on and has to make something of that."""
        backend = driver_of(connection).info.backend_pid
        driver_of(connection).close()
        self.central.wait_until_gone(backend)

    def plan_at(self, program: str, fault: Fault) -> None:
        """At central, or at a branch."""
        match fault:
            case ["crash_central", at]:
                self.moments.plan(program, at, self._kill_central)
            case ["crash_at_commit", which]:
                self.moments.plan_at_commit(program, which, self._kill_central)
            case ["cut_off_database", at]:
                self.moments.plan(program, at, self._cut_off)
            case ["meanwhile", at, step]:
                self.moments.plan(program, at, lambda _connection: self._meanwhile(step))

    def _meanwhile(self, step: Step) -> None:
        """A whole step of others between two moments of central; none of the till whose request is under way."""
        if self._is_meanwhile or (step[0] == "round" and self.tills[step[1]] is self._calling):
            return
        self._is_meanwhile = True
        try:
            self._tell(f"meanwhile {step} -> {self.perform(step)}")
        finally:
            self._is_meanwhile = False

    def _kill_central(self, connection: Connection) -> None:
        """Its connection breaks; PostgreSQL notices, and lets go of what was locked."""
        driver = driver_of(connection)
        backend = None if driver.closed else driver.info.backend_pid
        connection.invalidate()
        if backend is not None:
            self.central.wait_until_gone(backend)
        raise CentralCrashed

    def _till(self, which: int) -> SimulatedTill:
        person = PEOPLE[which]
        file = self._folder / f"{person.name}.db"
        copy_file(self.shop, which, file)
        return self._till_of(person, file, person.name)

    def _till_of(self, person: Person, file: Path, name: str) -> SimulatedTill:
        plan = partial(self.plan_at, "central")
        line = Line(name, self.central, self.pass_time, self.log, self.late, plan, self.cursed)
        return SimulatedTill(
            name,
            file,
            person.user_id,
            person.member_id,
            line,
            lambda: self.now,
            self.chance,
            lambda: self.seconds,
            asks_ahead=self.schedule.seed % 2 == 1,
            calling=self.market.line_of,
        )

    def _customer_of(self, till: SimulatedTill, which: int | None) -> str | None:
        if which is None:
            return None
        known = till.rows("SELECT id FROM customers ORDER BY id")
        return str(known[which % len(known)]["id"])

    def pass_time(self, seconds: float) -> None:
        self.seconds += seconds
        self.now += timedelta(seconds=seconds)

    def _tell(self, said: str) -> None:
        self.trace.append(said)

    def _hear(self, _logger: object, _method: str, event: Any) -> Any:
        self.told.append(str(event["event"]))
        raise structlog.DropEvent


class _NoLock:
    """In the place of the lock that keeps a second program out."""

    def release(self) -> None:
        """Nothing was taken."""


def _cannot_tell_of_a_loss(till: SimulatedTill) -> bool:
    """As a till that was upgraded cannot until central's next answer: it has been answered, and has no mark of it."""
    [place] = till.rows("SELECT epoch, push_mark, root_mark FROM sync_state")
    if place["epoch"] is None or place["root_mark"] or (place["push_mark"] and not is_branch(place["epoch"])):
        return False
    by_central = "SELECT count(*) FROM sync_queue WHERE status = 'acked' AND acked_revision <= ?"
    return bool(till.value(by_central, history_of(place["epoch"]).head))
