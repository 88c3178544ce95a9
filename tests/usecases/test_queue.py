"""«Por revisar»: what a person may do with an operation that central did not take."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest

from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.domain.errors import BusinessRuleBroken, PermissionDenied
from avileo_pos.domain.permissions import Actor
from avileo_pos.protocol import Operation, OperationResult, OperationStatus
from avileo_pos.queries.balance import customer_balance
from avileo_pos.replica.queue import MOST_ATTEMPTS
from avileo_pos.replica.sync_state import adopt_epoch, begin_resync
from avileo_pos.replica.transaction import writes
from avileo_pos.tables.base import instant_text
from avileo_pos.tables.shared import businesses, customers, envases
from avileo_pos.usecases.distribucion import AcceptDistribucion, accept_distribucion
from avileo_pos.usecases.queue import (
    DiscardOperation,
    ResendOperation,
    discard_operation,
    resend_operation,
    retry_once_known,
    retry_operation,
)
from tests.replica.answers import (
    applied,
    blame,
    next_batch,
    only_parked,
    park_all,
    put_off,
    quarantined,
    send_all,
    settle,
)
from tests.replica.till import (
    ANA,
    BUSINESS,
    EPOCH,
    MARKET_CUSTOMER,
    NOON,
    Till,
    balance_row,
    customer_row,
    distribucion_row,
    open_till,
    page,
)


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    """An open till with its catalog, and no furniture."""
    opened = open_till(tmp_path)
    yield opened
    opened.replica.close()


def test_only_a_parked_operation_can_be_retried(till: Till) -> None:
    till.new_customer()
    with pytest.raises(BusinessRuleBroken, match="operation_not_parked"):
        till.does(retry_operation, till.queue()[0]["id"])


def test_what_central_has_not_answered_is_retried_as_the_same_operation(till: Till) -> None:
    till.new_customer()
    (before,) = next_batch(till)
    for _ in range(MOST_ATTEMPTS):
        blame(till, before)
    till.does(retry_operation, before.id)
    assert next_batch(till) == (before,)


def test_what_central_has_refused_is_retried_as_another_that_says_the_same(till: Till) -> None:
    till.new_customer()
    (before,) = next_batch(till)
    settle(till, quarantined(before))
    till.does(retry_operation, before.id)
    (again,) = next_batch(till)
    assert again.id != before.id
    assert msgspec.structs.replace(again, id=before.id, seq=before.seq) == before
    assert [row["last_code"] for row in till.queue()] == ["discarded", None]


def test_what_is_sent_again_counts_once_though_central_has_sent_it_back_meanwhile(till: Till) -> None:
    """As when another till has carried it there."""
    till.applies(page(balance_row(MARKET_CUSTOMER, 2000, revision=5), head=5))
    till.takes_abono()
    park_all(till)
    [abono] = till.rows("SELECT * FROM abonos")
    stored = {**abono, "collection": "abonos", "revision": 50}
    till.applies(page(stored, balance_row(MARKET_CUSTOMER, 1500, revision=51), head=51))
    till.does(retry_operation, only_parked(till))
    assert till.does(customer_balance, MARKET_CUSTOMER) == Decimal("15.00")


@pytest.mark.parametrize("is_refused", [True, False], ids=["its voiding is refused too", "its voiding waits"])
def test_what_is_sent_again_while_all_is_taken_anew_stays_voided_in_every_figure(till: Till, is_refused: bool) -> None:
    till.applies(page(balance_row(MARKET_CUSTOMER, 2000, revision=5), head=5))
    till.voids_abono(till.takes_abono())
    birth, voiding = next_batch(till)
    settle(till, _not_known_here(birth), _not_known_here(voiding) if is_refused else put_off(voiding))
    till.run(writes(begin_resync))
    till.does(retry_once_known)
    assert till.does(customer_balance, MARKET_CUSTOMER) == Decimal("20.00")


def test_an_opening_balance_that_is_refused_while_all_is_taken_anew_counts_once_when_it_is_sent_again(
    till: Till,
) -> None:
    till.applies(page(balance_row(MARKET_CUSTOMER, 2000, revision=5), head=5))
    till.does(lambda work: work.update(customers, MARKET_CUSTOMER, {"opening_balance": Decimal("10.00")}))
    till.run(writes(begin_resync))
    assert till.does(customer_balance, MARKET_CUSTOMER) == Decimal("30.00")
    park_all(till)
    assert till.does(customer_balance, MARKET_CUSTOMER) == Decimal("20.00")
    till.does(retry_operation, only_parked(till))
    assert till.does(customer_balance, MARKET_CUSTOMER) == Decimal("30.00")


def test_what_was_done_to_it_goes_after_a_birth_that_is_sent_again(till: Till) -> None:
    abono = till.takes_abono()
    park_all(till)
    till.voids_abono(abono)
    till.does(retry_operation, only_parked(till))
    (birth,) = next_batch(till)
    settle(till, applied(birth))
    (voiding,) = next_batch(till)
    assert (birth.operation_type, voiding.operation_type) == ("create", "delete")


def test_with_a_birth_that_was_sent_again_in_vain_goes_what_was_done_to_it_since(till: Till) -> None:
    abono = till.takes_abono()
    park_all(till)
    till.voids_abono(abono)
    till.does(retry_operation, only_parked(till))
    park_all(till)
    till.does(discard_operation, DiscardOperation(only_parked(till), "se registró dos veces"))
    assert {(row["status"], row["last_code"]) for row in till.queue()} == {("acked", "discarded")}


def test_a_birth_that_others_need_is_not_discarded_after_it_was_sent_again(till: Till) -> None:
    till.takes_abono(till.new_customer())
    (birth,) = next_batch(till, limit=1)
    settle(till, quarantined(birth))
    till.does(retry_operation, only_parked(till))
    park_all(till)
    with pytest.raises(BusinessRuleBroken, match="operation_needed_by_others"):
        till.does(discard_operation, DiscardOperation(only_parked(till), "no va"))


def test_of_who_is_known_again_no_edit_goes_by_itself_over_what_was_edited_since(till: Till) -> None:
    till.does(lambda work: work.update(customers, MARKET_CUSTOMER, {"phone": "911111111"}))
    till.renames(MARKET_CUSTOMER, "Puesto 15")
    settle(till, *map(_not_known_here, next_batch(till)))
    owner, till.actor = till.actor, Actor(uuid4(), "Beto", BusinessUserRole.ADMIN_NEGOCIO)
    till.renames(MARKET_CUSTOMER, "Puesto 16")
    till.renames(MARKET_CUSTOMER, "Puesto 17")
    send_all(till)
    with till.replica.writing() as db:
        db.exec_driver_sql("UPDATE sync_queue SET data = 'what a disk made of it' WHERE seq = 4")
    till.actor = owner
    till.does(retry_once_known)
    (again,) = next_batch(till)
    assert msgspec.json.decode(again.data) == {"phone": {"was": None, "now": "911111111"}}
    assert till.value("SELECT count(*) FROM sync_queue WHERE status = 'parked'") == 1


def test_of_who_is_known_again_goes_the_acceptance_of_what_was_settled_meanwhile(till: Till) -> None:
    given = uuid4()
    till.applies(page(distribucion_row(given, revision=8), head=8))
    till.does(accept_distribucion, AcceptDistribucion(given))
    (sent,) = next_batch(till)
    settle(till, OperationResult(sent.id, OperationStatus.QUARANTINED, code="unknown_actor"))
    settled = {"estado": "cerrado", "closed_at": instant_text(NOON), "closed_by": str(ANA)}
    till.applies(page(distribucion_row(given, revision=9, **settled), head=9))
    till.does(retry_once_known)
    assert [again.data for again in next_batch(till)] == [sent.data]
    assert till.value("SELECT estado FROM distribuciones") == "cerrado"


def test_a_discarded_fact_leaves_the_till_and_stays_in_the_log(till: Till) -> None:
    till.takes_abono()
    park_all(till)
    till.does(discard_operation, DiscardOperation(only_parked(till), "se registró dos veces"))
    assert till.value("SELECT count(*) FROM abonos") == 0
    assert till.value("SELECT count(*) FROM abono_payments") == 0
    (row,) = till.queue()
    assert (row["status"], row["last_code"], row["last_error"]) == ("acked", "discarded", "Ana: se registró dos veces")


def test_a_birth_that_was_put_right_waits_for_no_edit_that_waits_for_it(till: Till) -> None:
    """Both were refused, and wait again at a central of another epoch."""
    till.run(writes(adopt_epoch, BUSINESS, EPOCH))
    till.renames(till.new_customer("Rosa"), "Rosa Quispe")
    park_all(till)
    birth = UUID(till.value("SELECT id FROM sync_queue WHERE operation_type = 'create'"))
    till.does(resend_operation, ResendOperation(birth, {"dni": "12345678"}))
    send_all(till)
    till.run(writes(adopt_epoch, BUSINESS, "second"))
    for going in ("create", "update"):
        [operation] = next_batch(till)
        assert operation.operation_type == going
        settle(till, applied(operation))


def test_a_discarded_operation_is_never_sent_again(till: Till) -> None:
    till.takes_abono()
    park_all(till)
    till.does(discard_operation, DiscardOperation(only_parked(till), "se registró dos veces"))
    till.run(writes(adopt_epoch, BUSINESS, EPOCH))
    till.run(writes(adopt_epoch, BUSINESS, "second"))
    assert next_batch(till) == ()


def test_a_discarded_voiding_lets_the_fact_stand(till: Till) -> None:
    abono = till.takes_abono()
    send_all(till)
    till.voids_abono(abono)
    park_all(till)
    assert till.value("SELECT voided_at IS NOT NULL FROM abonos") == 1
    till.does(discard_operation, DiscardOperation(only_parked(till), "sí pagó"))
    assert till.value("SELECT voided_at FROM abonos") is None
    assert till.sync_status("abonos", abono) == "synced"


def test_a_voiding_that_was_sent_again_and_is_discarded_after_all_lets_the_fact_stand(till: Till) -> None:
    abono = till.takes_abono()
    send_all(till)
    till.run(writes(lambda db: db.exec_driver_sql("UPDATE abonos SET revision = 3")))
    till.voids_abono(abono)
    park_all(till)
    till.does(retry_operation, only_parked(till))
    park_all(till)
    till.does(discard_operation, DiscardOperation(only_parked(till), "sí pagó"))
    assert till.value("SELECT voided_at FROM abonos") is None


def test_of_two_voidings_that_of_central_is_shown(till: Till) -> None:
    """Also after the own one was answered, which brings the row no more."""
    till.takes_abono()
    send_all(till)
    [abono] = till.rows("SELECT * FROM abonos")
    till.voids_abono(UUID(abono["id"]))
    (own,) = next_batch(till)
    settle(till, put_off(own, OperationStatus.BLOCKED))
    voided = {"voided_at": "2026-03-14T09:00:00.000000Z", "voided_by": str(ANA), "void_reason": "la otra"}
    till.applies(page({**abono, **voided, "collection": "abonos", "revision": 50}, head=50))
    assert till.value("SELECT void_reason FROM abonos") == "la otra"
    settle(till, applied(own, revision=50))
    assert till.value("SELECT void_reason FROM abonos") == "la otra"


def test_a_voiding_is_discarded_where_that_of_central_names_a_drawer_out_of_view(till: Till) -> None:
    """An admin has voided the seller's abono from a drawer of their own, which this till does not show."""
    till.takes_abono()
    send_all(till)
    [abono] = till.rows("SELECT * FROM abonos")
    till.voids_abono(UUID(abono["id"]))
    park_all(till)
    by_ana = {"voided_at": "2026-03-14T09:00:00.000000Z", "voided_by": str(ANA), "void_reason": "la otra"}
    voided = {**by_ana, "void_cash_session_id": str(uuid4())}
    till.applies(page({**abono, **voided, "collection": "abonos", "revision": 50}, head=50))
    till.does(discard_operation, DiscardOperation(only_parked(till), "ya estaba anulado"))
    assert till.rows("SELECT * FROM abonos") == [{**abono, **voided, "revision": 50}]


def test_a_discarded_edit_of_the_business_lets_it_be_what_central_says(till: Till) -> None:
    named = till.value("SELECT name FROM businesses")
    till.does(lambda work, name: work.update(businesses, BUSINESS, {"name": name}), "Otra avícola")
    park_all(till)
    till.does(discard_operation, DiscardOperation(only_parked(till), "no era esta"))
    assert till.value("SELECT name FROM businesses") == named


def test_discarding_needs_an_admin_and_a_reason(till: Till) -> None:
    till.takes_abono()
    park_all(till)
    with pytest.raises(BusinessRuleBroken, match="reason_required"):
        till.does(discard_operation, DiscardOperation(only_parked(till), "  "))
    till.actor = Actor(ANA, "Ana", BusinessUserRole.VENDEDOR)
    with pytest.raises(PermissionDenied):
        till.does(discard_operation, DiscardOperation(only_parked(till), "no va"))


def test_an_operation_that_others_need_is_not_discarded(till: Till) -> None:
    till.takes_abono(till.new_customer())
    (birth,) = next_batch(till, limit=1)
    settle(till, quarantined(birth))
    with pytest.raises(BusinessRuleBroken, match="operation_needed_by_others"):
        till.does(discard_operation, DiscardOperation(only_parked(till), "no va"))


def test_with_a_birth_that_central_never_had_goes_what_was_done_to_it_since(till: Till) -> None:
    """After a backup was put back, central lets such a voiding wait for weeks: it is not parked, but goes nowhere."""
    abono = till.takes_abono()
    park_all(till)
    birth = only_parked(till)
    till.voids_abono(abono)
    (voiding,) = next_batch(till)
    settle(till, put_off(voiding, OperationStatus.BLOCKED))
    till.does(discard_operation, DiscardOperation(birth, "se registró dos veces"))
    assert till.value("SELECT count(*) FROM abonos") == 0
    assert [(row["status"], row["last_code"]) for row in till.queue()] == [("acked", "discarded")] * 2
    assert next_batch(till) == ()


def test_of_a_customer_whom_central_stands_in_for_the_edits_go_on(till: Till) -> None:
    customer = till.new_customer("Rosa")
    park_all(till)
    birth = only_parked(till)
    till.applies(page(customer_row(customer, "Cliente por revisar", revision=7), head=7))
    till.renames(customer, "Rosa Quispe")
    (edit,) = next_batch(till)
    settle(till, applied(edit, revision=8))
    till.does(discard_operation, DiscardOperation(birth, "no va"))
    assert till.shown_name(customer) == "Rosa Quispe"


def test_what_another_version_of_the_program_has_queued_can_be_sent_again_and_discarded(till: Till) -> None:
    till.takes_abono()
    with till.replica.writing() as db:
        db.exec_driver_sql("UPDATE sync_queue SET collection = 'bonos', status = 'parked'")
    operation = only_parked(till)
    with pytest.raises(BusinessRuleBroken, match="operation_not_editable"):
        till.does(resend_operation, ResendOperation(operation, {"name": "Rosa"}))
    till.does(retry_operation, operation)
    park_all(till)
    till.does(discard_operation, DiscardOperation(operation, "no va"))
    assert till.value("SELECT last_code FROM sync_queue") == "discarded"


def test_a_discarded_customer_whom_a_stored_abono_names_stays_until_central_sends_its_own(till: Till) -> None:
    customer = till.new_customer("Rosa")
    till.takes_abono(customer)
    birth, abono = next_batch(till)
    settle(till, quarantined(birth), applied(abono))
    till.does(discard_operation, DiscardOperation(only_parked(till), "no va"))
    assert till.shown_name(customer) == "Rosa"
    till.applies(page(customer_row(customer, "Cliente por revisar", revision=101), head=101))
    assert till.shown_name(customer) == "Cliente por revisar"


def test_a_corrected_card_goes_as_a_new_operation(till: Till) -> None:
    customer = till.new_customer("Rosa")
    park_all(till)
    old = only_parked(till)
    till.does(resend_operation, ResendOperation(old, {"name": "Rosa Quispe"}))
    (sent,) = next_batch(till)
    assert sent.id != str(old)
    assert (sent.operation_type, sent.entity_id) == ("create", str(customer))
    assert msgspec.json.decode(sent.data)["name"] == till.shown_name(customer) == "Rosa Quispe"


def test_a_corrected_birth_tells_also_what_was_edited_since_and_could_not_go_without_it(till: Till) -> None:
    customer = till.new_customer("Rosa")
    park_all(till)
    till.renames(customer, "Juana")
    settle(till, *(put_off(edit, OperationStatus.BLOCKED) for edit in next_batch(till)))
    till.does(resend_operation, ResendOperation(only_parked(till), {"dni": "12345678"}))
    till.clock.advance(minutes=10)
    (sent,) = next_batch(till)
    stated = msgspec.json.decode(sent.data)
    assert (sent.operation_type, sent.depends_on) == ("create", ())
    assert (stated["name"], stated["dni"]) == (till.shown_name(customer), "12345678") == ("Juana", "12345678")


def test_a_corrected_card_says_what_was_written_here_and_not_on_its_stand_in(till: Till) -> None:
    customer = till.new_customer("Rosa")
    park_all(till)
    till.applies(page(customer_row(customer, "Cliente por revisar", revision=7, phone="000"), head=7))
    till.does(resend_operation, ResendOperation(only_parked(till), {"dni": "12345678"}))
    (sent,) = next_batch(till)
    stated = msgspec.json.decode(sent.data)
    assert (sent.operation_type, sent.entity_id) == ("create", str(customer))
    assert (stated["name"], stated.get("phone"), stated["dni"]) == ("Rosa", None, "12345678")
    assert till.shown_name(customer) == "Rosa"
    settle(till, applied(sent, revision=8))
    assert till.shown_name(customer) == "Rosa"


def test_a_corrected_card_that_is_discarded_after_all_is_what_central_says(till: Till) -> None:
    customer = till.new_customer("Rosa")
    park_all(till)
    till.applies(page(customer_row(customer, "Cliente por revisar", revision=7), head=7))
    till.does(resend_operation, ResendOperation(only_parked(till), {"name": "Rosa Quispe"}))
    assert till.shown_name(customer) == "Rosa Quispe"
    park_all(till)
    till.does(discard_operation, DiscardOperation(only_parked(till), "no va"))
    assert till.shown_name(customer) == "Cliente por revisar"
    assert till.value("SELECT count(*) FROM sync_bases") == 0


def test_a_discarded_card_that_central_stands_in_for_is_what_central_says(till: Till) -> None:
    customer = till.new_customer("Rosa")
    park_all(till)
    till.applies(page(customer_row(customer, "Cliente por revisar", revision=7), head=7))
    till.does(discard_operation, DiscardOperation(only_parked(till), "no va"))
    assert till.shown_name(customer) == "Cliente por revisar"


def test_a_corrected_edit_goes_as_a_new_operation(till: Till) -> None:
    till.does(lambda work: work.update(customers, MARKET_CUSTOMER, {"name": "Puesto 15", "dni": "12"}))
    park_all(till)
    till.does(resend_operation, ResendOperation(only_parked(till), {"dni": "12345678"}))
    (sent,) = next_batch(till)
    assert msgspec.json.decode(sent.data) == {
        "name": {"was": "Puesto 14", "now": "Puesto 15"},
        "dni": {"was": None, "now": "12345678"},
    }
    assert till.sync_status("customers", MARKET_CUSTOMER) == "pending"


def test_what_the_form_of_a_card_would_not_take_is_not_sent_and_stays_parked(till: Till) -> None:
    till.new_customer("Rosa")
    park_all(till)
    operation = only_parked(till)
    for changes, said in (
        ({"name": " "}, "name_required"),
        ({"dni": "12"}, "not_a_dni"),
        ({"phone": "12"}, "not_a_mobile"),
        ({"credit_limit": Decimal(-1)}, "credit_limit_negative"),
        ({"opening_balance": Decimal("1.001")}, "too_many_decimals"),
    ):
        with pytest.raises(BusinessRuleBroken, match=said):
            till.does(resend_operation, ResendOperation(operation, changes))
    assert only_parked(till) == operation


def test_a_corrected_card_is_written_as_its_form_writes_it(till: Till) -> None:
    till.new_customer("Rosa")
    park_all(till)
    till.does(resend_operation, ResendOperation(only_parked(till), {"name": " Rosa  Quispe ", "phone": "987 654 321"}))
    (sent,) = next_batch(till)
    stated = msgspec.json.decode(sent.data)
    assert (stated["name"], stated["phone"]) == ("Rosa Quispe", "987654321")


def test_a_container_is_corrected_by_its_rules(till: Till) -> None:
    envase = _new_envase(till)
    park_all(till)
    for changes, said in (({"tara": Decimal(-1)}, "tare_negative"), ({"name": None}, "name_required")):
        with pytest.raises(BusinessRuleBroken, match=said):
            till.does(resend_operation, ResendOperation(only_parked(till), changes))
    till.does(resend_operation, ResendOperation(only_parked(till), {"tara": Decimal("1.8")}))
    assert till.value("SELECT tara FROM envases WHERE id = ?", str(envase)) == 1800


def test_a_fact_cannot_be_edited(till: Till) -> None:
    till.takes_abono()
    park_all(till)
    with pytest.raises(BusinessRuleBroken, match="operation_not_editable"):
        till.does(resend_operation, ResendOperation(only_parked(till), {"amount": 1}))


def _new_envase(till: Till) -> UUID:
    envase = uuid4()
    stamps = {"created_at": till.clock(), "updated_at": till.clock()}
    row = {"id": envase, "name": "Jaba", "tara": Decimal("2.000"), "is_active": True, **stamps}
    till.does(lambda work: work.create(envases, row))
    return envase


def _not_known_here(operation: Operation) -> OperationResult:
    return OperationResult(operation.id, OperationStatus.QUARANTINED, code="unknown_actor")
