"""Rounds with central: each way of failing has its own effect, and none of them loses or doubles anything."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch
from uuid import UUID, uuid4

import msgspec
import pytest

from avileo_pos.protocol import PullPage, PushAnswer, PushRequest, TableDigest
from avileo_pos.protocol.branches import BranchPoint
from avileo_pos.replica import queue
from avileo_pos.replica.errors import DiskFull
from avileo_pos.replica.queue import MOST_ATTEMPTS
from avileo_pos.sync.central import (
    CentralBusy,
    CentralTrouble,
    CentralUnreachable,
    RequestRefused,
    ResyncNeeded,
    SignedOut,
    TooOld,
    WrongAddress,
)
from avileo_pos.sync.engine import ROUND_EVERY, SyncEngine
from avileo_pos.sync.state import SyncKind
from avileo_pos.tables.shared import customers
from tests.replica.till import ANA, MARKET_CUSTOMER, Clock, customer_row, open_till
from tests.sync.conftest import SyncedTill
from tests.sync.ledger_central import BUSINESS, LedgerCentral

T = TypeVar("T")


def attempts(shop: SyncedTill) -> set[int]:
    return {row["attempts"] for row in shop.till.queue()}


def test_a_round_sends_what_waits_and_brings_what_is_new(shop: SyncedTill, central: LedgerCentral) -> None:
    rosa = shop.till.new_customer("Rosa")
    elsa = uuid4()
    central.store(customer_row(elsa, "Elsa", 0))
    outcome = shop.round()
    assert central.name_of(rosa) == "Rosa"
    assert shop.till.shown_name(elsa) == "Elsa"
    assert (outcome.state.kind, outcome.state.waiting, outcome.wait) == (SyncKind.ONLINE, 0, ROUND_EVERY)
    assert outcome.state.last_contact_at == shop.till.clock()
    assert SyncKind.SENDING in {state.kind for state in shop.told}


def test_a_new_till_becomes_ready_to_sell_by_its_first_round(
    tmp_path: Path, clock: Clock, central: LedgerCentral
) -> None:
    till = open_till(tmp_path, clock)
    with till.replica.writing() as db:
        for table in ("customers", "business_users", "businesses"):
            db.exec_driver_sql(f"DELETE FROM {table}")
        db.exec_driver_sql("UPDATE sync_state SET cursor = NULL, catalog_ready = 0, last_seen_head = 0")
    outcome = SyncedTill(till, central).round()
    assert outcome.state.catalog_ready
    assert till.shown_name(MARKET_CUSTOMER) == "Puesto 14"
    till.replica.close()


def test_a_lost_answer_stores_everything_once(shop: SyncedTill, central: LedgerCentral) -> None:
    shop.till.takes_abono(shop.till.new_customer())
    central.lost_answers = 1
    assert shop.round().state.kind is SyncKind.OFFLINE
    before = dict(central.rows)
    shop.rounds_until_quiet()
    assert central.rows == before
    assert attempts(shop) == {0}


def test_answers_that_found_the_disk_full_are_asked_for_again(shop: SyncedTill, central: LedgerCentral) -> None:
    shop.till.new_customer()
    driver = shop.till.replica._db.connection.driver_connection

    def full_disk(request: PushRequest) -> PushAnswer:
        [used] = driver.execute("PRAGMA page_count").fetchone()
        driver.execute(f"PRAGMA max_page_count = {used}")
        return LedgerCentral.push(central, request)

    shop.till.does(lambda work: work.update(customers, MARKET_CUSTOMER, {"notes": "x" * 100_000}))
    with patch.object(central, "push", full_disk), pytest.raises(DiskFull):
        shop.round()
    driver.execute("PRAGMA max_page_count = 1000000")
    shop.rounds_until_quiet()
    assert {row["status"] for row in shop.till.queue()} == {"acked"}


def test_a_clock_in_a_later_year_makes_nothing_be_forgotten(shop: SyncedTill, central: LedgerCentral) -> None:
    """Central may come back from a backup today, whatever the clock of this PC says."""
    for name in ("Rosa", "Elsa"):
        shop.till.new_customer(name)
    shop.round()
    shop.till.clock.advance(days=400)
    shop.reopen()
    central.faults = [CentralUnreachable("no_route")]
    shop.round()
    assert [row["status"] for row in shop.till.queue()] == ["acked", "acked"]


def test_what_only_a_branch_has_answered_is_not_forgotten_however_old(shop: SyncedTill, central: LedgerCentral) -> None:
    central.epoch = BranchPoint(str(BUSINESS), central.epoch, central.revision).named("market")
    shop.till.new_customer("Rosa")
    shop.rounds_until_quiet()
    shop.till.clock.advance(days=60)
    shop.till.new_customer("Elsa")
    shop.rounds_until_quiet()
    assert shop.round().state.at_branch
    assert [row["status"] for row in shop.till.queue()] == ["acked", "acked"]


@pytest.mark.parametrize(
    "trouble",
    [
        CentralUnreachable("no_route"),
        CentralUnreachable("timeout"),
        CentralUnreachable("tls"),
        WrongAddress("not_central"),
        CentralBusy(),
        RequestRefused(404, "not_found"),
    ],
)
def test_days_without_central_burn_no_attempt(
    shop: SyncedTill, central: LedgerCentral, trouble: CentralTrouble
) -> None:
    rosa = shop.till.new_customer("Rosa")
    for _ in range(50):
        central.faults = [trouble] * 2
        outcome = shop.round()
        assert (outcome.state.kind, outcome.state.code, outcome.state.waiting) == (SyncKind.OFFLINE, trouble.code, 1)
        assert timedelta(seconds=2) <= outcome.wait <= timedelta(seconds=300)
        central.faults.clear()
        shop.till.clock.advance(hours=2)
    assert attempts(shop) == {0}
    shop.rounds_until_quiet()
    assert central.name_of(rosa) == "Rosa"


def test_waits_grow_while_central_is_away_and_begin_again_after(shop: SyncedTill, central: LedgerCentral) -> None:
    central.faults = [CentralUnreachable("no_route")] * 4
    waits = [shop.round().wait for _ in range(4)]
    assert waits == sorted(set(waits))
    shop.round()
    central.faults = [CentralUnreachable("no_route")]
    assert shop.round().wait == waits[0]


def test_central_is_left_alone_as_long_as_it_asks(shop: SyncedTill, central: LedgerCentral) -> None:
    central.faults = [CentralBusy(retry_after=timedelta(minutes=20))]
    assert shop.round().wait == timedelta(minutes=20)


def test_an_operation_that_central_puts_off_waits_and_goes(shop: SyncedTill, central: LedgerCentral) -> None:
    rosa = shop.till.new_customer("Rosa")
    central.answers_retry = {shop.till.queue()[0]["id"]}
    outcome = shop.round()
    assert (outcome.state.kind, outcome.state.waiting) == (SyncKind.SENDING, 1)
    assert outcome.wait < ROUND_EVERY
    central.answers_retry.clear()
    shop.rounds_until_quiet()
    assert central.name_of(rosa) == "Rosa"
    assert attempts(shop) == {0}


def test_a_refused_operation_is_parked_at_once_and_delays_no_other(shop: SyncedTill, central: LedgerCentral) -> None:
    wrong = shop.till.new_customer("mal")
    central.refuses = {shop.till.queue()[0]["id"]}
    right = shop.till.new_customer("Rosa")
    outcome = shop.round()
    assert (outcome.state.kind, outcome.state.to_review) == (SyncKind.TO_REVIEW, 1)
    assert central.name_of(right) == "Rosa"
    assert shop.till.sync_status("customers", wrong) == "error"


@pytest.mark.parametrize("failure", [CentralUnreachable("timeout"), CentralBusy(), RequestRefused(413, "too_large")])
def test_poison_delays_only_itself_and_ends_with_a_person(
    shop: SyncedTill, central: LedgerCentral, failure: CentralTrouble
) -> None:
    customers = [shop.till.new_customer(f"Cliente {number}") for number in range(30)]
    poison = {shop.till.queue()[place]["id"] for place in (4, 17)}
    central.fails_on, central.failure = poison, lambda: failure
    shop.rounds_until_quiet()
    stored = [customer for customer in customers if ("customers", str(customer)) in central.rows]
    assert len(stored) == 28
    parked = {row["id"]: row["attempts"] for row in shop.till.queue() if row["status"] == "parked"}
    assert parked == dict.fromkeys(poison, MOST_ATTEMPTS)
    assert {row["attempts"] for row in shop.till.queue() if row["id"] not in poison} == {0}


def test_nobody_is_blamed_while_central_itself_is_not_well(shop: SyncedTill, central: LedgerCentral) -> None:
    shop.till.new_customer()
    central.fails_on = {shop.till.queue()[0]["id"]}
    for _ in range(10):
        central.faults = [CentralUnreachable("timeout")] * 2
        shop.round()
        central.faults.clear()
    assert attempts(shop) == {0}


def test_nobody_is_blamed_while_central_asks_for_time(shop: SyncedTill, central: LedgerCentral) -> None:
    shop.till.new_customer()
    central.fails_on = {shop.till.queue()[0]["id"]}
    central.failure = lambda: CentralBusy(retry_after=timedelta(seconds=1))
    for _ in range(10):
        shop.round()
    assert attempts(shop) == {0}


def test_a_person_who_is_signed_out_goes_on_selling(shop: SyncedTill, central: LedgerCentral) -> None:
    rosa = shop.till.new_customer("Rosa")
    central.faults = [SignedOut("device_revoked")]
    outcome = shop.round()
    assert (outcome.state.kind, outcome.state.code) == (SyncKind.SIGNED_OUT, "device_revoked")
    shop.till.takes_abono(rosa)
    shop.rounds_until_quiet()
    assert attempts(shop) == {0}


def test_an_old_program_still_sends_facts(shop: SyncedTill, central: LedgerCentral) -> None:
    shop.till.renames(MARKET_CUSTOMER, "Puesto 15")
    abono = shop.till.takes_abono()
    central.faults = [TooOld()]
    outcome = shop.round()
    assert (outcome.state.kind, outcome.state.waiting) == (SyncKind.TOO_OLD, 1)
    assert ("abonos", str(abono)) in central.rows
    assert central.name_of(MARKET_CUSTOMER) == "Puesto 14"
    shop.rounds_until_quiet()
    assert central.name_of(MARKET_CUSTOMER) == "Puesto 15"


def test_a_program_too_old_to_pull_says_so(shop: SyncedTill, central: LedgerCentral) -> None:
    central.faults = [TooOld()]
    assert shop.round().state.kind is SyncKind.TOO_OLD


def test_a_clock_that_is_wrong_is_told(shop: SyncedTill, central: LedgerCentral) -> None:
    central.clock_ahead = timedelta(minutes=-6)
    state = shop.round().state
    assert (state.kind, state.clock_skew) == (SyncKind.CLOCK_WRONG, timedelta(minutes=6))


def test_what_is_sold_during_a_long_pull_is_sent_between_two_pages(shop: SyncedTill, central: LedgerCentral) -> None:
    for number in range(2_500):
        central.store(customer_row(uuid4(), f"Cliente {number}", 0))
    sold: list[bool] = []

    def sell_once() -> None:
        if not sold:
            sold.append(True)
            shop.till.new_customer("Rosa")

    central.between_pages = sell_once
    pushes_before = len(central.pushes)
    shop.round()
    assert central.pushes[pushes_before:] == [1]
    assert central.pulls > 2
    assert shop.till.value("SELECT count(*) FROM customers") == 2_502


def test_the_cashiers_writes_come_between_the_pieces_of_a_page(shop: SyncedTill, central: LedgerCentral) -> None:
    for number in range(900):
        central.store(customer_row(uuid4(), f"Cliente {number}", 0))
    seen: list[int] = []

    def lane(piece: object) -> object:
        seen.append(shop.till.value("SELECT count(*) FROM customers"))
        return piece(shop.till.replica)  # type: ignore[operator]

    shop.engine._run = lane  # type: ignore[method-assign, assignment]
    shop.round()
    assert len({count for count in seen if 1 < count < 901}) >= 1


def test_the_next_page_is_asked_for_while_one_is_written(shop: SyncedTill, central: LedgerCentral) -> None:
    shop.engine = engine_that_asks_at_once(shop)
    central.rows_a_page = 100
    for number in range(250):
        central.store(customer_row(uuid4(), f"Cliente {number}", 0))
    here = partial(shop.till.value, "SELECT count(*) FROM customers WHERE name LIKE 'Cliente%'")
    held: list[int] = []
    central.between_pages = lambda: held.append(here())
    shop.round()
    assert held == [0, 0, 100]
    assert here() == 250


def test_a_page_is_kept_although_the_next_one_never_came(shop: SyncedTill, central: LedgerCentral) -> None:
    shop.engine = engine_that_asks_at_once(shop)
    central.rows_a_page = 100
    for number in range(150):
        central.store(customer_row(uuid4(), f"Cliente {number}", 0))
    central.between_pages = lambda: central.faults.append(CentralUnreachable("timeout"))
    assert shop.round().state.kind is SyncKind.OFFLINE
    assert shop.till.value("SELECT count(*) FROM customers WHERE name LIKE 'Cliente%'") == 100
    central.between_pages = lambda: None
    shop.rounds_until_quiet()
    assert shop.till.value("SELECT count(*) FROM customers WHERE name LIKE 'Cliente%'") == 150


def engine_that_asks_at_once(shop: SyncedTill) -> SyncEngine:
    def ahead(call: Callable[[], T], /) -> Callable[[], T]:
        answer: Future[T] = Future()
        try:
            answer.set_result(call())
        except CentralTrouble as trouble:
            answer.set_exception(trouble)
        return answer.result

    return SyncEngine(shop.till.run, shop.central, shop.till.clock, timer=lambda: 0.0, ahead=ahead)


# --- One batch after another -----------------------------------------------------------------------------------------


@pytest.fixture
def busy_shop(shop: SyncedTill, central: LedgerCentral) -> SyncedTill:
    """With 100 operations waiting, sent by an engine whose every call is made as soon as it can be."""
    shop.engine = engine_that_asks_at_once(shop)
    central.pushes.clear()
    for number in range(100):
        shop.till.new_customer(f"Cliente {number}")
    return shop


def acked(shop: SyncedTill) -> int:
    return sum(row["status"] == "acked" for row in shop.till.queue())


def test_a_batch_is_sent_before_the_answer_to_the_last_one_is_written(
    busy_shop: SyncedTill, central: LedgerCentral
) -> None:
    seen: list[int] = []
    central.when_pushed = lambda: seen.append(acked(busy_shop))
    busy_shop.round()
    assert central.pushes == [20, 20, 40, 20]
    assert seen == [0, 0, 20, 40]
    assert acked(busy_shop) == 100


def test_what_depends_on_a_batch_is_not_sent_before_its_answer(shop: SyncedTill, central: LedgerCentral) -> None:
    shop.engine = engine_that_asks_at_once(shop)
    for customer in [shop.till.new_customer(f"Cliente {number}") for number in range(20)]:
        shop.till.takes_abono(customer)
    held: list[int] = []
    central.when_pushed = lambda: held.append(acked(shop))
    shop.round()
    assert held == [0, 20]
    assert acked(shop) == 40


def test_an_answer_lost_in_the_middle_costs_no_attempt_and_stores_everything_once(
    busy_shop: SyncedTill, central: LedgerCentral
) -> None:
    def lose_the_third() -> None:
        central.lost_answers = int(len(central.pushes) == 3)

    central.when_pushed = lose_the_third
    assert busy_shop.round().state.kind is SyncKind.OFFLINE
    assert acked(busy_shop) == 40
    assert {row["status"] for row in busy_shop.till.queue()} == {"acked", "pending"}
    busy_shop.rounds_until_quiet()
    assert acked(busy_shop) == 100
    assert attempts(busy_shop) == {0}


def test_a_backup_put_back_between_two_batches_loses_nothing(busy_shop: SyncedTill, central: LedgerCentral) -> None:
    empty = central.kept()

    def restore_before_the_third() -> None:
        if len(central.pushes) == 3:
            central.restore(empty)

    central.when_pushed = restore_before_the_third
    busy_shop.rounds_until_quiet()
    assert acked(busy_shop) == 100
    assert sum(str(row.get("name")).startswith("Cliente") for row in central.rows.values()) == 100


def test_a_copied_till_sends_what_follows_under_its_new_identity(busy_shop: SyncedTill, central: LedgerCentral) -> None:
    devices: list[str] = []

    def push(request: PushRequest) -> PushAnswer:
        devices.append(request.device_id)
        central.clone_of.add(devices[0])
        return LedgerCentral.push(central, request)

    with patch.object(central, "push", push):
        busy_shop.rounds_until_quiet()
    [anew] = central.enrolled
    assert devices[1:] == [str(anew)] * (len(devices) - 1)
    assert acked(busy_shop) == 100


def test_a_disk_that_fills_up_between_two_batches_loses_no_answer(
    busy_shop: SyncedTill, central: LedgerCentral
) -> None:
    with patch.object(queue, "settle", wraps=queue.settle) as settle:

        def fill_the_disk() -> None:
            settle.side_effect = DiskFull if len(central.pushes) == 3 else None

        central.when_pushed = fill_the_disk
        with pytest.raises(DiskFull):
            busy_shop.round()
    central.when_pushed = lambda: None
    assert acked(busy_shop) == 20
    busy_shop.reopen()
    busy_shop.rounds_until_quiet()
    assert acked(busy_shop) == 100


# --- Taking everything anew ------------------------------------------------------------------------------------------


def test_a_row_that_is_gone_at_central_is_gone_after_a_resync(shop: SyncedTill, central: LedgerCentral) -> None:
    elsa = uuid4()
    central.store(customer_row(elsa, "Elsa", 0))
    shop.round()
    central.remove("customers", elsa)
    central.faults = [ResyncNeeded()]
    shop.round()
    assert shop.till.rows("SELECT 1 FROM customers WHERE id = ?", str(elsa)) == []
    assert shop.till.shown_name(MARKET_CUSTOMER) == "Puesto 14"


def test_a_central_restored_from_a_backup_recovers_what_it_lost(shop: SyncedTill, central: LedgerCentral) -> None:
    early = shop.till.new_customer("Rosa")
    shop.round()
    backup = central.kept()
    late = shop.till.new_customer("Elsa")
    abono = shop.till.takes_abono(late)
    shop.round()
    central.restore(backup)
    shop.rounds_until_quiet()
    assert {central.name_of(early), central.name_of(late)} == {"Rosa", "Elsa"}
    assert ("abonos", str(abono)) in central.rows
    assert shop.till.sync_status("abonos", abono) == "synced"
    assert [row["name"] for row in shop.till.rows("SELECT name FROM customers ORDER BY name")] == [
        "Elsa",
        "Puesto 14",
        "Rosa",
    ]
    assert shop.till.value("SELECT min(revision) FROM customers") > 0


@pytest.mark.parametrize("others", [0, 1, 5])
@pytest.mark.parametrize("waits", [False, True])
def test_what_central_had_answered_and_has_lost_without_a_word_is_given_to_it_again(
    shop: SyncedTill, central: LedgerCentral, others: int, *, waits: bool
) -> None:
    """Whether its numbers were given to others since or not."""
    abono = abono_that_central_has_lost(shop, central)
    for _ in range(others):
        central.owe(str(MARKET_CUSTOMER), 100)
    if waits:
        shop.till.voids_abono(abono)
    shop.rounds_until_quiet()
    assert ("abonos", str(abono)) in central.rows
    assert shop.till.sync_status("abonos", abono) == "synced"
    assert central.rows["abonos", str(abono)]["voided_by"] == (str(ANA) if waits else None)


def test_a_till_that_is_killed_while_it_hears_of_a_loss_hears_of_it_again(
    shop: SyncedTill, central: LedgerCentral
) -> None:
    abono = abono_that_central_has_lost(shop, central)
    with patch("avileo_pos.sync.engine.start_over", killed), pytest.raises(KeyboardInterrupt):
        shop.round()
    shop.reopen()
    shop.rounds_until_quiet()
    assert ("abonos", str(abono)) in central.rows


def abono_that_central_has_lost(shop: SyncedTill, central: LedgerCentral) -> UUID:
    """Without a word, before the till has pulled any of it."""
    snapshot = central.kept()
    abono = shop.till.takes_abono()
    with patch.object(central, "pull", cut_off):
        shop.round()
    central.slip_back(snapshot)
    return abono


def killed(*_given: object) -> None:
    raise KeyboardInterrupt


def test_a_batch_that_central_loses_before_the_next_one_comes_is_sent_again(
    busy_shop: SyncedTill, central: LedgerCentral
) -> None:
    """The next one goes before the answer is written."""
    snapshots: list[dict[str, Any]] = []

    def lose_the_third() -> None:
        snapshots.append(central.kept())
        if len(snapshots) == 4:
            central.slip_back(snapshots[2])
            central.owe(str(MARKET_CUSTOMER), 100)

    central.when_pushed = lose_the_third
    busy_shop.rounds_until_quiet()
    assert acked(busy_shop) == 100
    assert sum(str(row.get("name")).startswith("Cliente") for row in central.rows.values()) == 100


def test_a_page_that_central_loses_before_the_next_one_is_asked_for_does_not_stay(
    shop: SyncedTill, central: LedgerCentral
) -> None:
    snapshot, elsa = central.kept(), uuid4()
    for name in ("Elsa", "Rosa"):
        central.store(customer_row(elsa if name == "Elsa" else uuid4(), name, 0))
    central.rows_a_page, pulls_before = 1, central.pulls

    def pull(*asked: Any) -> PullPage:
        if central.pulls == pulls_before + 1:
            central.slip_back(snapshot)
            for _ in range(3):
                central.owe(str(MARKET_CUSTOMER), 100)
        return LedgerCentral.pull(central, *asked)

    with patch.object(central, "pull", pull):
        shop.round()
    assert shop.till.rows("SELECT 1 FROM customers WHERE id = ?", str(elsa)) == []


def test_where_central_has_everything_still_nothing_is_sent_again(shop: SyncedTill, central: LedgerCentral) -> None:
    shop.till.takes_abono()
    shop.round()
    central.pushes.clear()
    central.faults = [ResyncNeeded()]  # as after a change of role
    shop.rounds_until_quiet()
    assert sum(central.pushes) == 0
    assert not shop.till.value("SELECT resyncing FROM sync_state")


def test_what_a_branch_held_when_it_began_is_not_sent_to_it(shop: SyncedTill, central: LedgerCentral) -> None:
    """It has no receipts of that: an old edit that came twice would undo a later one."""
    shop.till.renames(MARKET_CUSTOMER, "Puesto 15")
    shop.round()
    central.epoch = BranchPoint(str(BUSINESS), central.epoch, central.revision).named("market")
    at_its_beginning = central.kept()
    central.pushes.clear()
    shop.rounds_until_quiet()
    assert sum(central.pushes) == 0
    abono = shop.till.takes_abono()
    shop.rounds_until_quiet()
    central.slip_back(at_its_beginning)
    central.pushes.clear()
    shop.rounds_until_quiet()
    assert sum(central.pushes) == 1
    assert ("abonos", str(abono)) in central.rows


def cut_off(*_given: object) -> None:
    raise CentralUnreachable("timeout")


def test_a_withdrawn_till_hears_of_a_restored_central_and_sends_what_that_lost(
    shop: SyncedTill, central: LedgerCentral
) -> None:
    backup = central.kept()
    abono = shop.till.takes_abono()
    shop.round()
    central.restore(backup)
    with patch.object(central, "pull", revoked):
        shop.round()
        shop.round()
    assert ("abonos", str(abono)) in central.rows


@pytest.mark.parametrize(("days", "first_push"), [(0, ["delete"]), (60, ["create", "delete"])])
def test_after_a_long_silence_what_central_lost_goes_before_what_was_done_to_it(
    shop: SyncedTill, central: LedgerCentral, days: int, first_push: list[str]
) -> None:
    backup = central.kept()
    abono = shop.till.takes_abono()
    shop.round()
    central.restore(backup)
    shop.till.voids_abono(abono)
    shop.till.clock.now += timedelta(days=days)
    with patch.object(central, "push", wraps=central.push) as push:
        shop.rounds_until_quiet()
    sent = next(call.args[0].operations for call in push.call_args_list if call.args[0].operations)
    assert [msgspec.json.decode(raw)["operation_type"] for raw in sent] == first_push


def revoked(*_given: object) -> None:
    raise SignedOut("device_revoked")


def test_a_crash_in_a_resync_is_taken_up_again(shop: SyncedTill, central: LedgerCentral) -> None:
    rosa = shop.till.new_customer("Rosa")
    backup = central.kept()
    shop.round()
    central.restore(backup)
    for steps in range(1, 30):
        crash_after(shop, steps)
        shop.reopen()
    shop.rounds_until_quiet()
    assert central.name_of(rosa) == "Rosa"
    assert shop.till.shown_name(rosa) == "Rosa"
    assert not shop.till.value("SELECT resyncing FROM sync_state")


class Crash(Exception):  # noqa: N818 - it is what happens
    """The program ends here."""


def crash_after(shop: SyncedTill, steps: int) -> None:
    """A round that ends in the middle, after so many pieces on the lane."""
    left = steps

    def lane(piece: object) -> object:
        nonlocal left
        left -= 1
        if left < 0:
            raise Crash
        return piece(shop.till.replica)  # type: ignore[operator]

    shop.engine._run = lane  # type: ignore[method-assign, assignment]
    try:
        shop.round()
    except Crash:
        return


def test_a_lost_row_is_noticed_by_its_digest_and_taken_anew(shop: SyncedTill, central: LedgerCentral) -> None:
    with shop.till.replica.writing() as db:
        for table in ("customer_balances", "customers"):
            db.exec_driver_sql(f"DELETE FROM {table}")
    shop.till.clock.advance(hours=25)
    shop.round()
    assert shop.till.shown_name(MARKET_CUSTOMER) == "Puesto 14"


def test_a_lost_row_is_noticed_also_where_the_clock_was_set_back_by_years(
    shop: SyncedTill, central: LedgerCentral
) -> None:
    with shop.till.replica.writing() as db:
        db.exec_driver_sql("DELETE FROM customer_balances")
    shop.till.clock.advance(days=-1000)
    shop.round()
    assert shop.till.value("SELECT count(*) FROM customer_balances") == 1


def test_a_difference_that_stays_does_not_keep_the_line_busy(shop: SyncedTill, central: LedgerCentral) -> None:
    central.lies_about = {"customers": TableDigest(99, 99)}
    shop.till.clock.advance(hours=25)
    shop.round()
    pulls_before = central.pulls
    shop.round()
    assert central.pulls == pulls_before + 1


def test_a_copied_till_becomes_a_till_of_its_own(shop: SyncedTill, central: LedgerCentral) -> None:
    old = shop.till.value("SELECT device_id FROM till_identity")
    central.clone_of = {old}
    shop.till.new_customer()
    shop.round()
    (row,) = shop.till.rows("SELECT device_id, receipt_series, last_receipt FROM till_identity")
    assert row == {"device_id": str(central.enrolled[0]), "receipt_series": "B1", "last_receipt": 0}
    shop.till.new_customer()
    shop.round()
    assert len(central.enrolled) == 1


def test_while_the_disk_is_nearly_full_sales_are_sent_and_news_wait(shop: SyncedTill, central: LedgerCentral) -> None:
    has_room = False
    shop.engine = SyncEngine(shop.till.run, central, shop.till.clock, may_pull=lambda: has_room, random=lambda: 0.5)
    rosa, elsa = shop.till.new_customer("Rosa"), uuid4()
    central.store(customer_row(elsa, "Elsa", 0))
    assert shop.round().state.waiting == 0
    assert central.name_of(rosa) == "Rosa"
    known = "SELECT count(*) FROM customers WHERE id = ?"
    assert shop.till.value(known, str(elsa)) == 0
    has_room = True
    shop.round()
    assert shop.till.value(known, str(elsa)) == 1
