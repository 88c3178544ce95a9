"""Deliberate bugs of the protocol, put into the product from outside: the simulator must find every one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final
from unittest.mock import patch
from uuid import UUID, uuid5

import msgspec
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from avileo_pos import cards, figures
from avileo_pos.desktop.background.branch_host import BranchHost
from avileo_pos.domain import sale
from avileo_pos.protocol.branches import BranchPoint
from avileo_pos.protocol.collections import Collection, Kind
from avileo_pos.protocol.words import OperationResult, OperationStatus, PullPage
from avileo_pos.queries import balance, cash_session, parked_sale
from avileo_pos.replica import (
    apply_pull,
    central_word,
    database,
    kept_operations,
    queue,
    rescue,
    sync_state,
    transaction,
)
from avileo_pos.replica.database import Replica
from avileo_pos.replica.kept_operations import Found
from avileo_pos.server import collect_pull
from avileo_pos.server.business import audit
from avileo_pos.server.postgres import database as central_database
from avileo_pos.server.postgres import revisions
from avileo_pos.server.postgres.wire_sql import of_business
from avileo_pos.server.push import apply_push, apply_voids, merge_patches, receipts, store_new
from avileo_pos.sync import engine, handing_on
from avileo_pos.sync.handing_on import HandedOn
from avileo_pos.usecases import queue as usecases_queue
from avileo_pos.work import Work
from tests.simulation import central, tills
from tests.simulation.moments import CentralCrashed
from tests.simulation.shop import BUSINESS, NEIGHBOUR, PEOPLE, STRANGER

Mutant = Callable[[], AbstractContextManager[object]]


def in_place_of(owner: Any, name: str, other: Callable[[Any], Any]) -> Mutant:
    """`other(original)` stands there instead of the original."""
    return lambda: patch.object(owner, name, other(getattr(owner, name)))


def _all(*parts: Mutant) -> Mutant:
    @contextmanager
    def together() -> Iterator[None]:
        with ExitStack() as stack:
            for part in parts:
                stack.enter_context(part())
            yield

    return together


# --- Central ---------------------------------------------------------------------------------------------------------

_UNLOCKED: Final = """
    SELECT c.revision + CASE WHEN c.epoch <> i.epoch THEN %(jump)s ELSE 0 END AS revision, c.audit_number, c.audit_hash
    FROM sync_counters c, central_identity i WHERE c.business_id = %(business_id)s
"""


def _of_each_statement(opening_words: Any) -> Any:
    def without_one_moment(business_id: Any, user_id: Any, **_asked: bool) -> str:
        return str(opening_words(business_id, user_id, of_one_moment=False))

    return without_one_moment


def _same_number(_take: Any) -> Any:
    def take(self: revisions.Revisions, count: int = 1) -> list[int]:
        self.last += 1
        return [self.last] * count

    return take


def _cut_off(changes: Any) -> Any:
    def up_to_the_head(reader: Any, cursor: Any, head: int, limit: int) -> Any:
        tables, following = changes(reader, cursor, head, limit)
        return tables, msgspec.structs.replace(following, revision=head)

    return up_to_the_head


def _from_the_present_head(snapshot: Any) -> Any:
    def ending_now(reader: Any, cursor: Any, limit: int) -> Any:
        tables, following = snapshot(reader, cursor, limit)
        if following.collection is None:
            now = revisions.head_of(reader.connection, reader.business_id)
            following = msgspec.structs.replace(following, revision=now)
        return tables, following

    return ending_now


def _receipts_apart(write: Any) -> Any:
    def in_a_transaction_of_its_own(push: Any, answered: Any) -> None:
        with push.connection.engine.begin() as other:
            other.exec_driver_sql(f"SET LOCAL app.business_id = '{push.business_id}'")
            write(replace(push, connection=other), answered)

    return in_a_transaction_of_its_own


def _before_the_commit(in_epoch: Any) -> Any:
    def answering_early(database: Any, work: Any, business_id: Any, now: Any) -> Any:
        answers: list[Any] = []

        def remembered(connection: Connection, epoch: str) -> Any:
            answers.append(work(connection, epoch))
            return answers[-1]

        try:
            return in_epoch(database, remembered, business_id, now)
        except (CentralCrashed, DBAPIError):
            if answers:
                return answers[-1]
            raise

    return answering_early


def _tenant_from_the_body(staff_of: Any) -> Any:
    owners = {BUSINESS: PEOPLE[0].user_id, NEIGHBOUR: STRANGER.user_id}

    def whoever_owns_it(connection: Connection, business_id: Any, _user_id: str, device_id: Any = None) -> Any:
        return staff_of(connection, business_id, owners[business_id], device_id)

    return whoever_owns_it


def _whole_chunk_refused(_apply_chunk: Any) -> Any:
    def all_or_nothing(push: Any, chunk: Sequence[Any], reasons: Any) -> dict[str, OperationResult]:
        done = apply_push._try_together(push, chunk, reasons)
        return done if isinstance(done, dict) else {each.id: receipts.refused(each, done) for each in chunk}

    return all_or_nothing


def _voided_again(decide: Any) -> Any:
    def as_if_it_stood(push: Any, collection: Any, arrived: Any, fact: Any) -> Any:
        return decide(push, collection, arrived, fact and {**fact, "voided_at": None})

    return as_if_it_stood


def _one_more_head(answer: Any) -> Any:
    def promising_too_much(*given: Any, **named: Any) -> Any:
        said = answer(*given, **named)
        return msgspec.structs.replace(said, head=said.head + 3)

    return promising_too_much


# --- The till --------------------------------------------------------------------------------------------------------


def _deleted_once_acked(acknowledge: Any) -> Any:
    def and_forgotten(db: Connection, results: Any, now: Any) -> None:
        acknowledge(db, results, now)
        db.exec_driver_sql("DELETE FROM sync_queue WHERE status = 'acked'")

    return and_forgotten


def _always_synced(_mirror: Any) -> Any:
    def without_looking(db: Connection, business_id: Any, table: Any, entity_ids: Any) -> None:
        for entity in entity_ids:
            db.exec_driver_sql(f"UPDATE {table.name} SET sync_status = 'synced' WHERE id = ?", (entity,))

    return without_looking


def _burning_attempts(give_back: Any) -> Any:
    def and_blaming(db: Connection, operation_ids: Sequence[str]) -> None:
        give_back(db, operation_ids)
        for operation_id in operation_ids:
            db.exec_driver_sql("UPDATE sync_queue SET attempts = attempts + 1 WHERE id = ?", (operation_id,))

    return and_blaming


def _place_before_rows(of: Any) -> Any:
    def the_place_first(self: apply_pull.PagePieces, page: PullPage) -> Iterator[Any]:
        yield self._piece(None, page, is_last=True)
        yield from of(self, page)

    return the_place_first


def _queued_afterwards() -> AbstractContextManager[object]:
    """The rows are committed first, and the operation in a transaction of its own."""
    later: list[tuple[Any, ...]] = []
    queue_now = Work._queue

    def put_by(_work: Work, *said: Any) -> None:
        later.append(said)

    def write(replica: Replica, actor: Any, usecase: Any, *given: Any) -> Any:
        later.clear()
        works: list[Work] = []

        def noted(work: Work, *said: Any) -> Any:
            works.append(work)
            return usecase(work, *said)

        done = transaction.write(replica, actor, noted, *given)
        with replica.writing() as db:
            for said in later:
                queue_now(replace(works[0], db=db), *said)
        return done

    return _all(lambda: patch.object(Work, "_queue", put_by), lambda: patch.object(tills, "write", write))()


def _as_of_forgotten() -> AbstractContextManager[object]:
    """What is acked counts as held by central's figure, whenever that was pulled."""
    changes = figures.changes_of_debt(
        figures.from_wanted("sales", "s", "client_id"),
        figures.from_wanted("abonos", "a", "client_id"),
        lambda _derived: "q.status <> 'acked'",
    )
    simpler = balance.WANTED_BALANCES.replace(balance._CHANGES_FOUND_BY_CUSTOMER, changes)
    return patch.object(balance, "WANTED_BALANCES", simpler)


def _openings_of_central() -> AbstractContextManager[object]:
    """What is edited here of an opening balance is owed once central's figure holds it."""
    shown = "coalesce(b.balance - coalesce(b.opening_balance, c.opening_balance), 0) + c.opening_balance"
    simpler = balance.WANTED_BALANCES.replace(shown, "coalesce(b.balance, c.opening_balance)")
    return patch.object(balance, "WANTED_BALANCES", simpler)


def _less_durable(set_pragmas: Any) -> Any:
    def never_full(self: Replica, *settings: str) -> None:
        set_pragmas(self, *(each for each in settings if "synchronous" not in each))

    return never_full


def _nothing_in_it(_carve: Any) -> Any:
    return lambda *_given: Found((), frozenset())


def _under_a_new_id(frozen: Any) -> Any:
    return lambda operation: {**frozen(operation), "id": str(uuid5(UUID(operation.id), "again"))}


def _also_what_was_sold(waiting: Any) -> Any:
    before, _, after = waiting.partition(" AND NOT EXISTS")
    return before + after.partition(")")[2]


def _nothing_to_do(_original: Any) -> Any:
    return lambda *_given, **_named: None


def _held_already(_original: Any) -> Any:
    return lambda *_given, **_named: True


def _only_taken_anew(_start_over: Any) -> Any:
    return lambda db, _business_id: sync_state.begin_resync(db)


def _done_already(_original: Any) -> Any:
    return lambda *_given, **_named: False


def _in_floats(_exact: Any) -> Any:
    return lambda quantity, price: Decimal(str(round(float(quantity) * float(price), 2)))


def _unguarded(upsert: Any) -> Any:
    return lambda *given: upsert(*given).partition(" WHERE excluded")[0]


# --- A market without internet ---------------------------------------------------------------------------------------


def _by_its_host(push: Any) -> Any:
    """As if the till that hands on had done all of it."""

    def with_another_device(giving: Any, taken: Any) -> Any:
        return push(giving, msgspec.structs.replace(taken, device_id=str(PEOPLE[0].device_id)))

    return with_another_device


def _without_a_mark(push: Any) -> Any:
    def forgetting_it(giving: Any, taken: Any) -> Any:
        giving.mark = None
        return push(giving, taken)

    return forgetting_it


def _marked_at_the_end(store: Any) -> Any:
    def storing(db: Connection, part: Any, page: PullPage, *, is_last: bool) -> None:
        before = sync_state.read_place(db).pull_mark
        store(db, part, page if is_last else msgspec.structs.replace(page, mark=before), is_last=is_last)

    return storing


def _only_the_first_half(left_of: Any) -> Any:
    def forgetting(giving: Any, taken: Any) -> Any:
        half = taken.operations[: len(taken.operations) // 2]
        return left_of(giving, msgspec.structs.replace(taken, operations=half))

    return forgetting


def _whatever_is_noted(host: BranchHost) -> HandedOn:
    """Neither by central's epoch nor by its mark would be known that it has lost that."""
    state = host._state()
    return HandedOn() if state is None else msgspec.structs.replace(state.handed_on, mark=None)


_NOT_FULL: Final = tuple(each.replace("synchronous = FULL", "synchronous = NORMAL") for each in database._SETTINGS)
# Each round looks after what an earlier one has left on its way: without that each of the two ways has to hold alone.
_NEVER_LOOKED_AFTER: Final = in_place_of(queue, "take_back_what_was_on_its_way", _nothing_to_do)
# A till whose answer was never committed learns of it by the mark, and sends everything again.
_LOSES_WITHOUT_A_WORD: Final = in_place_of(audit, "is_in_history", _held_already)
_ALL_ACKED: Final = {*OperationStatus} - {OperationStatus.QUARANTINED}

MUTANTS: Final[Mapping[str, Mutant]] = {
    "no lock on the counter": in_place_of(revisions, "_LOCK", lambda _lock: _UNLOCKED),
    "page not of one moment": in_place_of(central_database, "_opening_words", _of_each_statement),
    "rows of one act share a revision": in_place_of(revisions.Revisions, "take", _same_number),
    "page cut, cursor at the head": in_place_of(collect_pull, "_changes", _cut_off),
    "snapshot ends at the present head": in_place_of(collect_pull, "_snapshot", _from_the_present_head),
    "receipt outside the transaction": in_place_of(apply_push, "write_receipts", _receipts_apart),
    "answer before the commit": _all(
        in_place_of(apply_push, "in_current_epoch", _before_the_commit), _LOSES_WITHOUT_A_WORD
    ),
    "receipts not looked up": in_place_of(apply_push, "find_receipts", lambda _find: lambda *_given: {}),
    "counter reused after a restore": in_place_of(central, "restored", _nothing_to_do),
    "tenant from the body": in_place_of(apply_push, "staff_of", _tenant_from_the_body),
    "batch refused for one poison": in_place_of(apply_push, "_apply_chunk", _whole_chunk_refused),
    "a second void counts again": in_place_of(apply_voids, "_decide", _voided_again),
    "overwritten unseen": in_place_of(merge_patches, "_conflicts", lambda _found: lambda *_given: ()),
    "everybody sees all": in_place_of(
        collect_pull,
        "_seen_by_vendedor",
        lambda _seen: lambda collection, alias="t": of_business(collection.table, alias),
    ),
    "a head beyond what is there": in_place_of(apply_push, "_in_one_transaction", _one_more_head),
    "acked row deleted": in_place_of(queue, "_acknowledge", _deleted_once_acked),
    "status set without looking at the queue": in_place_of(queue, "mirror_sync_status", _always_synced),
    "overlay dropped": in_place_of(cards, "lay_edits_over", _nothing_to_do),
    "base not kept": in_place_of(cards, "_keep_base", _nothing_to_do),
    "attempts burned on 503": in_place_of(queue, "give_back", _burning_attempts),
    "epoch ignored": in_place_of(engine.SyncEngine, "_follow_epoch", _done_already),
    "nothing sent again after a restore": in_place_of(sync_state, "send_everything_again", _nothing_to_do),
    "a push taken whatever was lost before it": _LOSES_WITHOUT_A_WORD,
    "a page given whatever was lost before it": in_place_of(collect_pull, "is_in_history", _held_already),
    "nothing sent again after a loss without a word": in_place_of(engine, "start_over", _only_taken_anew),
    "revisions kept in a resync": in_place_of(engine, "forget_revisions", _done_already),
    "rows kept that are not shown any more": in_place_of(engine, "remove_unbrought_rows", _done_already),
    "figures not folded before a resync": in_place_of(sync_state, "fold_own_facts", _nothing_to_do),
    "a discard leaves what was folded": in_place_of(usecases_queue, "leave_out", _nothing_to_do),
    "balance without as-of": _as_of_forgotten,
    "opening balances of central alone": _openings_of_central,
    "dependencies ignored": _all(
        in_place_of(queue, "_open_operations", lambda _open: lambda _db: lambda _id: False),
        in_place_of(apply_push, "_has_arrived", lambda _has: lambda *_given: True),
    ),
    "a page's mark kept with its last rows": in_place_of(apply_pull, "_store", _marked_at_the_end),
    "the mark of before a market is not told": in_place_of(
        sync_state.SyncPlace,
        "marks",
        lambda marks: property(lambda place: marks.fget(replace(place, root_mark=None))),
    ),
    "handed on without a mark": in_place_of(handing_on._Giving, "_push", _without_a_mark),
    "place kept before the rows": in_place_of(apply_pull.PagePieces, "of", _place_before_rows),
    "operation queued after the commit": _queued_afterwards,
    "blocked and retry taken for stored": in_place_of(queue, "_ACKED", lambda _acked: _ALL_ACKED),
    "an unanswered batch stays on its way": _all(in_place_of(queue, "give_back", _nothing_to_do), _NEVER_LOOKED_AFTER),
    "what was on its way at a crash stays so": _all(
        in_place_of(database, "take_back_what_was_on_its_way", _nothing_to_do), _NEVER_LOOKED_AFTER
    ),
    "commits not brought to the disk": _all(
        in_place_of(database, "_SETTINGS", lambda _settings: _NOT_FULL), in_place_of(Replica, "_set", _less_durable)
    ),
    "nothing read out of a damaged file": in_place_of(rescue, "carve", _nothing_in_it),
    "an unfinished rescue taken for a finished one": in_place_of(rescue, "_begun", lambda _begun: rescue._finished),
    "the journal not heeded at the start": in_place_of(rescue, "_heed_journal", lambda _heed: lambda *_given: 0),
    "what comes back has another id": in_place_of(kept_operations, "_frozen", _under_a_new_id),
    "a discard forgets what was done since": _all(
        in_place_of(usecases_queue, "_done_since", lambda _since: lambda *_given: ()),
        in_place_of(usecases_queue, "_require_that_none_waits_for", _nothing_to_do),
    ),
    "what was charged is offered again": in_place_of(parked_sale, "_WAITING", _also_what_was_sold),
    "what a branch has answered counts as central's": in_place_of(
        sync_state, "common_head", lambda _common: lambda *_epochs: 2**62
    ),
    "a branch's epoch taken for home's": in_place_of(
        BranchPoint, "named", lambda _named: lambda point, _own: point.epoch
    ),
    "what was handed on is not marked": in_place_of(BranchHost, "note_handed_on", _nothing_to_do),
    "what was handed on counts whatever central has lost": in_place_of(
        BranchHost, "handed_on", lambda _handed_on: lambda host, _epoch: _whatever_is_noted(host)
    ),
    "a branch begins with what was only done here": _all(
        in_place_of(central_word, "_bases", lambda _bases: lambda *_given: {}),
        in_place_of(central_word, "_unanswered_voids", lambda _voids: lambda *_given: frozenset()),
    ),
    "a branch begins from a torn pull": in_place_of(
        central_word, "_is_pull_unfinished", lambda _is_unfinished: lambda *_given: False
    ),
    "half of a push is handed on": in_place_of(handing_on._Giving, "_left_of", _only_the_first_half),
    "handed on as the host's own": in_place_of(handing_on._Giving, "_push", _by_its_host),
    "a second sale of a cart taken for the first": in_place_of(store_new, "_TELLING", lambda _telling: {}),
    "a void of what was put aside voids the other": in_place_of(
        apply_voids,
        "_decide",
        lambda decide: lambda push, *given: decide(replace(push, put_aside=set()), *given),
    ),
    "cash given back counted where it was taken too": in_place_of(
        cash_session, "_COUNTS_WHERE_TAKEN", lambda _taken: "p.voided_at IS NULL"
    ),
    "a colleague's drawer not believed": in_place_of(
        Collection,
        "is_sellers_fact",
        lambda believed: property(lambda each: each.kind is Kind.FACT and believed.fget(each)),
    ),
    "money in floats": in_place_of(sale, "line_subtotal", _in_floats),
}

SHOWN_BY_A_SLIP: Final = frozenset(
    {
        "a page's mark kept with its last rows",
        "the mark of before a market is not told",
        "handed on without a mark",
    }
)
"""These do no harm while central keeps what it has stored: they are looked for where it slips back in every seed."""
