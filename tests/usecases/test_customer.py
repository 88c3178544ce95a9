"""Writing customers down and changing their cards."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import msgspec
import pytest

from avileo_pos.domain.errors import BusinessRuleBroken, PermissionDenied
from avileo_pos.queries.customer import customer_card
from avileo_pos.usecases.customer import (
    CreateCustomer,
    CustomerDetails,
    EditCustomer,
    create_customer,
    edit_customer,
)
from tests.desktop.shop import PEPA, customer_id
from tests.till import Till

LUIS = customer_id("Luis Cárdenas")
JULIA = CustomerDetails("  Doña   Julia ", dni="44556677", phone="+51 999-888-777")
AS_HE_IS = EditCustomer(LUIS, CustomerDetails("Luis Cárdenas", "Lucho", "09876543"), Decimal("0.00"), None)


def test_a_seller_writes_a_customer_down_in_normal_form(till: Till) -> None:
    card = till.do(create_customer, CreateCustomer(uuid4(), JULIA))
    assert card.figures.name == "Doña Julia"
    assert (card.figures.dni, card.figures.phone) == ("44556677", "999888777")
    assert (card.figures.balance, card.address) == (Decimal("0.00"), None)


def test_pressing_twice_writes_one_card(till: Till) -> None:
    request = CreateCustomer(uuid4(), JULIA)
    assert till.do(create_customer, request) == till.do(create_customer, request)
    assert len(till.rows("SELECT id FROM sync_queue")) == 1


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"name": " "}, "name_required"),
        ({"dni": "1234"}, "not_a_dni"),
        ({"phone": "01 4455"}, "not_a_mobile"),
        ({"dni": "41256378"}, "dni_of_another"),
    ],
)
def test_what_cannot_be_right_is_said_beside_the_field(till: Till, wrong: dict[str, str], code: str) -> None:
    with pytest.raises(BusinessRuleBroken, match=code):
        till.do(create_customer, CreateCustomer(uuid4(), replace(JULIA, **wrong)))


def test_a_limit_and_an_opening_balance_are_the_admins(till: Till) -> None:
    owes = CreateCustomer(uuid4(), JULIA, opening_balance=Decimal("5.00"))
    limited = CreateCustomer(uuid4(), replace(JULIA, dni=""), credit_limit=Decimal("0.00"))
    for request in (owes, limited):
        with pytest.raises(PermissionDenied):
            till.do(create_customer, request)
        till.do(create_customer, request, by=PEPA)


def test_a_limit_below_zero_is_none(till: Till) -> None:
    with pytest.raises(BusinessRuleBroken, match="credit_limit_negative"):
        till.do(edit_customer, replace(AS_HE_IS, credit_limit=Decimal("-1.00")), by=PEPA)


def test_an_edit_tells_central_only_what_changed(till: Till) -> None:
    till.do(edit_customer, replace(AS_HE_IS, details=replace(AS_HE_IS.details, address="Jr. Lima 123")))
    [edit] = till.rows("SELECT data FROM sync_queue")
    assert msgspec.json.decode(edit["data"]) == {"address": {"was": None, "now": "Jr. Lima 123"}}


def test_what_came_in_while_the_card_was_edited_stays(till: Till) -> None:
    shown = till.ask(customer_card, LUIS)
    till.do(edit_customer, replace(AS_HE_IS, opening_balance=Decimal("500.00")), by=PEPA)
    renamed = replace(AS_HE_IS, details=replace(AS_HE_IS.details, name="Luis Cárdenas Q."), shown=shown)
    card = till.do(edit_customer, renamed)
    assert (card.figures.name, card.opening_balance) == ("Luis Cárdenas Q.", Decimal("500.00"))


def test_what_another_has_changed_meanwhile_is_not_changed_unseen(till: Till) -> None:
    shown = till.ask(customer_card, LUIS)
    till.do(edit_customer, replace(AS_HE_IS, opening_balance=Decimal("500.00")), by=PEPA)
    with pytest.raises(BusinessRuleBroken, match="changed_meanwhile"):
        till.do(edit_customer, replace(AS_HE_IS, opening_balance=Decimal("80.00"), shown=shown), by=PEPA)
    same = till.do(edit_customer, replace(AS_HE_IS, opening_balance=Decimal("500.00"), shown=shown), by=PEPA)
    assert same.opening_balance == Decimal("500.00")


def test_what_another_system_wrote_on_a_card_does_not_keep_it_from_being_edited(till: Till) -> None:
    of_juana = "41256378"
    with till.replica.writing() as db:
        db.exec_driver_sql("UPDATE customers SET phone = '01 345-6789', dni = ? WHERE id = ?", (of_juana, str(LUIS)))
    details = replace(AS_HE_IS.details, phone="01 345-6789", dni=of_juana, address="Jr. Lima 123")
    card = till.do(edit_customer, replace(AS_HE_IS, details=details))
    assert (card.address, card.figures.phone) == ("Jr. Lima 123", "01 345-6789")
    with pytest.raises(BusinessRuleBroken, match="not_a_mobile"):
        till.do(edit_customer, replace(AS_HE_IS, details=replace(details, phone="01 345-6780")))


def test_an_edit_that_changes_nothing_sends_nothing(till: Till) -> None:
    till.do(edit_customer, AS_HE_IS)
    assert till.rows("SELECT id FROM sync_queue") == []


def test_a_seller_may_not_deactivate_and_the_admin_may(till: Till) -> None:
    gone = replace(AS_HE_IS, is_active=False)
    with pytest.raises(PermissionDenied):
        till.do(edit_customer, gone)
    assert not till.do(edit_customer, gone, by=PEPA).figures.is_active


def test_ones_own_dni_is_not_anothers(till: Till) -> None:
    assert till.do(edit_customer, AS_HE_IS).figures.dni == "09876543"
