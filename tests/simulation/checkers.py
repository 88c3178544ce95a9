"""The invariants I1 to I18 of the protocol, one function each, against the plain ledger and what was seen before.

Those that hold at every step are asked after each; the others once faults have stopped and all is quiet.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

import msgspec

from avileo_pos.protocol import COLLECTIONS
from avileo_pos.protocol.words import ALREADY_SO
from tests.simulation.backups import Row, Rows, rows_in
from tests.simulation.ledger import NOTHING, Cart, Done, Ledger
from tests.simulation.network import Exchange, operations_in, plain_body
from tests.simulation.shop import put_back_neighbour, take_neighbour
from tests.simulation.sights import BELONGING, AtCentral, AtTill, CentralWatch, look_at
from tests.simulation.tills import SimulatedTill
from tests.sync_status import brought_by, said_by

if TYPE_CHECKING:
    from tests.simulation.branches import Branch
    from tests.simulation.world import World

KEPT: Final = timedelta(days=45)
OPEN: Final = frozenset({"pending", "inflight", "parked"})
VOIDABLE: Final = ("sales", "abonos")
NOTHING_YET: Final[Mapping[str, object]] = {"customer_balances": 0, "inventory": 0, "distribuciones": Cart()}
DERIVED: Final = tuple(NOTHING_YET)
_SENT_AGAIN: Final = """
    SELECT later.id, former.id AS former FROM sync_queue later JOIN sync_queue former
    USING (collection, entity_id, operation_type, created_at, sha256)
    WHERE later.seq > ? AND former.last_code = 'discarded'
"""
SOLD: Final = ("client_id", "total_amount", "amount_paid")
HEARSAY: Final = ("device_revoked", "seller_inactive", "seller_not_signed_in")
BELIEVED: Final = ("sales", "abonos", "cash_sessions", "cash_movements")
"""What of these is born is taken for whomever a till says."""
FROZEN: Final = ("operation_type", "collection", "entity_id", "actor_id", "schema", "created_at", "data")


class Violation(AssertionError):  # noqa: N818 - the name says what happened
    """A promise of the protocol was broken; `invariant` says which."""

    def __init__(self, invariant: str, said: str) -> None:
        super().__init__(f"{invariant}: {said}")
        self.invariant = invariant


class _Sender(msgspec.Struct):
    device_id: str


@dataclass
class Memory:
    """What was seen before of one till's file; a copy of the file takes it along.

    `former` are the operations as they stood when the resync began that is under way; answers to later ones are added.
    What was `taken_back` in it is remembered here, as the queue may forget it. Of operations `out_of_view` what they
    brought is not in the file; of discarded ones, was not when they were. `is_new` until everything has come into it
    for the first time.
    """

    epoch: str | None = None
    head: int = 0
    revisions: dict[tuple[str, str], int] = field(default_factory=dict)
    figures: dict[tuple[str, str], tuple[str | None, int]] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    former: dict[str, Row] = field(default_factory=dict)
    taken_back: set[str] = field(default_factory=set)
    out_of_view: set[str] = field(default_factory=set)
    voided: set[tuple[str, str]] = field(default_factory=set)
    is_new: bool = False


class Checkers:
    """Remembers what the promises are about, and asks for all of them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.watch = CentralWatch(world.central)
        self.at_central = self.watch.look()
        self.at_branches: dict[str, AtCentral] = {}
        self.unsteady: set[str] = set()
        self.at_tills: dict[str, AtTill] = {}
        self.memories: dict[str, Memory] = defaultdict(Memory)
        self.committed_at: dict[str, set[str]] = defaultdict(set)
        self._of_copies: dict[str, list[Memory]] = defaultdict(list)
        self.lost: set[str] = set()
        self.was_disturbed = False
        self.file_went_back = False
        self.first_bytes: dict[str, str] = {}
        self.first_places: dict[tuple[str, str, str], int] = {}
        self.heads_answered: dict[str, int] = {}
        self.revisions_at_central: dict[tuple[str, str], set[int]] = defaultdict(set)
        self.receipts_in: dict[str, dict[str, int]] = defaultdict(dict)
        self.voided_in: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self.poisonous: set[str] = set()
        self.discarded: set[str] = set()
        self.looked_after: set[str] = set()
        self.gone_back: Counter[str] = Counter()
        self.taken_in: dict[str, set[str]] = defaultdict(set)
        self.carried: set[str] = set()
        self.some_were_withdrawn = self.people_changed = False
        self.roles_were_written = self.rules_were_changed = False
        self._read_of_log = 0
        self._moments: dict[str, int] = {}
        self._watches: dict[str, CentralWatch] = {}
        self.moved: list[SimulatedTill] = []
        self.brought: dict[tuple[str, str, str, int], str] = {}
        rows = self.beginning = self.at_central.rows
        self.written_at_central: set[tuple[str, str]] = set()
        self.ledger = Ledger(
            {key: row["balance"] for key, row in rows["customer_balances"].items()},
            {key: row["quantity"] for key, row in rows["inventory"].items()},
            {key: row["opening_float"] for key, row in rows["cash_sessions"].items()},
        )
        self._remember_central()
        self._look_where_something_moved()
        self.before = {each["id"] for till in self.at_tills.values() for each in till.queue}
        self.neighbours_ids = {
            row["id"] for name in COLLECTIONS for row in rows_in(world.shop.neighbour, name) if "id" in row
        }

    # --- What happened to a file or to central, told by the world ----------------------------------------------------

    def copied(self, till: SimulatedTill) -> None:
        self._of_copies[till.name].append(deepcopy(self.memories[till.name]))

    def rewound(self, till: SimulatedTill, which: int) -> None:
        """What was done after the copy, and had not gone to central, went with the file."""
        self.went_back(till, deepcopy(self._of_copies[till.name][which]))

    def went_back(self, till: SimulatedTill, memory: Memory) -> None:
        """Its file is another one, of which `memory` was seen, or nothing yet."""
        self.memories[till.name] = memory
        self.gone_back[till.name] += 1
        kept = {row["id"] for row in till.rows("SELECT id FROM sync_queue")}
        self.lost |= self.committed_at[till.name] - kept
        self.committed_at[till.name] &= kept
        self.was_disturbed = self.file_went_back = True

    def cloned(self, original: SimulatedTill, clone: SimulatedTill) -> None:
        self.memories[clone.name] = deepcopy(self.memories[original.name])
        self.taken_in[clone.name] |= self.taken_in[original.name]
        self.was_disturbed = True

    def power_was_cut(self, till: SimulatedTill) -> None:
        """What had been pulled last may be pulled again; what a person has done stands."""
        before = self.memories[till.name]
        self.memories[till.name] = Memory(
            figures=before.figures,
            attempts=before.attempts,
            former=before.former,
            taken_back=before.taken_back,
            out_of_view=before.out_of_view,
            is_new=before.is_new,
        )
        self.file_went_back = True

    def restored(self) -> None:
        """What a branch handed on before it was forgotten is with the tills that did it, if they are still there."""
        self.was_disturbed = True
        self.world.market.ended.clear()

    def slipped_back(self) -> None:
        """Without a new epoch: what was pulled says nothing any more of what central holds."""
        self.restored()
        self.unsteady.add(self.at_central.epoch)

    @property
    def is_steady(self) -> bool:
        return self.at_central.epoch not in self.unsteady

    def died(self, till: SimulatedTill) -> None:
        """What only this PC had is gone with it."""
        self.lost |= self.committed_at.pop(till.name, set())
        self.at_tills.pop(till.name, None)

    def branched(self, branch: Branch) -> None:
        """A branch has begun, with all that central had stored up to the point from which it goes on."""
        stored = self.receipts_in[branch.point.epoch].items()
        self.receipts_in[branch.epoch] = {each: at for each, at in stored if at <= branch.point.head}
        self._watches[branch.epoch] = CentralWatch(branch)
        if branch.point.epoch in self.unsteady:
            self.unsteady.add(branch.epoch)

    def branch_went_back(self, branch: Branch) -> None:
        """Without a new epoch: what was pulled there says nothing any more of what it holds."""
        self.unsteady.add(branch.epoch)
        self.world.moments.touch(branch.program)

    @property
    def head(self) -> int:
        return self.at_central.head

    def is_quiet(self) -> bool:
        """Whether no till has anything to send or to take."""
        withdrawn, history = self.withdrawn(), self._history()
        return self.world.market.is_quiet and all(
            (self._has_heard(till) if till.name in withdrawn else self._has_all(till))
            and till.marks <= history
            and not self.waiting_at(till)
            for till in self.at_tills.values()
        )

    def _history(self) -> set[str]:
        """The marks through which central's history leads."""
        found = self.world.central.owner.execute(
            "SELECT number || ':' || hash FROM audit_entries WHERE business_id = %s", (self.world.central.business_id,)
        )
        return {"0:", *(mark for (mark,) in found)}

    def _has_heard(self, till: AtTill) -> bool:
        return bool(till.state["epoch"] == self.at_central.epoch)

    def _has_all(self, till: AtTill) -> bool:
        reached = till.cursor and (till.cursor.epoch, till.cursor.revision, till.cursor.role, till.cursor.members)
        simulated = next(each for each in self.world.tills if each.name == till.name)
        return till.is_settled and reached == (self.at_central.epoch, self.head, *self.sight_of(simulated))

    def sight_of(self, till: SimulatedTill) -> tuple[str, tuple[str, ...]]:
        """The role of whoever is there, and whose own rows a seller is shown there: of all who have signed in at it."""
        member = str(till.member_id)
        role = self.at_central.rows["business_users"][member]["role"]
        found = self.world.central.owner.execute(
            "SELECT u.id::text FROM device_members d JOIN business_users u ON u.id = d.member_id"
            " WHERE d.device_id = %s AND u.is_active AND u.role = 'vendedor' ORDER BY 1",
            (till.value("SELECT device_id FROM till_identity"),),
        )
        sellers = tuple(seller for (seller,) in found)
        return role, sellers if member in sellers else (member,)

    def withdrawn(self) -> set[str]:
        """The tills to which central gives nothing more."""
        if not self.some_were_withdrawn:
            return set()
        found = self.world.central.owner.execute("SELECT id::text FROM devices WHERE revoked_at IS NOT NULL")
        devices = {device_id for (device_id,) in found}
        return {each.name for each in self.world.tills if each.value("SELECT device_id FROM till_identity") in devices}

    def may_be_purged(self, operation_id: str) -> bool:
        return self.world.now - self.ledger.done[operation_id].at > KEPT

    def waiting_at(self, till: AtTill) -> list[Row]:
        """What has still to be sent; not what waits for a row that is lost with the file that made it, or parked.

        Nor what waits for such a one.
        """
        waiting = [each for each in till.queue if each["status"] in ("pending", "inflight")]
        for_ever: set[str] = set()
        for each in waiting:
            is_blocked = each["last_code"] == "blocked" and self.is_lost(each["collection"], each["entity_id"])
            if is_blocked or for_ever.intersection(msgspec.json.decode(each["depends_on"])):
                for_ever.add(each["id"])
        return [each for each in waiting if each["id"] not in for_ever]

    def is_lost(self, collection: str, entity_id: str) -> bool:
        """Whether central does not know of it, and no till will ever tell."""
        may_come = any(
            (each["entity_id"], each["operation_type"]) == (entity_id, "create")
            and each["status"] != "parked"
            and each["last_code"] != "discarded"
            for till in self.at_tills.values()
            for each in till.queue
        )
        return not may_come and entity_id not in self.at_central.rows.get(collection, {})

    def met(self, tills: list[SimulatedTill]) -> None:
        """Who shares with others without any trouble has nothing left to send, as at central (I13)."""
        for till in (self.at_tills[each.name] for each in tills):
            waiting = self.waiting_at(till)
            if (waiting or not till.is_settled) and not self.world.cursed:
                said = [(each["collection"], each["operation_type"], each["last_code"]) for each in waiting]
                raise Violation("I13", f"{till.name} still has {said} at the market")

    def committed(self, done: Done) -> None:
        self.ledger.add(done)
        self.committed_at[done.till].add(done.id)

    def looked_through(self, till: SimulatedTill) -> None:
        """Something that was parked at the till has been discarded, or closed as it goes again."""
        self.discarded |= {row["id"] for row in till.rows("SELECT id FROM sync_queue WHERE last_code = 'discarded'")}

    def sent_again(self, till: SimulatedTill, place: int) -> None:
        """What has come to stand after `place` says what central had refused."""
        former = {row["id"]: row["former"] for row in till.rows(_SENT_AGAIN, place)}
        for done in till.done_since(place):
            before = self.ledger.done.get(former[done.id])
            self.committed(replace(done, meaning=before.meaning if before else NOTHING))
            for told in (self.poisonous, self.memories[till.name].out_of_view):
                if former[done.id] in told:
                    told.add(done.id)
        self.looked_through(till)

    # --- Looking -----------------------------------------------------------------------------------------------------

    def always(self) -> None:
        with self.world.moments.only_looking():
            self._always()

    def at_rest(self) -> None:
        with self.world.moments.only_looking():
            for check in AT_REST:
                check(self)

    def _always(self) -> None:
        exchanges = self.world.log[self._read_of_log :]
        self._read_of_log = len(self.world.log)
        self._look_where_something_moved()
        self.brought = dict(_figures_in(exchanges))
        for check in ALWAYS:
            check(self, exchanges)
        self.world.carts.check(self.moved)
        self._remember(exchanges)

    def _look_where_something_moved(self) -> None:
        """A program that has not reached another moment has changed nothing."""
        self.moved = [till for till in self.world.tills if self._has_moved(str(till.file))]
        for till in self.moved:
            self.at_tills[till.name] = look_at(till)
        if self._has_moved("central"):
            self.at_central = self.watch.look()
            self.receipts_in[self.at_central.epoch].update(self.at_central.stored())
            receipts = self.at_central.receipts.values()
            self.ledger.taken = frozenset(each["id"] for each in receipts if _is_first(each))
        for branch in self.world.market.served:
            if self._has_moved(branch.program):
                at_branch = self.at_branches[branch.epoch] = self._watches[branch.epoch].look()
                # What it had from central it has since then, though it hears of the operation only now.
                self.receipts_in[branch.epoch] = at_branch.stored() | self.receipts_in[branch.epoch]

    def who_answers_in(self, epoch: str) -> AtCentral | None:
        """Central, or a branch; None of an epoch that is over."""
        return self.at_central if epoch == self.at_central.epoch else self.at_branches.get(epoch)

    def _has_moved(self, program: str) -> bool:
        before, now = self._moments.get(program), self.world.moments.count(program)
        self._moments[program] = now
        return before != now

    def _remember(self, exchanges: list[Exchange]) -> None:
        self._remember_central()
        for exchange in exchanges:
            if exchange.status == 200 and exchange.answer.startswith(b'{"epoch"'):
                answer = msgspec.json.decode(exchange.answer)
                epoch, head = answer["epoch"], answer["head"]
                self.heads_answered[epoch] = max(head, self.heads_answered.get(epoch, 0))
        for moved in self.moved:
            till = self.at_tills[moved.name]
            memory = self.memories[till.name]
            memory.figures = {
                (name, key): self.figure_of(till, name, key) for name in DERIVED for key in till.rows[name]
            }
            memory.epoch, memory.head = till.state["epoch"], till.state["last_seen_head"]
            # What a new epoch is still to forget or to bring says nothing in it.
            memory.revisions = {
                (name, key): row["revision"]
                for name, rows in till.rows.items()
                for key, row in rows.items()
                if row["revision"] > 0 and not till.is_forgetting
            }
            memory.attempts = {each["id"]: each["attempts"] for each in till.queue}
            memory.taken_back = self._taken_back_in_resync(till)
            memory.out_of_view = {each["id"] for each in till.queue if self._is_out_of_view(till, each)}
            if till.state["resyncing"]:
                answered = {each["id"]: each for each in till.queue if each["acked_revision"] is not None}
                memory.former = answered | memory.former
            else:
                memory.former = {each["id"]: each for each in till.queue}
            # In a resync rows of the epoch before are still shown, and its voidings may not have come to this one yet.
            memory.voided = set() if till.state["resyncing"] else _voided(till.rows)
            memory.is_new = memory.is_new and not till.is_settled

    def _remember_central(self) -> None:
        for name, rows in self.at_central.rows.items():
            for key, row in rows.items():
                self.revisions_at_central[name, key].add(row["revision"])

    def figure_of(self, till: AtTill, name: str, key: str) -> tuple[str | None, int]:
        """Since when a till's figure holds: the epoch in which it was pulled, and the revision.

        Of a backup that was put back twice the epochs share their numbers.
        """
        revision, memory = till.rows[name][key]["revision"], self.memories[till.name]
        if not (revision < 0 or till.is_forgetting):
            return till.state["epoch"], revision
        before = memory.figures.get((name, key))
        if before is not None and before[1] == abs(revision):
            return before
        came_from = self.brought.get((till.name, name, key, abs(revision)))  # and is forgotten already
        return came_from or memory.epoch or till.state["epoch"], abs(revision)

    def counted_in(self, till: AtTill, name: str, key: str) -> set[str]:
        """The operations that a figure has to count: central's as of its revision, and all that was done here."""
        own = {each["id"] for each in till.queue if _counts(till, each)}
        row = till.rows[name].get(key)
        if row is None:
            return own
        epoch, revision = self.figure_of(till, name, key)
        held = {each for each, stored in self.receipts_in[epoch or ""].items() if stored < revision}
        return own | (held - self._taken_back_in_resync(till) if row["revision"] < 0 else held)

    def _taken_back_in_resync(self, till: AtTill) -> set[str]:
        """They are shown no more, though central had them before the resync."""
        memory = self.memories[till.name]
        if not till.state["resyncing"]:
            return set()
        unseen = memory.out_of_view
        discarded = [each for each in till.queue if each["last_code"] == "discarded" and each["id"] not in unseen]
        taken_back = {each["id"] for each in discarded} | self._voidings_without_effect(till, discarded)
        taken_back_before = {each["id"] for each in memory.former.values() if each["last_code"] == "discarded"}
        return memory.taken_back | taken_back - taken_back_before

    def _is_out_of_view(self, till: AtTill, operation: Row) -> bool:
        """What an operation has changed is told by the rows that it brought, or by the fact that it voided."""
        if operation["last_code"] == "discarded":
            return operation["id"] in self.memories[till.name].out_of_view
        return operation["entity_id"] not in till.rows.get(operation["collection"], {})

    def _voidings_without_effect(self, till: AtTill, discarded: list[Row]) -> set[str]:
        """Others' voidings of what stands again here: they came after the discarded one, and nothing told them.

        A fact whose birth was discarded too stands here no more.
        """
        standing = {
            each["entity_id"]
            for each in discarded
            if each["operation_type"] == "delete"
            and (fact := till.rows[each["collection"]].get(each["entity_id"])) is not None
            and fact["voided_at"] is None
        }
        voidings = (each for each in self.ledger.done.values() if each.operation_type == "delete")
        return {each.id for each in voidings if each.entity_id in standing}


def _is_first(receipt: Row) -> bool:
    """Whether what it answers has come about by it."""
    return receipt["status"] == "applied" and receipt["code"] != ALREADY_SO


def _figures_in(exchanges: list[Exchange]) -> Iterator[tuple[tuple[str, str, str, int], str]]:
    """Of each figure that a till was sent, by its collection, id and revision: the epoch in which it holds."""
    for exchange in exchanges:
        if exchange.path == "/api/sync/pull" and exchange.status == 200 and exchange.answer.startswith(b'{"epoch"'):
            page = msgspec.json.decode(exchange.answer)
            for table in page["tables"]:
                if (name := table["collection"]) in DERIVED:
                    places = [table["columns"].index(column) for column in ("id", "revision")]
                    for row in table["rows"]:
                        key, revision = (row[place] for place in places)
                        yield (exchange.till, name, key, revision), page["epoch"]


def _counts(till: AtTill, operation: Row) -> bool:
    """Whether what was done changes what is shown: not what a person took back, nor what is out of sight."""
    if operation["last_code"] == "discarded" or _is_second(till, operation):
        return False
    return not _is_out_of_sight(till, operation)


def _is_second(till: AtTill, operation: Row) -> bool:
    """Another sale of one cart, which central has put aside, where the first is shown."""
    row = till.rows.get(operation["collection"], {}).get(operation["entity_id"])
    is_put_aside = operation["last_code"] == "sold_otherwise" and operation["operation_type"] == "create"
    return is_put_aside and row is not None and row["revision"] > 0


def _is_out_of_sight(till: AtTill, operation: Row) -> bool:
    """A void that central has not taken, of a fact that it shows here no more: nobody knows how it stands.

    Of an own one that is known as long as central shows it here, or the figures of before a resync hold it.
    """
    if operation["operation_type"] != "delete" or operation["status"] == "acked":
        return False
    births = [
        each
        for each in till.queue
        if each["operation_type"] == "create" and each["entity_id"] == operation["entity_id"]
    ]
    row = till.rows[operation["collection"]].get(operation["entity_id"])
    if births:
        is_refused = operation["status"] == "parked" or operation["last_code"] == "blocked"
        head = till.state["pulled_head"] or 0
        should_have_come = any(each["acked_revision"] and each["acked_revision"] <= head for each in births)
        is_unseen = row is None or (is_refused and row["revision"] == 0 and should_have_come)
        return is_unseen and not till.state["resyncing"]
    return row is None or row["revision"] == 0


# --- At every step ---------------------------------------------------------------------------------------------------


def i1_nothing_is_lost(seen: Checkers, _exchanges: list[Exchange]) -> None:
    """Every committed operation is open on its till, or stored at central."""
    for till in seen.at_tills.values():
        in_file = {each["id"]: each for each in till.queue}
        has_heard = till.state["epoch"] == seen.at_central.epoch and seen.is_steady
        for operation_id in seen.committed_at[till.name] - seen.lost - seen.discarded - seen.at_central.receipts.keys():
            row = in_file.get(operation_id)
            # Until the till hears that central came back from a backup, it keeps what it will have to send again.
            is_kept = row is not None and (row["status"] in OPEN or not has_heard or row["last_code"] == "discarded")
            if not is_kept and not seen.may_be_purged(operation_id):
                raise Violation("I1", f"{till.name} has lost {seen.ledger.done[operation_id]}")
        strangers = in_file.keys() - seen.ledger.done.keys() - seen.before
        if strangers:
            raise Violation("I1", f"{till.name} holds operations that nobody was told of: {strangers}")
        for name in ("sales", "abonos", "customers"):
            born = {each["entity_id"] for each in till.queue if each["operation_type"] == "create"}
            homeless = {key for key, row in till.rows[name].items() if row["revision"] == 0} - born
            for central in (seen.at_central, *seen.at_branches.values()):
                homeless -= central.rows[name].keys()
            if homeless and not seen.was_disturbed:
                raise Violation("I1", f"{till.name} shows {name} {homeless} of which central will never hear")


def i10_bytes_never_change(seen: Checkers, exchanges: list[Exchange]) -> None:
    """An operation's bytes never change after its first sending, nor its place in a till's queue.

    In a file with another past that is put back under a journal, what had its place there may hold it.
    """
    for exchange in exchanges:
        if exchange.path == "/api/sync/push":
            body = plain_body(exchange.request)
            # Of what it hands on a host sends each operation as of the till that did it.
            device_id = msgspec.json.decode(body, type=_Sender).device_id if body else ""
            for operation in operations_in(body):
                place = (exchange.till, device_id, operation["id"])
                said = repr([operation.get(name) for name in FROZEN])
                if seen.first_bytes.setdefault(operation["id"], said) != said:
                    raise Violation("I10", f"{operation['id']} was {seen.first_bytes[operation['id']]}, now {said}")
                first = seen.first_places.setdefault(place, operation["seq"])
                if first != operation["seq"] and not _is_taken(seen.at_tills.get(exchange.till), first):
                    raise Violation("I10", f"{place} went from {first} to {operation['seq']}")


def _is_taken(till: AtTill | None, place: int) -> bool:
    return till is not None and any(each["seq"] == place for each in till.queue)


def i11_status_is_what_the_queue_says(seen: Checkers, _exchanges: list[Exchange]) -> None:
    """`sync_status` and `sync_attempts` of each row follow from the operations that brought it."""
    for till in (seen.at_tills[moved.name] for moved in seen.moved):
        of_row: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
        for each in till.queue:
            of_row[each["collection"], each["entity_id"]].append(each)
        for name, rows in till.rows.items():
            if "sync_status" in COLLECTIONS[name].table.columns:
                for row in rows.values():
                    expected = said_by(of_row.get(brought_by(name, row), []))
                    if (row["sync_status"], row["sync_attempts"]) != expected:
                        raise Violation("I11", f"{till.name}: {name} {row['id']} {row['sync_status']}, not {expected}")


def i4_a_cursor_tells_what_is_here(seen: Checkers, _exchanges: list[Exchange]) -> None:
    """A till at cursor c has exactly the visible rows with revision <= c."""
    for till in (seen.at_tills[moved.name] for moved in seen.moved):
        cursor = till.cursor
        if not till.is_settled or cursor is None or cursor.epoch in seen.unsteady:
            continue
        there = seen.who_answers_in(cursor.epoch)
        if there is None:
            continue
        visible = there.visible_to(cursor.members, cursor.role)
        open_rows = {row_id for each in till.queue if each["status"] != "acked" for row_id in _rows_of(each)}
        for name, rows in visible.items():
            here = till.rows[name]
            for key, row in rows.items():
                if row["revision"] <= cursor.revision:
                    if key not in here or here[key]["revision"] != row["revision"]:
                        raise Violation("I4", f"{till.name} is at {cursor.revision} without {name} {row}")
                    if key not in open_rows and (column := _differing(name, here[key], row)):
                        raise Violation("I4", f"{till.name}: {name} {key} differs in {column}")
                elif there is seen.at_central and till.state["pulled_head"] >= cursor.revision:
                    # Between two pages a row may have gone further.
                    known = [each for each in seen.revisions_at_central[name, key] if each <= cursor.revision]
                    if known and (key not in here or here[key]["revision"] < max(known)) and not seen.was_disturbed:
                        raise Violation(
                            "I4", f"{till.name} is at {cursor.revision} without {name} {key} of {max(known)}"
                        )
            for key, row in here.items():
                if 0 < row["revision"] <= cursor.revision and key not in rows:
                    raise Violation("I4", f"{till.name} has {name} {key}, which it may not see or is not there")


def i4_no_digest_differs(seen: Checkers, _exchanges: list[Exchange]) -> None:
    """Nor does a till have to find out by counting that it has missed something; but for a file that went back."""
    if "digest_differs" in seen.world.told and not seen.file_went_back:
        raise Violation("I4", "a till differed from central, and had to take everything anew")


def _differing(name: str, here: Row, there: Row) -> str | None:
    columns = (str(column.name) for column in COLLECTIONS[name].travelling)
    return next((f"{each}: {here[each]!r}, {there[each]!r}" for each in columns if here[each] != there[each]), None)


def i5_nothing_appears_below_a_head(seen: Checkers, _exchanges: list[Exchange]) -> None:
    """Once a head h was answered, no row with revision <= h appears later."""
    answered = seen.heads_answered.get(seen.at_central.epoch, 0) if seen.is_steady else 0
    taken: dict[int, tuple[str, str]] = {}
    for name, rows in seen.at_central.rows.items():
        for key, row in rows.items():
            revision = row["revision"]
            if revision <= answered and revision not in seen.revisions_at_central[name, key]:
                raise Violation("I5", f"{name} {key} appeared as {revision} after head {answered} was answered")
            if taken.setdefault(revision, (name, key)) != (name, key):
                raise Violation("I5", f"{name} {key} and {taken[revision]} are both {revision}")
            if revision > seen.head:
                raise Violation("I5", f"{name} {key} is {revision}, above the head {seen.head}")


def i6_nothing_goes_back(seen: Checkers, _exchanges: list[Exchange]) -> None:
    """Within an epoch a row's revision, the cursor and the head never go back at a till."""
    for till in (seen.at_tills[moved.name] for moved in seen.moved):
        memory = seen.memories[till.name]
        if memory.epoch != till.state["epoch"] or memory.epoch in seen.unsteady:
            continue
        # It may have followed a branch and come back between two looks.
        if till.state["last_seen_head"] < memory.head and not till.is_forgetting:
            raise Violation("I6", f"the head of {till.name} went from {memory.head} to {till.state['last_seen_head']}")
        for (name, key), before in memory.revisions.items():
            row = till.rows[name].get(key)
            if row is not None and 0 < row["revision"] < before:
                raise Violation("I6", f"{name} {key} of {till.name} went from {before} to {row['revision']}")


def i7_own_writes_stay_visible(seen: Checkers, _exchanges: list[Exchange]) -> None:
    """What a person has done here is shown until a newer revision replaces it."""
    for moved in seen.moved:
        till = seen.at_tills[moved.name]
        if till.state["epoch"] in seen.unsteady:
            continue
        shown: dict[tuple[str, str, str], tuple[Any, Row]] = {}
        for each in till.queue:
            if each["collection"] not in till.rows or each["last_code"] == "discarded":
                continue
            row = till.rows[each["collection"]].get(each["entity_id"])
            is_open = each["status"] != "acked"
            is_hidden = each["id"] in seen.poisonous or _is_to_come(seen, till, each)
            if is_open and row is None and not is_hidden:
                raise Violation("I7", f"{till.name} does not show {each['collection']} {each['entity_id']}")
            if row is None:
                continue
            if each["operation_type"] == "delete" and is_open and row["voided_at"] is None:
                raise Violation("I7", f"{till.name} shows {each['entity_id']} as if it had not been voided")
            if each["operation_type"] == "update":
                is_newest = (
                    each["status"] in ("pending", "inflight") and not _was_replaced(seen, till, each, row)
                ) or (each["status"] == "acked" and (each["acked_revision"] or 0) > row["revision"] > 0)
                changes = msgspec.json.decode(each["data"])
                # What is settled cannot be shown on its way.
                is_newest &= not (row.get("closed_at") and changes.get("estado", {}).get("now") == "en_ruta")
                for name, change in changes.items():
                    place = (each["collection"], each["entity_id"], name)
                    if is_newest:
                        shown[place] = (change["now"], row)
                    else:
                        shown.pop(place, None)
        for (name, key, column), (value, row) in shown.items():
            if row[column] != value:
                raise Violation("I7", f"{till.name} shows {name}.{column} {key} as {row[column]!r}, not {value!r}")


def _is_to_come(seen: Checkers, till: AtTill, operation: Row) -> bool:
    """Whether what it changes is another's, and nothing of that has come to the file that this till has now.

    It may have gone out of view, and from central then.
    """
    if operation["operation_type"] == "create":
        return False
    there = seen.who_answers_in(till.state["epoch"])
    visible = there.visible_to(till.cursor.members, till.cursor.role) if there and till.cursor else {}
    row = visible.get(operation["collection"], {}).get(operation["entity_id"])
    has_come = row is not None and row["revision"] <= (till.state["pulled_head"] or 0)
    memory = seen.memories[till.name]
    stood_alone = seen.gone_back[till.name] > 0 or operation["id"] in seen.taken_in[till.name] | memory.out_of_view
    return memory.is_new or (stood_alone and not has_come)


def _was_replaced(seen: Checkers, till: AtTill, edit: Row, row: Row) -> bool:
    """Whether it goes again to a central of another epoch, and in the one before something later had come."""
    former = seen.memories[till.name].former.get(edit["id"])
    held_before = abs(row["revision"]) if till.is_forgetting else -row["revision"]
    return former is not None and held_before > (former["acked_revision"] or 2**63)


def i9_no_figure_dips(seen: Checkers, _exchanges: list[Exchange]) -> None:
    """A shown figure is central's as of its revision with all that was done here, each counted once."""
    for moved in (each for each in seen.moved if not _cannot_know(seen, seen.at_tills[each.name])):
        till = seen.at_tills[moved.name]
        unbrought = _voidings_of_the_unbrought(till)
        doubtful = {each["id"] for each in unbrought if each["status"] == "parked"}
        births_of_lost = _births_of_what_central_lost(seen, till, unbrought)
        for name, shown, counted in (
            ("customer_balances", moved.shown_debts(), partial(_debts_with, seen, till)),
            ("inventory", moved.shown_stock(), seen.ledger.stock),
            ("distribuciones", moved.shown_carts(), seen.ledger.carts),
        ):
            for key, figure in shown.items():
                if key in till.rows[name] and seen.figure_of(till, name, key)[0] in seen.unsteady:
                    continue
                if _is_not_told(till, name, key) and not _is_refused_to_who_is_here(till, key):
                    continue  # what central counts of it is not told to whoever is here now
                if births_of_lost and counted(births_of_lost).get(key) != counted(()).get(key):
                    continue  # only the last page tells that there was nothing to take back
                in_it = seen.counted_in(till, name, key)
                expected = [
                    counted(operations).get(key, NOTHING_YET[name])
                    for operations in ((in_it, in_it - doubtful) if doubtful else (in_it,))
                ]
                if figure not in expected:
                    raise Violation("I9", f"{till.name} shows {figure} for {name} {key}, not {expected[0]}")


def _cannot_know(seen: Checkers, till: AtTill) -> bool:
    """A new file has no figures yet; and what was carried may be in central's, which only its answer tells.

    Carried here; or away from here, of somebody whose sales are not for whoever is here now to see. A figure that was
    folded before that answer does not heed it.
    """
    memory = seen.memories[till.name]
    epochs = {till.state["epoch"], memory.epoch, *(epoch for epoch, _revision in memory.figures.values())}
    known = seen.at_central.receipts.keys() | {each for epoch in epochs for each in seen.receipts_in[epoch or ""]}
    viewers = till.cursor.members if till.cursor else ()
    of_others = {each["id"] for each in till.queue if each["actor_id"] not in viewers}
    carried = (seen.taken_in[till.name] | seen.carried & of_others) & known
    folded = till.state["folded_seq"] if till.state["resyncing"] else 0
    unanswered = {each["id"] for each in till.queue if each["status"] != "acked" or each["seq"] <= folded}
    return memory.is_new or bool(carried & unanswered) or _has_sold_again(seen, till)


def _has_sold_again(seen: Checkers, till: AtTill) -> bool:
    """A cart that an older file brought back: which of its sales happened, and what a void takes back, central tells.

    Nor are a void's ways back known that it refused, of lines that it has not.
    """
    births = Counter(done.entity_id for done in seen.ledger.done.values() if done.operation_type == "create")
    return any(
        (each["status"] != "acked" and not _is_second(till, each))
        or (each["acked_revision"] or 0) > till.state["pulled_head"]
        for each in till.queue
        if each["collection"] == "sales" and births[each["entity_id"]] > 1
    )


def _voidings_of_the_unbrought(till: AtTill) -> list[Row]:
    """Open ones of others' facts that central has not brought anew yet: it may have them, or lack them."""
    own = {each["entity_id"] for each in till.queue if each["operation_type"] == "create"}
    return [
        each
        for each in till.queue
        if each["operation_type"] == "delete" and each["status"] != "acked" and each["entity_id"] not in own
        if (fact := till.rows[each["collection"]].get(each["entity_id"])) is not None and fact["revision"] < 0
    ]


def _births_of_what_central_lost(seen: Checkers, till: AtTill, voidings: list[Row]) -> set[str]:
    there = seen.who_answers_in(till.state["epoch"])
    lost = {
        each["entity_id"]
        for each in voidings
        if there is None or each["entity_id"] not in there.rows[each["collection"]]
    }
    births = (done for done in seen.ledger.done.values() if lost and done.operation_type == "create")
    return {done.id for done in births if done.entity_id in lost}


def _is_not_told(till: AtTill, name: str, key: str) -> bool:
    """Whether a cart or a drawer stands here alone.

    Central refused its birth, or has it and does not send it to who is here.
    """
    if name not in ("distribuciones", "cash_sessions") or till.rows[name][key]["revision"] != 0:
        return False
    births = [each for each in till.queue if each["entity_id"] == key and each["operation_type"] == "create"]
    on_its_way = (each["acked_revision"] or 2**63 for each in births if each["status"] != "parked")
    return all(revision <= till.state["pulled_head"] for revision in on_its_way)


def _is_refused_to_who_is_here(till: AtTill, key: str) -> bool:
    return till.cursor is not None and any(
        each["entity_id"] == key and each["status"] == "parked" and each["actor_id"] in till.cursor.members
        for each in till.queue
        if each["operation_type"] == "create"
    )


def i14_offline_costs_no_attempt(seen: Checkers, exchanges: list[Exchange]) -> None:
    """Only central's refusal, or failing alone while central was well, gains an attempt."""
    for till in (seen.at_tills[moved.name] for moved in seen.moved):
        before = seen.memories[till.name].attempts
        gained = {each["id"] for each in till.queue if each["attempts"] > before.get(each["id"], 0)}
        if gained and (innocent := gained - _blamed(till.name, exchanges)):
            raise Violation("I14", f"{till.name} counts an attempt of {innocent}")


def _blamed(name: str, exchanges: list[Exchange]) -> set[str]:
    blamed: set[str] = set()
    pushes = [each for each in exchanges if each.till == name and each.path == "/api/sync/push"]
    for exchange, following in zip_longest(pushes, pushes[1:]):
        ids = [operation["id"] for operation in operations_in(plain_body(exchange.request))]
        if exchange.status == 200 and exchange.answer.startswith(b'{"epoch"'):
            results = msgspec.json.decode(exchange.answer)["results"]
            blamed |= {result["id"] for result in results if result["status"] == "quarantined"}
        elif len(ids) == 1 and following is not None and following.status == 200:
            blamed.add(ids[0])
    return blamed


def i16_businesses_stay_apart(seen: Checkers, exchanges: list[Exchange]) -> None:
    """No answer holds another business's row; a stand-in of ours may have the id of one, here or at a branch."""
    ours = [each.rows for each in (seen.at_central, *seen.at_branches.values())]
    for exchange in exchanges:
        if exchange.path == "/api/sync/pull" and exchange.status == 200 and exchange.answer.startswith(b'{"epoch"'):
            for table in msgspec.json.decode(exchange.answer)["tables"]:
                place = table["columns"].index("id")
                strange = {row[place] for row in table["rows"]} & seen.neighbours_ids
                if strange := strange.difference(*(rows[table["collection"]] for rows in ours)):
                    raise Violation("I16", f"{exchange.till} was sent the neighbour's {table['collection']} {strange}")


def _voided(rows: Rows) -> set[tuple[str, str]]:
    return {(name, key) for name in VOIDABLE for key, row in rows[name].items() if row["voided_at"] is not None}


def i18_deleted_stays_deleted(seen: Checkers, _exchanges: list[Exchange]) -> None:
    """A voided fact never comes back, at a till nor at central, but where the voiding was refused or taken back."""
    for till in (seen.at_tills[moved.name] for moved in seen.moved):
        memory = seen.memories[till.name]
        if memory.epoch == till.state["epoch"] and memory.epoch not in seen.unsteady:
            for name, key in memory.voided:
                row = till.rows[name].get(key)
                if row is not None and row["voided_at"] is None and not _is_void_undone(seen, key):
                    raise Violation("I18", f"{name} {key} came back at {till.name}")
    voided = _voided(seen.at_central.rows)
    for name, key in seen.voided_in[seen.at_central.epoch] - voided if seen.is_steady else ():
        raise Violation("I18", f"{name} {key} came back at central")
    seen.voided_in[seen.at_central.epoch] |= voided


def _is_void_undone(seen: Checkers, fact: str) -> bool:
    refused = {each["id"] for till in seen.at_tills.values() for each in till.queue if each["status"] == "parked"}
    undone = (seen.ledger.done[each] for each in seen.discarded | refused if each in seen.ledger.done)
    return any((done.operation_type, done.entity_id) == ("delete", fact) for done in undone)


# --- At rest ---------------------------------------------------------------------------------------------------------


def i13_nothing_is_left_to_send(seen: Checkers) -> None:
    """With no faults for ten minutes, nothing sendable is left, without anyone's help."""
    for till in seen.at_tills.values():
        waiting = seen.waiting_at(till)
        if waiting or not (till.is_settled or till.name in seen.withdrawn()):
            raise Violation("I13", f"{till.name} still has {[(w['collection'], w['last_code']) for w in waiting]}")


def i1_what_a_branch_took_comes_home(seen: Checkers) -> None:
    """Once a branch hands on, central hears of all that it took, though the till that sold it never comes back.

    Not of what was done to something that central lost when it was restored, and that no till can send again.
    """
    missing = [seen.ledger.done[each] for each in seen.world.market.not_handed_on() - seen.world.cursed]
    born = {done.entity_id for done in missing if done.operation_type == "create"}
    if late := [
        done for done in missing if done.entity_id in born or not seen.is_lost(done.collection, done.entity_id)
    ]:
        raise Violation("I1", f"not handed on: {late}")
    if seen.world.market.hands_on_for_nothing:
        raise Violation("I13", "what central has settled is handed on again and again")


def i2_one_effect_each(seen: Checkers) -> None:
    """Exactly one effect per operation id, however often it was sent: its row, with the rows that it was sent with."""
    inside = {
        (part, parent): _grouped(seen.at_central.rows[part], column)
        for parent, collection in COLLECTIONS.items()
        for part, column in collection.parts.items()
    }
    stored = [seen.ledger.done[each] for each in seen.at_central.stored() if each in seen.ledger.done]
    put_aside = {key for key, receipt in seen.at_central.receipts.items() if receipt["code"] == "sold_otherwise"}
    births: defaultdict[str, list[Done]] = defaultdict(list)
    for done in stored:
        if done.operation_type == "create":
            births[done.entity_id].append(done)
        elif not put_aside.isdisjoint(done.depends_on):
            raise Violation("I2", f"{done} undoes another sale than the one that it was about")
    for done in (each for of_one in births.values() for each in of_one):
        row = seen.at_central.rows[done.collection].get(done.entity_id)
        if row is None:
            raise Violation("I2", f"{done} has no row at central")
        if done.collection == "sales" and any(row[name] != done.data.get(name) for name in SOLD):
            raise Violation("I2", f"{done} is taken for another sale")
        for part in COLLECTIONS[done.collection].parts:
            there = inside[part, done.collection][done.entity_id]
            more = {row["id"] for row in there if row.get("kind") == "anulacion"}
            # A cart that an older file brought back may have been charged again.
            sent = [{row["id"] for row in each.data.get(part, [])} for each in births[done.entity_id]]
            if {row["id"] for row in there} - more not in sent:
                raise Violation("I2", f"{part} of {done}")


def _grouped(rows: Mapping[str, Row], column: str) -> Mapping[str, list[Row]]:
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows.values():
        groups[row[column]].append(row)
    return groups


def i3_money_and_grams_are_conserved(seen: Checkers) -> None:
    """The plain ledger, central's figures and every till's agree to the céntimo and the gram."""
    stored = seen.at_central.stored()
    rows, stock = seen.at_central.rows, seen.ledger.stock(stored)
    debts = _with_openings(seen, seen.ledger.debts(stored), rows["customers"])
    balances = {key: row["balance"] for key, row in rows["customer_balances"].items()}
    quantities = {key: row["quantity"] for key, row in rows["inventory"].items()}
    carts = {
        key: Cart(row["kilos_asignados"], row["kilos_vendidos"], row["monto_recaudado"])
        for key, row in rows["distribuciones"].items()
    }
    _require_same("distributions at central", carts, seen.ledger.carts(stored), Cart())
    _require_same("debts at central", balances, debts)
    openings = {key: row["opening_balance"] for key, row in rows["customer_balances"].items()}
    _require_same("openings at central", openings, {key: _opening(card) for key, card in rows["customers"].items()})
    _require_same("stock at central", quantities, stock)
    withdrawn = seen.withdrawn()
    for till in (each for each in seen.world.tills if each.name not in withdrawn):
        held = seen.at_tills[till.name]
        if _cannot_know(seen, held):
            continue
        own = stored.keys() | {each["id"] for each in held.queue if _counts(held, each)}
        debts = _debts_with(seen, held, own)
        expected = {key: debt for key, debt in debts.items() if key in held.rows["customers"]}
        _require_same(f"debts at {till.name}", till.shown_debts(), expected)
        _require_same(f"stock at {till.name}", till.shown_stock(), seen.ledger.stock(own))
        carts, shown = seen.ledger.carts(own), till.shown_carts()
        shown = {key: cart for key, cart in shown.items() if not _is_not_told(held, "distribuciones", key)}
        here = {key: carts[key] for key in carts.keys() & shown.keys()}
        _require_same(f"distributions at {till.name}", shown, here, Cart())
        drawers, lying = _told_drawers(till, held), seen.ledger.drawers(own)
        _require_same(f"drawers at {till.name}", drawers, {key: lying.get(key, 0) for key in drawers})


def _told_drawers(till: SimulatedTill, held: AtTill) -> dict[str, int]:
    """But where central has not taken the birth, or a void by which something that lay in it was given back."""
    untaken = [each for each in held.queue if each["status"] != "acked"]
    doubtful = {each["entity_id"] for each in untaken}
    for void in (each for each in untaken if each["operation_type"] == "delete"):
        fact = held.rows[void["collection"]].get(void["entity_id"], {})
        doubtful |= {msgspec.json.decode(void["data"])["void_cash_session_id"], fact.get("cash_session_id")}
    return {
        key: cash
        for key, cash in till.shown_drawers().items()
        if key not in doubtful and not _is_not_told(held, "cash_sessions", key)
    }


def _with_openings(seen: Checkers, debts: Mapping[str, int], cards: Mapping[str, Row]) -> dict[str, int]:
    """With what the cards say that was owed before, where that has been changed since the beginning."""
    began = seen.beginning["customers"]
    changed = {key: card["opening_balance"] - _opening(began.get(key)) for key, card in cards.items()}
    return {key: debts.get(key, 0) + changed.get(key, 0) for key in debts.keys() | changed.keys()}


def _debts_with(seen: Checkers, till: AtTill, operation_ids: Iterable[str]) -> dict[str, int]:
    """What everybody owes by the cards that a till shows, once these operations have happened."""
    return _with_openings(seen, seen.ledger.debts(operation_ids), till.rows["customers"])


def _opening(card: Row | None) -> int:
    return 0 if card is None else card["opening_balance"]


def _require_same(what: str, found: Mapping[str, object], expected: Mapping[str, object], nothing: object = 0) -> None:
    differing = {
        key: (found.get(key, nothing), expected.get(key, nothing))
        for key in sorted(found.keys() | expected.keys())
        if found.get(key, nothing) != expected.get(key, nothing)
    }
    if differing:
        raise Violation("I3", f"{what}: (found, expected) {differing}")


def i8_everybody_shows_the_same(seen: Checkers) -> None:
    """Each till shows exactly what central shows to its person, row by row and field by field."""
    withdrawn = seen.withdrawn()
    for till in (each for each in seen.world.tills if each.name not in withdrawn):
        held = seen.at_tills[till.name]
        member, (role, sellers) = str(till.member_id), seen.sight_of(till)
        visible = seen.at_central.visible_to(sellers, role)
        # What was handed over for somebody whose sales are not for this person to see does not come back from central.
        of_others = {row_id for each in held.queue if each["actor_id"] != member for row_id in _rows_of(each)}
        of_others |= _inside(held, of_others)
        parked = {row_id for each in held.queue if each["status"] != "acked" for row_id in _rows_of(each)}
        # A voiding that central could not take stands here until a person takes it back.
        voids = [each for each in held.queue if each["status"] != "acked" and each["operation_type"] == "delete"]
        parked_voids = {each["entity_id"] for each in voids}
        parked_voids |= _inside(held, parked_voids)
        for name, collection in COLLECTIONS.items():
            columns = [str(column.name) for column in collection.travelling]
            for key in held.rows[name].keys() | visible[name].keys():
                here, there = held.rows[name].get(key), visible[name].get(key)
                if key in parked_voids or (there is None and key in parked):
                    continue
                if there is None and key in of_others and here is not None and here["revision"] == 0:
                    continue
                if here is None or there is None:
                    raise Violation("I8", f"{name} {key}: at {till.name} {here}, at central {there}")
                for column in columns:
                    if here[column] != there[column]:
                        raise Violation(
                            "I8",
                            f"{name}.{column} {key}: at {till.name} {here[column]!r}, at central {there[column]!r}",
                        )


def _rows_of(operation: Row) -> Iterator[str]:
    yield operation["entity_id"]
    data: dict[str, Any] = msgspec.json.decode(operation["data"])
    for part in COLLECTIONS[operation["collection"]].parts if operation["collection"] in COLLECTIONS else ():
        yield from (row["id"] for row in data.get(part, []))


def _inside(held: AtTill, facts: set[str]) -> set[str]:
    """The rows that came inside these."""
    return {
        key
        for name, (column, _parent) in BELONGING.items()
        for key, row in held.rows[name].items()
        if row[column] in facts
    }


def i12_poison_delays_only_what_needs_it(seen: Checkers) -> None:
    """Nobody has to look after anything but poison, and what is about a row that was lost or poisoned."""
    for till in seen.at_tills.values():
        for each in till.queue:
            if each["status"] == "parked" and not _may_be_parked(seen, each):
                raise Violation("I12", f"{till.name} has parked {each}")
        if till.queue and seen.poisonous & _taken(till):
            raise Violation("I12", "central has taken poison")


def _taken(till: AtTill) -> set[str]:
    return {each["id"] for each in till.queue if each["status"] == "acked" and each["last_code"] != "discarded"}


def _may_be_parked(seen: Checkers, operation: Row) -> bool:
    spoilt = seen.world.cursed | seen.poisonous | seen.looked_after
    if operation["id"] in spoilt:
        return True
    code = seen.at_central.receipts.get(operation["id"], {}).get("code")
    if code in HEARSAY and operation["operation_type"] == "create" and operation["collection"] in BELIEVED:
        return False
    if code in ("forbidden", "last_admin", "seller_inactive", "device_revoked"):
        return seen.roles_were_written or seen.some_were_withdrawn or seen.rules_were_changed
    if code == "seller_not_signed_in":
        return seen.people_changed and seen.was_disturbed  # who has signed in where is lost when central goes back
    if code == "distribucion_cannot_become":
        return True  # another has settled it meanwhile
    births = {each.id for each in seen.ledger.done.values() if each.entity_id == operation["entity_id"]}
    if code == "sold_otherwise":
        return len(births) > 1
    untaken = {each for each in births if seen.at_central.receipts.get(each, {}).get("status") == "quarantined"}
    # So long after a backup was put back central waits no more for what that lacks.
    comes_late = seen.was_disturbed and any(map(seen.may_be_purged, births))
    is_missing = births & (spoilt | seen.lost) or untaken - {operation["id"]} or comes_late
    return code == "unknown_entity" and bool(is_missing)


def i17_central_gets_back_what_it_lost(seen: Checkers) -> None:
    """What a till keeps as stored is stored: with it I2, I3 and I8 hold also after a restore, a copy or a rewind."""
    for till in seen.at_tills.values():
        for each in till.queue:
            status = seen.at_central.receipts.get(each["id"], {}).get("status")
            if each["status"] == "acked" and each["last_code"] != "discarded" and status in (None, "quarantined"):
                raise Violation("I17", f"{till.name} keeps {each['id']} as stored, which it is not: {status}")


def i15_each_conflict_is_told_once(seen: Checkers) -> None:
    """Each overwritten concurrent value has exactly one record with both values; and the last to arrive stands."""
    expected: set[tuple[str, str, str, str]] = set()
    of_card: defaultdict[tuple[str, str], list[Done]] = defaultdict(list)
    stored = seen.at_central.stored()
    for operation_id in sorted(stored, key=stored.__getitem__):
        if done := seen.ledger.done.get(operation_id):
            of_card[done.collection, done.entity_id].append(done)
    told_of = {card for card, acts in of_card.items() if any(done.operation_type == "update" for done in acts)}
    cards = {card: acts for card, acts in of_card.items() if card in told_of and _is_plain(seen, card, acts)}
    for (name, key), acts in cards.items():
        card = dict(acts[0].data if acts[0].operation_type == "create" else seen.beginning[name].get(key, {}))
        for patch in (done for done in acts if done.operation_type == "update"):
            for field_name, change in patch.data.items():
                if card.get(field_name) not in (change["was"], change["now"]):
                    said = (msgspec.json.encode(change["now"]), msgspec.json.encode(card.get(field_name)))
                    expected.add((patch.id, field_name, said[0].decode(), said[1].decode()))
                card[field_name] = change["now"]
        for field_name in {each for done in acts if done.operation_type == "update" for each in done.data}:
            if seen.at_central.rows[name][key][field_name] != card[field_name]:
                raise Violation("I15", f"{name}.{field_name} {key} is not {card[field_name]!r}, the last to arrive")
    found = [
        (row["operation_id"], row["field"], row["kept"], row["replaced"])
        for row in seen.at_central.conflicts
        if (row["collection"], row["entity_id"]) in cards
    ]
    if sorted(found) != sorted(expected):
        raise Violation("I15", f"told {set(found) - expected}, not told {expected - set(found)}, in all {len(found)}")


def _is_plain(seen: Checkers, card: tuple[str, str], acts: list[Done]) -> bool:
    """Whether tills alone have made and changed the card, and its birth was not filled into a stand-in."""
    is_first = all(done.operation_type != "create" for done in acts[1:])
    is_known = acts[0].operation_type == "create" or card[1] in seen.beginning[card[0]]
    return is_first and is_known and card not in seen.written_at_central


def i16_no_operation_changes_a_neighbour(seen: Checkers) -> None:
    """The other business is as it was, whatever was sent here."""
    if take_neighbour(seen.world.central) != seen.world.shop.neighbour:
        put_back_neighbour(seen.world.central, seen.world.shop.neighbour)
        raise Violation("I16", "the neighbour's rows have changed")


ALWAYS: Final[tuple[Callable[[Checkers, list[Exchange]], None], ...]] = (
    i1_nothing_is_lost,
    i4_a_cursor_tells_what_is_here,
    i4_no_digest_differs,
    i5_nothing_appears_below_a_head,
    i6_nothing_goes_back,
    i7_own_writes_stay_visible,
    i9_no_figure_dips,
    i10_bytes_never_change,
    i11_status_is_what_the_queue_says,
    i14_offline_costs_no_attempt,
    i16_businesses_stay_apart,
    i18_deleted_stays_deleted,
)
AT_REST: Final[tuple[Callable[[Checkers], None], ...]] = (
    i13_nothing_is_left_to_send,
    i12_poison_delays_only_what_needs_it,
    i17_central_gets_back_what_it_lost,
    i1_what_a_branch_took_comes_home,
    i2_one_effect_each,
    i3_money_and_grams_are_conserved,
    i8_everybody_shows_the_same,
    i15_each_conflict_is_told_once,
    i16_no_operation_changes_a_neighbour,
)
