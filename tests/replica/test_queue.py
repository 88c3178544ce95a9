"""The outbox: what goes when, what central's answers come to, and what a person may do with the rest."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import msgspec
import pytest

from avileo_pos.protocol import ALREADY_SO, Conflict, OperationResult, OperationStatus
from avileo_pos.protocol.branches import BranchPoint
from avileo_pos.replica import queue
from avileo_pos.replica.apply_pull import forget_revisions, remove_unbrought_rows
from avileo_pos.replica.sync_state import adopt_epoch, begin_resync, note_push, read_place
from avileo_pos.replica.transaction import reads, writes, writes_pulled_rows, writes_put_back_rows
from avileo_pos.tables.shared import customers
from avileo_pos.usecases.queue import DiscardOperation, discard_operation, retry_operation
from tests.replica.answers import (
    PUT_OFF,
    applied,
    blame,
    give_back,
    let_go,
    next_batch,
    only_parked,
    park_all,
    put_off,
    quarantined,
    send_all,
    settle,
)
from tests.replica.till import BUSINESS, EPOCH, MARKET_CUSTOMER, Till, customer_row, ids, page


def operation_ids(till: Till) -> list[str]:
    return [row["id"] for row in till.queue()]


def test_operations_go_in_the_order_in_which_people_did_them(till: Till) -> None:
    for name in ("Rosa", "Elsa", "Luis"):
        till.new_customer(name)
    assert ids(next_batch(till)) == operation_ids(till)


def test_a_batch_holds_no_more_operations_and_bytes_than_asked(till: Till) -> None:
    for number in range(5):
        till.new_customer(f"Cliente {number}")
    first = next_batch(till, limit=2)
    assert len(first) == 2
    assert len(next_batch(till, max_bytes=1)) == 1
    assert len(next_batch(till, max_bytes=1_500)) == 2


def test_what_is_sent_are_the_bytes_that_were_stored(till: Till) -> None:
    till.new_customer("Ñandú «el rápido»")
    (operation,) = next_batch(till)
    give_back(till, operation)
    (again,) = next_batch(till)
    stored = till.queue()[0]["data"].encode()
    assert bytes(operation.data) == bytes(again.data) == stored
    assert msgspec.json.decode(msgspec.json.encode(operation))["data"]["name"] == "Ñandú «el rápido»"


def test_an_operation_goes_with_what_it_depends_on_or_after_it(till: Till) -> None:
    till.takes_abono(till.new_customer())
    birth, abono = next_batch(till)
    assert abono.depends_on == (birth.id,)
    settle(till, put_off(birth), put_off(abono))
    till.clock.advance(seconds=5)
    assert next_batch(till) == ()


def test_an_operation_waits_while_what_it_depends_on_is_on_its_way(till: Till) -> None:
    till.takes_abono(till.new_customer())
    (birth,) = next_batch(till, limit=1)
    assert next_batch(till) == ()
    settle(till, applied(birth))
    assert len(next_batch(till)) == 1


def test_what_depends_on_a_parked_operation_goes_on(till: Till) -> None:
    till.takes_abono(till.new_customer())
    (birth,) = next_batch(till, limit=1)
    settle(till, quarantined(birth))
    (abono,) = next_batch(till)
    assert abono.collection == "abonos"


def test_an_operation_that_waits_delays_no_other(till: Till) -> None:
    till.new_customer("Rosa")
    (rosa,) = next_batch(till)
    settle(till, put_off(rosa, OperationStatus.BLOCKED))
    till.new_customer("Elsa")
    assert [operation.id for operation in next_batch(till)] != [rosa.id]
    till.clock.advance(seconds=PUT_OFF.seconds)
    assert ids(next_batch(till)) == [rosa.id]


def test_waiting_for_central_burns_no_attempt(till: Till) -> None:
    till.new_customer()
    for status in (OperationStatus.RETRY, OperationStatus.BLOCKED):
        settle(till, put_off(next_batch(till)[0], status))
        till.clock.advance(minutes=1)
    give_back(till, *next_batch(till))
    assert till.queue()[0]["attempts"] == 0


def test_nobody_waits_for_a_year_that_a_clock_had_by_mistake(till: Till) -> None:
    till.new_customer()
    till.clock.advance(days=2_000)
    settle(till, *map(put_off, next_batch(till)))
    assert next_batch(till) == ()
    till.clock.advance(days=-2_000)
    assert len(next_batch(till)) == 1


def test_what_was_on_its_way_when_the_program_ended_waits_again(till: Till) -> None:
    till.new_customer()
    (before,) = next_batch(till)
    till.reopen()
    (after,) = next_batch(till)
    assert after == before
    assert till.queue()[0]["attempts"] == 0


def test_an_answer_shows_on_the_row_and_on_what_came_with_it(till: Till) -> None:
    customer = till.new_customer()
    assert till.sync_status("customers", customer) == "pending"
    send_all(till)
    assert till.sync_status("customers", customer) == "synced"
    abono = till.takes_abono()
    park_all(till)
    assert till.sync_status("abonos", abono) == "error"
    assert till.value("SELECT sync_attempts FROM abonos") == 1


def test_a_conflict_is_stored_and_told(till: Till) -> None:
    till.renames(MARKET_CUSTOMER, "Puesto 15")
    (rename,) = next_batch(till)
    conflict = Conflict("name", kept="Puesto 15", replaced="Puesto 14B")
    told = settle(till, OperationResult(rename.id, OperationStatus.CONFLICT, revision=9, conflicts=(conflict,)))
    assert [(each.entity_id, each.conflicts) for each in told.conflicts] == [(MARKET_CUSTOMER, (conflict,))]
    (row,) = till.queue()
    assert (row["status"], row["last_code"], row["acked_revision"]) == ("acked", "conflict", 9)
    assert msgspec.json.decode(row["last_error"], type=list[Conflict]) == [conflict]


def test_a_repeated_answer_changes_nothing(till: Till) -> None:
    till.new_customer()
    (operation,) = next_batch(till)
    settle(till, applied(operation, revision=7))
    before = till.queue()
    till.clock.advance(minutes=1)
    settle(till, quarantined(operation))
    assert till.queue() == before


def test_only_an_operation_that_failed_alone_five_times_is_parked(till: Till) -> None:
    customer = till.new_customer()
    for attempt in range(1, queue.MOST_ATTEMPTS + 1):
        (operation,) = next_batch(till)
        assert till.sync_status("customers", customer) == "pending"
        blame(till, operation)
        assert till.queue()[0]["attempts"] == attempt
        till.clock.advance(minutes=1)
    assert till.sync_status("customers", customer) == "error"
    assert next_batch(till) == ()


def test_an_operation_that_failed_alone_travels_alone_behind_the_others(till: Till) -> None:
    till.new_customer("Rosa")
    (rosa,) = next_batch(till)
    blame(till, rosa)
    till.clock.advance(minutes=1)
    till.new_customer("Elsa")
    (elsa,) = next_batch(till)
    assert elsa.id != rosa.id
    assert ids(next_batch(till)) == [rosa.id]


def test_with_an_old_program_facts_go_and_edits_wait(till: Till) -> None:
    till.renames(MARKET_CUSTOMER, "Puesto 15")
    till.takes_abono()
    (abono,) = next_batch(till, facts_only=True)
    assert abono.collection == "abonos"


def test_what_another_version_of_the_program_queued_holds_up_nobody(till: Till) -> None:
    till.takes_abono()
    till.run(writes(lambda db: db.exec_driver_sql("UPDATE sync_queue SET collection = 'loyalty_cards'")))
    abono = till.takes_abono()
    strange, own = next_batch(till)
    settle(till, quarantined(strange), applied(own))
    assert [row["status"] for row in till.queue()] == ["parked", "acked"]
    assert till.sync_status("abonos", abono) == "synced"


def test_the_chip_counts_what_waits_and_what_needs_a_person(till: Till) -> None:
    till.new_customer()
    park_all(till)
    till.new_customer()
    till.takes_abono()
    next_batch(till, limit=1)
    assert till.run(reads(queue.counts)) == queue.QueueCounts(waiting=2, to_review=1)


def test_answered_operations_stay_for_45_days(till: Till) -> None:
    till.new_customer()
    send_all(till)
    till.new_customer()
    till.clock.advance(days=45)
    assert let_go(till) == 0
    till.clock.advance(seconds=1)
    assert let_go(till) == 1
    assert [row["status"] for row in till.queue()] == ["pending"]


def test_what_no_figure_of_central_holds_yet_is_not_let_go(till: Till) -> None:
    """A full disk stops the pulls, and the pushes go on."""
    till.new_customer()
    send_all(till)
    till.new_customer()
    till.clock.advance(days=46)
    (revision,) = (row["acked_revision"] for row in till.queue() if row["acked_revision"])
    for pulled, forgotten in ((revision - 1, 0), (revision, 1)):
        till.run(writes(lambda db, head=pulled: db.exec_driver_sql("UPDATE sync_state SET pulled_head = ?", (head,))))
        assert till.run(writes(queue.purge_answered, till.clock())) == forgotten


def test_no_place_in_the_queue_is_given_twice(till: Till) -> None:
    """Central takes a till that does so for a copy of itself."""
    till.new_customer()
    send_all(till)
    till.clock.advance(days=46)
    let_go(till)
    till.new_customer()
    assert [row["seq"] for row in till.queue()] == [1, 2]


def test_what_is_not_here_any_more_is_waited_for_no_more(till: Till) -> None:
    till.takes_abono(till.new_customer())
    birth, abono = next_batch(till)
    assert abono.depends_on == (birth.id,)
    settle(till, applied(birth))
    till.clock.advance(days=10)
    settle(till, applied(abono))
    assert restored(till) == {birth.id: (), abono.id: (birth.id,)}
    settle(till, applied(birth))
    till.clock.advance(days=40)
    settle(till, applied(abono))
    till.clock.advance(days=6)
    let_go(till)
    assert restored(till) == {abono.id: ()}


def restored(till: Till) -> dict[str, tuple[str, ...]]:
    """What goes to a central that has come back from a backup, with what each waits for there."""
    for epoch in (EPOCH, str(uuid4())):
        till.run(writes(adopt_epoch, BUSINESS, epoch))
    return {operation.id: operation.depends_on for operation in next_batch(till)}


def test_what_waits_for_a_person_holds_up_nothing_at_central(till: Till) -> None:
    till.takes_abono(till.new_customer())
    (birth,) = next_batch(till, limit=1)
    for _ in range(queue.MOST_ATTEMPTS):
        blame(till, birth)
    (abono,) = next_batch(till)
    assert abono.depends_on == ()


def test_what_was_discarded_is_waited_for_no_more(till: Till) -> None:
    till.takes_abono(till.new_customer())
    birth, abono = next_batch(till)
    settle(till, quarantined(birth), applied(abono))
    till.does(discard_operation, DiscardOperation(UUID(birth.id), "no va"))
    assert restored(till) == {abono.id: ()}


def test_when_central_comes_back_from_a_backup_everything_kept_is_sent_again(till: Till) -> None:
    acked, parked = till.new_customer("Rosa"), till.new_customer("Elsa")
    rosa, elsa = next_batch(till)
    settle(till, applied(rosa, revision=7), quarantined(elsa))
    till.run(writes(adopt_epoch, BUSINESS, EPOCH))
    assert next_batch(till) == ()
    assert till.run(writes(adopt_epoch, BUSINESS, "second")) is True
    assert till.run(writes(adopt_epoch, BUSINESS, "second")) is False
    assert next_batch(till) == (rosa, elsa)
    assert {till.sync_status("customers", each) for each in (acked, parked)} == {"pending"}
    assert [row["acked_revision"] for row in till.queue()] == [None, None]


ROOT, ELSEWHERE = "a" * 32, "b" * 32
MARKET, FAIR = (BranchPoint(str(BUSINESS), ROOT, 100).named(name) for name in ("market", "fair"))


def test_what_waits_again_is_shown_though_it_had_gone_out_of_view(till: Till) -> None:
    """Another seller has been here since, whom central does not show it to."""
    till.run(writes(adopt_epoch, BUSINESS, EPOCH))
    abono = till.takes_abono()
    send_all(till)
    before = till.rows("SELECT amount, seller_id FROM abonos"), till.rows("SELECT method, amount FROM abono_payments")
    till.run(writes(begin_resync))
    while till.run(writes_pulled_rows(forget_revisions)):
        pass
    while till.run(writes_pulled_rows(remove_unbrought_rows, 1000)):
        pass
    assert till.rows("SELECT * FROM abonos") == []
    till.run(writes_put_back_rows(adopt_epoch, BUSINESS, "second"))
    after = till.rows("SELECT amount, seller_id FROM abonos"), till.rows("SELECT method, amount FROM abono_payments")
    assert after == before
    assert till.sync_status("abonos", abono) == "pending"


@pytest.mark.parametrize(
    ("way", "marks_at_the_end"),
    [
        ([ROOT, MARKET], ()),
        ([ROOT, MARKET, ROOT], ("9:b",)),
        ([ROOT, MARKET, FAIR, ROOT], ("9:b",)),
        ([ROOT, ELSEWHERE, ROOT], ()),
        ([ROOT, MARKET, ELSEWHERE, MARKET, ROOT], ()),
    ],
)
def test_home_from_a_market_a_till_tells_again_where_centrals_history_ended(
    till: Till, way: list[str], marks_at_the_end: tuple[str, ...]
) -> None:
    till.run(writes(adopt_epoch, BUSINESS, way[0]))
    till.run(writes(note_push, "7:a"))
    till.applies(msgspec.structs.replace(page(head=9), mark="9:b"))
    for epoch in way[1:]:
        till.run(writes(adopt_epoch, BUSINESS, epoch))
    assert till.run(reads(read_place)).marks == marks_at_the_end


def test_what_a_branch_has_answered_by_its_rows_alone_is_asked_again_at_home(till: Till) -> None:
    """Its rows come from its central, which may have refused the operation and made a stand-in for its row."""
    till.new_customer("Rosa")
    till.new_customer("Elsa")
    till.run(writes(adopt_epoch, BUSINESS, BranchPoint(str(BUSINESS), EPOCH, 100).named("market")))
    rosa, elsa = next_batch(till)
    by_its_row = OperationResult(elsa.id, OperationStatus.DUPLICATE, 23, ALREADY_SO)
    settle(till, applied(rosa, revision=24), by_its_row)
    till.run(writes(adopt_epoch, BUSINESS, EPOCH))
    assert next_batch(till) == (elsa,)


def test_a_branch_is_not_told_to_wait_for_what_it_began_with(till: Till) -> None:
    """Its central has answered the birth, and refused the voiding: of that the branch knows by the row alone."""
    till.run(writes(adopt_epoch, BUSINESS, EPOCH))
    till.voids_abono(till.takes_abono())
    birth, voiding = next_batch(till)
    assert voiding.depends_on == (birth.id,)
    settle(till, applied(birth, revision=23), quarantined(voiding))
    till.run(writes(adopt_epoch, BUSINESS, BranchPoint(str(BUSINESS), EPOCH, 100).named("market")))
    (again,) = next_batch(till)
    assert (again.id, again.depends_on) == (voiding.id, ())


# --- Cards while edits wait ------------------------------------------------------------------------------------------


def test_a_parked_edit_falls_back_to_centrals_word_and_the_other_edits(till: Till) -> None:
    till.renames(MARKET_CUSTOMER, "Puesto 15")
    (wrong,) = next_batch(till)
    till.does(lambda work: work.update(customers, MARKET_CUSTOMER, {"phone": "999888777"}))
    settle(till, quarantined(wrong))
    (row,) = till.rows("SELECT name, phone, sync_status FROM customers")
    assert row == {"name": "Puesto 14", "phone": "999888777", "sync_status": "error"}


def test_a_card_whose_edit_was_refused_says_when_central_changed_it(till: Till) -> None:
    before = till.value("SELECT updated_at FROM customers")
    till.clock.advance(hours=1)
    till.renames(MARKET_CUSTOMER, "Puesto 15")
    assert till.value("SELECT updated_at FROM customers") > before
    park_all(till)
    assert till.value("SELECT updated_at FROM customers") == before


def test_the_latest_edit_is_shown_whatever_the_order_of_the_answers(till: Till) -> None:
    """As when a batch had to be halved, and its first half was answered before by an answer that was lost."""
    till.renames(MARKET_CUSTOMER, "Puesto 15")
    till.renames(MARKET_CUSTOMER, "Puesto 16")
    earlier, later = next_batch(till)
    settle(till, applied(later, revision=52))
    settle(till, applied(earlier, revision=51))
    assert till.shown_name(MARKET_CUSTOMER) == "Puesto 16"


def test_a_retried_edit_is_shown_again(till: Till) -> None:
    till.renames(MARKET_CUSTOMER, "Puesto 15")
    park_all(till)
    assert till.shown_name(MARKET_CUSTOMER) == "Puesto 14"
    till.does(retry_operation, only_parked(till))
    assert till.shown_name(MARKET_CUSTOMER) == "Puesto 15"
    assert till.sync_status("customers", MARKET_CUSTOMER) == "pending"
    send_all(till)
    assert till.shown_name(MARKET_CUSTOMER) == "Puesto 15"
    assert till.value("SELECT count(*) FROM sync_bases") == 0


def test_a_stored_edit_stays_shown_when_a_later_one_is_parked(till: Till) -> None:
    till.renames(MARKET_CUSTOMER, "Puesto 15")
    (first,) = next_batch(till)
    till.renames(MARKET_CUSTOMER, "Puesto 16")
    settle(till, applied(first))
    park_all(till)
    assert till.shown_name(MARKET_CUSTOMER) == "Puesto 15"


def test_an_edit_that_another_has_overwritten_since_does_not_stay(till: Till) -> None:
    """Its answer was lost, and another till's later name was pulled before the answer came again."""
    till.renames(MARKET_CUSTOMER, "Puesto 15")
    (mine,) = next_batch(till)
    till.applies(page(customer_row(MARKET_CUSTOMER, "Puesto 99", revision=8), head=8))
    assert till.shown_name(MARKET_CUSTOMER) == "Puesto 15"
    settle(till, OperationResult(mine.id, OperationStatus.DUPLICATE, revision=7))
    assert till.shown_name(MARKET_CUSTOMER) == "Puesto 99"
    assert till.value("SELECT count(*) FROM sync_bases") == 0


def test_the_next_try_is_known(till: Till) -> None:
    assert till.run(reads(queue.next_try_at, till.clock())) is None
    till.new_customer()
    settle(till, put_off(next_batch(till)[0]))
    assert till.run(reads(queue.next_try_at, till.clock())) == till.clock() + timedelta(seconds=10)


def test_what_waits_for_another_calls_central_no_sooner_than_that_one(till: Till) -> None:
    """Else a voiding that waits would have the till call every second, for weeks after a backup was put back."""
    abono = till.takes_abono()
    settle(till, put_off(next_batch(till)[0]))
    till.clock.advance(minutes=1)
    assert till.run(reads(queue.next_try_at, till.clock())) is None
    (birth,) = next_batch(till)
    settle(till, put_off(birth))
    till.voids_abono(abono)
    assert till.run(reads(queue.next_try_at, till.clock())) == till.clock() + timedelta(seconds=10)
