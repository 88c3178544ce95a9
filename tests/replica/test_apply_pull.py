"""What central sends: rows go in as they came, only newer ones, whatever happens in between."""

from __future__ import annotations

from decimal import Decimal
from itertools import count, pairwise
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest

from avileo_pos.protocol import DigestAnswer, OperationResult, OperationStatus, PullPage, TableDigest, TablePage
from avileo_pos.queries.balance import customer_balance
from avileo_pos.replica.apply_pull import (
    PagePieces,
    differing_collections,
    forget_revisions,
    remove_unbrought_rows,
)
from avileo_pos.replica.sync_state import begin_resync, end_resync, read_place
from avileo_pos.replica.transaction import read, reads, writes, writes_pulled_rows
from avileo_pos.tables.base import instant_text
from avileo_pos.usecases.distribucion import AcceptDistribucion, accept_distribucion
from avileo_pos.usecases.queue import DiscardOperation, discard_operation
from tests.replica.answers import applied, next_batch, only_parked, park_all, send_all, settle
from tests.replica.till import (
    ANA,
    EPOCH,
    MARKET_CUSTOMER,
    NOON,
    Till,
    balance_row,
    business_row,
    customer_row,
    distribucion_row,
    member_row,
    open_till,
    page,
)


def test_a_new_row_is_here_as_it_came(till: Till) -> None:
    elsa = uuid4()
    till.applies(page(customer_row(elsa, "Elsa", revision=9, phone="987654321"), head=9))
    (row,) = till.rows("SELECT * FROM customers WHERE id = ?", str(elsa))
    assert (row["name"], row["phone"], row["revision"], row["sync_status"]) == ("Elsa", "987654321", 9, "synced")
    place = till.run(reads(read_place))
    assert (place.cursor, place.head, place.catalog_ready) == ("9", 9, True)


def test_a_row_that_is_not_newer_is_left_alone(till: Till) -> None:
    till.applies(page(customer_row(MARKET_CUSTOMER, "Puesto 20", revision=9), head=9))
    till.applies(page(customer_row(MARKET_CUSTOMER, "Puesto 10", revision=8), head=9))
    assert till.shown_name(MARKET_CUSTOMER) == "Puesto 20"


def test_a_child_may_come_before_its_parent(till: Till) -> None:
    nobody_yet = uuid4()
    till.applies(page(balance_row(nobody_yet, 1500, revision=5), head=5, complete=False))
    till.applies(page(customer_row(nobody_yet, "Elsa", revision=6), head=6))
    assert till.rows("PRAGMA foreign_key_check") == []


def test_what_only_a_newer_program_knows_is_ignored(till: Till) -> None:
    newer = page(customer_row(MARKET_CUSTOMER, "Puesto 20", revision=9), head=9)
    (table,) = newer.tables
    wider = TablePage(table.collection, ["favourite", *table.columns], [["huevos", *table.rows[0]]])
    unknown = TablePage("loyalty_cards", ["id", "revision"], [[str(uuid4()), 9]])
    till.applies(msgspec.structs.replace(newer, tables=[unknown, wider]))
    assert till.shown_name(MARKET_CUSTOMER) == "Puesto 20"


def test_the_sync_state_of_own_rows_is_not_centrals_to_say(till: Till) -> None:
    till.renames(MARKET_CUSTOMER, "Puesto 15")
    park_all(till)
    till.applies(page(customer_row(MARKET_CUSTOMER, "Puesto 20", revision=9), head=9))
    assert till.sync_status("customers", MARKET_CUSTOMER) == "error"
    assert till.shown_name(MARKET_CUSTOMER) == "Puesto 20"


def test_a_pulled_card_shows_the_edits_that_wait(till: Till) -> None:
    till.renames(MARKET_CUSTOMER, "Puesto 15")
    for revision in (8, 9):
        pulled = customer_row(MARKET_CUSTOMER, "Puesto 20", revision, phone=f"98765432{revision}")
        till.applies(page(pulled, head=revision))
    (row,) = till.rows("SELECT name, phone, revision FROM customers")
    assert row == {"name": "Puesto 15", "phone": "987654329", "revision": 9}
    park_all(till)
    assert till.shown_name(MARKET_CUSTOMER) == "Puesto 20"


def test_a_distribution_that_was_settled_elsewhere_is_settled_though_its_acceptance_waits(till: Till) -> None:
    given = uuid4()
    till.applies(page(distribucion_row(given, revision=8), head=8))
    till.does(accept_distribucion, AcceptDistribucion(given))
    settled = {"estado": "cerrado", "closed_at": instant_text(NOON), "closed_by": str(ANA)}
    till.applies(page(distribucion_row(given, revision=9, **settled), head=9))
    (row,) = till.rows("SELECT estado, accepted_at, revision, sync_status FROM distribuciones")
    assert row == {"estado": "cerrado", "accepted_at": None, "revision": 9, "sync_status": "pending"}
    park_all(till)
    assert till.sync_status("distribuciones", given) == "error"


def test_a_page_that_comes_again_leaves_the_waiting_edits_shown(till: Till) -> None:
    till.renames(MARKET_CUSTOMER, "Puesto 15")
    again = page(customer_row(MARKET_CUSTOMER, "Puesto 20", revision=8), head=8)
    till.applies(again)
    till.applies(again)
    assert till.shown_name(MARKET_CUSTOMER) == "Puesto 15"
    park_all(till)
    assert till.shown_name(MARKET_CUSTOMER) == "Puesto 20"


def test_an_edit_of_a_card_that_central_has_but_has_not_sent_back_yet(till: Till) -> None:
    rosa = till.new_customer("Rosa")
    send_all(till, revision=7)
    till.renames(rosa, "Rosa Quispe")
    till.applies(page(customer_row(rosa, "Rosa", revision=7), head=7))
    assert till.shown_name(rosa) == "Rosa Quispe"
    park_all(till)
    assert till.shown_name(rosa) == "Rosa"


def test_an_own_voiding_is_not_undone_by_a_pull(till: Till) -> None:
    abono = till.takes_abono()
    send_all(till, revision=7)
    stored = as_pulled(till, "abonos", abono, revision=7)
    till.voids_abono(abono)
    till.applies(page(stored, head=7))
    assert till.value("SELECT void_reason FROM abonos") == "se equivocó"
    assert till.value("SELECT voided_by FROM abonos") == str(till.actor.member_id)


def test_a_page_that_was_read_before_the_answer_does_not_undo_what_central_has_stored(till: Till) -> None:
    """It was asked for while the edit and the voiding were still here, and is written after their answers."""
    abono = till.takes_abono()
    send_all(till, revision=7)
    stored = as_pulled(till, "abonos", abono, revision=8)
    till.renames(MARKET_CUSTOMER, "Puesto 15")
    till.voids_abono(abono)
    send_all(till, revision=9)
    by_others = customer_row(MARKET_CUSTOMER, "Puesto 20", revision=8, phone="987654321")
    till.applies(page(by_others, stored, head=8))
    assert till.rows("SELECT name, phone FROM customers") == [{"name": "Puesto 15", "phone": "987654321"}]
    assert till.value("SELECT voided_by FROM abonos") == str(till.actor.member_id)
    till.renames(MARKET_CUSTOMER, "Puesto 16")
    park_all(till)
    assert till.shown_name(MARKET_CUSTOMER) == "Puesto 15"
    till.applies(page(customer_row(MARKET_CUSTOMER, "Puesto 30", revision=10), head=10))
    assert till.shown_name(MARKET_CUSTOMER) == "Puesto 30"


def as_pulled(till: Till, collection: str, entity: UUID, revision: int) -> dict[str, object]:
    (row,) = till.rows(f"SELECT * FROM {collection} WHERE id = ?", str(entity))
    return {**row, "collection": collection, "revision": revision}


def test_a_member_made_again_under_another_id_takes_the_place_of_the_old_one(till: Till) -> None:
    anew = uuid4()
    till.applies(page(member_row(revision=9, member=anew), head=9))
    assert [row["id"] for row in till.rows("SELECT id FROM business_users")] == [str(anew)]


def test_selling_can_begin_before_the_snapshot_is_whole(tmp_path: Path) -> None:
    till = open_till(tmp_path)
    with till.replica.writing() as db:
        db.exec_driver_sql("UPDATE sync_state SET catalog_ready = 0")
    till.applies(page(business_row(5), head=9, snapshot=True, complete=False))
    assert not till.run(reads(read_place)).catalog_ready
    till.applies(page(customer_row(uuid4(), "Elsa", 6), head=9, snapshot=True, complete=False))
    assert till.run(reads(read_place)).catalog_ready
    till.replica.close()


@pytest.mark.parametrize(("seconds_a_piece", "last_piece"), [(0.2, 50), (0.05, 500), (0.001, 1_000)])
def test_pieces_are_cut_to_the_time_that_rows_take(till: Till, seconds_a_piece: float, last_piece: int) -> None:
    timer = count(step=seconds_a_piece)
    sizes = [0]
    for piece in PagePieces(lambda: next(timer), rows=500).of(many_customers(3_000)):
        till.run(piece)
        sizes.append(till.value("SELECT count(*) FROM customers") - 1)
    pieces = [after - before for before, after in pairwise(sizes)]
    assert pieces[:2] == [500, 500]
    assert pieces[-2] == last_piece
    assert sum(pieces) == 3_000


def many_customers(count: int, head: int = 10_000) -> PullPage:
    return page(*(customer_row(uuid4(), f"Cliente {number}", 10 + number) for number in range(count)), head=head)


def test_a_page_that_was_torn_by_a_crash_is_written_whole_the_next_time(till: Till) -> None:
    torn = msgspec.structs.replace(many_customers(300), mark="7:a")
    first, *_rest = PagePieces(rows=100).of(torn)
    till.run(first)
    till.reopen()
    assert till.run(reads(read_place)).cursor == "3"
    assert till.run(reads(read_place)).marks == ("7:a",), "by which central can tell whether it still has these rows"
    till.applies(torn)
    assert till.value("SELECT count(*) FROM customers") == 301
    assert till.run(reads(read_place)).cursor == "10000"


def test_a_figure_is_written_after_the_facts_that_it_holds(till: Till) -> None:
    abono = till.takes_abono()
    stored = as_pulled(till, "abonos", abono, revision=7)
    shown = []
    for piece in PagePieces().of(page(balance_row(MARKET_CUSTOMER, -500, revision=8), stored, head=8)):
        till.run(piece)
        shown.append(read(till.replica, till.actor, customer_balance, MARKET_CUSTOMER))
    assert shown == [Decimal("-5.00")] * 2


# --- Resync ----------------------------------------------------------------------------------------------------------


def resync(till: Till, *pages: PullPage, crash_after: int | None = None) -> int:
    """Take everything anew, ended by a crash after so many steps; says how many steps were done."""
    steps = 0

    def goes_on() -> bool:
        nonlocal steps
        steps += 1
        return steps != crash_after

    place = till.run(reads(read_place))
    if not place.resyncing:
        till.run(writes(begin_resync))
    place = till.run(reads(read_place))
    while place.cursor is None and till.run(writes_pulled_rows(forget_revisions)):
        if not goes_on():
            return steps
    for each in pages:
        for piece in PagePieces(rows=2).of(each):
            till.run(piece)
            if not goes_on():
                return steps
    while till.run(writes_pulled_rows(remove_unbrought_rows, pages[-1].head)):
        if not goes_on():
            return steps
    till.run(writes(end_resync))
    return steps


def central_now() -> PullPage:
    """Central's rows after a restore: lower revisions, and Elsa is not among them."""
    return page(business_row(1), member_row(2), customer_row(MARKET_CUSTOMER, "Puesto 1", revision=1), head=3)


def busy_till(folder: Path) -> tuple[Till, dict[str, UUID]]:
    """Elsa was pulled, Rosa is stored but not pulled, Luis waits, and Puesto 14 has an edit that waits."""
    till = open_till(folder)
    people = {"elsa": uuid4(), "rosa": till.new_customer("Rosa")}
    till.applies(page(customer_row(people["elsa"], "Elsa", revision=9), head=9))
    send_all(till, revision=50)
    people["luis"] = till.new_customer("Luis")
    till.renames(MARKET_CUSTOMER, "Puesto 15")
    return till, people


def test_a_fact_that_central_shows_no_more_goes_with_the_voiding_that_held_it(till: Till) -> None:
    abono = till.takes_abono()
    send_all(till, revision=7)
    till.applies(page(as_pulled(till, "abonos", abono, revision=8), head=8))
    till.voids_abono(abono)
    park_all(till)
    resync(till, page(member_row(), business_row(), head=9))
    assert till.value("SELECT voided_at IS NOT NULL FROM abonos") == 1
    till.does(discard_operation, DiscardOperation(only_parked(till), "sí pagó"))
    assert till.value("SELECT count(*) FROM abonos") == 0
    assert till.value("SELECT count(*) FROM abono_payments") == 0


def test_a_resync_takes_centrals_rows_also_where_their_revision_is_lower(tmp_path: Path) -> None:
    till, _people = busy_till(tmp_path)
    resync(till, central_now())
    assert till.rows("SELECT name FROM customers ORDER BY name") == [
        {"name": "Luis"},
        {"name": "Puesto 15"},
        {"name": "Rosa"},
    ]
    park_all(till)
    assert till.shown_name(MARKET_CUSTOMER) == "Puesto 1"
    till.replica.close()


def test_a_row_that_central_stored_after_the_head_stays(tmp_path: Path) -> None:
    till, people = busy_till(tmp_path)
    resync(till, msgspec.structs.replace(central_now(), head=50))
    assert till.rows("SELECT 1 FROM customers WHERE id = ?", str(people["rosa"])) == []
    till.replica.close()


@pytest.mark.parametrize("crash_after", range(1, 8))
def test_a_resync_that_crashes_anywhere_ends_as_one_that_did_not(tmp_path: Path, crash_after: int) -> None:
    whole, _people = busy_till(tmp_path)
    resync(whole, central_now())
    torn, _people = busy_till(tmp_path)
    assert resync(torn, central_now(), crash_after=crash_after) == crash_after
    torn.reopen()
    resync(torn, central_now())
    shown = "SELECT name, revision, sync_status FROM customers ORDER BY name"
    assert torn.rows(shown) == whole.rows(shown)
    assert not torn.run(reads(read_place)).resyncing
    whole.replica.close()
    torn.replica.close()


def test_the_parts_of_a_waiting_fact_survive_a_resync(till: Till) -> None:
    till.takes_abono()
    resync(till, central_now())
    assert till.value("SELECT count(*) FROM abono_payments") == 1


# --- Digest ----------------------------------------------------------------------------------------------------------


def digest(**collections: TableDigest) -> DigestAnswer:
    return DigestAnswer(EPOCH, 3, collections)


def test_a_till_that_has_what_central_has_does_not_differ(till: Till) -> None:
    till.new_customer("waits here, and counts at central once it has come")
    same = digest(customers=TableDigest(1, 3), business_users=TableDigest(1, 2), newer_table=TableDigest(7, 7))
    assert till.run(reads(differing_collections, same)) == ()


def test_a_lost_row_and_an_old_row_are_noticed(till: Till) -> None:
    other = digest(customers=TableDigest(2, 7), business_users=TableDigest(1, 4), sales=TableDigest(0, 0))
    assert till.run(reads(differing_collections, other)) == ("customers", "business_users")


def test_an_answer_that_comes_after_the_pull_settles_all_the_same(till: Till) -> None:
    rosa = till.new_customer("Rosa")
    (birth,) = next_batch(till)
    till.applies(page(customer_row(rosa, "Rosa", revision=7), head=7))
    assert till.sync_status("customers", rosa) == "pending"
    settle(till, OperationResult(birth.id, OperationStatus.DUPLICATE, revision=7))
    assert till.sync_status("customers", rosa) == "synced"


def test_an_applied_edit_is_not_taken_back_by_an_older_page(till: Till) -> None:
    till.renames(MARKET_CUSTOMER, "Puesto 15")
    (mine,) = next_batch(till)
    settle(till, applied(mine, revision=8))
    till.applies(page(customer_row(MARKET_CUSTOMER, "Puesto 14", revision=3), head=8))
    assert till.shown_name(MARKET_CUSTOMER) == "Puesto 15"
