"""What of a parked operation can be put right, and what is left alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from avileo_pos.queries.correction import FieldKind, StatedField, stated_fields
from avileo_pos.tables.shared import businesses, customers
from tests.replica.answers import next_batch, only_parked, park_all, put_off, settle
from tests.replica.till import BUSINESS, MARKET_CUSTOMER, Till, customer_row, open_till, page


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    """An open till with its catalog, and no furniture."""
    opened = open_till(tmp_path)
    yield opened
    opened.replica.close()


def test_a_birth_is_stated_as_the_card_is_shown(till: Till) -> None:
    customer = till.new_customer("Rosa")
    park_all(till)
    till.renames(customer, "Juana")
    settle(till, *map(put_off, next_batch(till)))
    fields = stated(till)
    assert fields["name"] == StatedField("name", FieldKind.TEXT, "Juana", is_required=True, limit=255)
    assert fields["opening_balance"].value == Decimal("0.00")
    assert fields["is_active"] == StatedField("is_active", FieldKind.YES_NO, True, is_required=True)
    assert (fields["dni"].value, fields["dni"].is_required) == (None, False)


def test_what_central_made_up_for_a_birth_is_not_what_it_states(till: Till) -> None:
    customer = till.new_customer("Rosa")
    park_all(till)
    till.applies(page(customer_row(customer, "Cliente por revisar", revision=7, phone="000"), head=7))
    assert (stated(till)["name"].value, stated(till)["phone"].value) == ("Rosa", None)


def test_an_edit_states_what_it_changes(till: Till) -> None:
    edits(till, {"credit_limit": Decimal("50.00")})
    limit = Decimal("9999999999.99")
    assert stated(till) == {
        "credit_limit": StatedField("credit_limit", FieldKind.MONEY, Decimal("50.00"), is_required=False, limit=limit)
    }


def test_a_value_that_cannot_be_read_is_asked_anew(till: Till) -> None:
    edits(till, {"credit_limit": Decimal("50.00"), "name": "Rosa"})
    rewrite(till, {"credit_limit": {"was": None, "now": "fifty"}, "name": {"was": None, "now": 7}})
    assert {column: field.value for column, field in stated(till).items()} == {"name": None, "credit_limit": None}


def test_nothing_is_put_right_with_what_goes_along_unread(till: Till) -> None:
    edits(till, {"name": "Rosa"})
    rewrite(till, {"name": {"was": None, "now": "Rosa"}, "sign_of_the_zodiac": {"was": None, "now": "Leo"}})
    assert stated(till) == {}


@pytest.mark.parametrize("data", ["what a disk made of it", "7", '{"name": "Rosa"}'])
def test_what_a_disk_made_of_an_edit_is_left_alone(till: Till, data: str) -> None:
    edits(till, {"name": "Rosa"})
    store(till, data)
    assert stated(till) == {}


def test_a_birth_whose_card_is_gone_is_left_alone(till: Till) -> None:
    customer = till.new_customer("Rosa")
    park_all(till)
    with till.replica.writing() as db:
        db.exec_driver_sql("DELETE FROM customers WHERE id = ?", (str(customer),))
    assert stated(till) == {}


def test_a_fact_and_what_nobody_types_at_a_till_are_left_alone(till: Till) -> None:
    till.takes_abono()
    park_all(till)
    assert stated(till) == {}


def test_the_business_is_put_right_at_central(till: Till) -> None:
    till.does(lambda work: work.update(businesses, BUSINESS, {"name": "Otra avícola"}))
    park_all(till)
    assert stated(till) == {}


def test_what_waits_for_its_turn_is_left_alone(till: Till) -> None:
    till.new_customer("Rosa")
    assert till.does(stated_fields, UUID(till.queue()[0]["id"])) == ()


# --- Hands and eyes --------------------------------------------------------------------------------------------------


def edits(till: Till, changes: Mapping[str, Any]) -> None:
    till.does(lambda work: work.update(customers, MARKET_CUSTOMER, changes))
    park_all(till)


def rewrite(till: Till, data: Mapping[str, Any]) -> None:
    store(till, msgspec.json.encode(data).decode())


def store(till: Till, data: str) -> None:
    with till.replica.writing() as db:
        db.exec_driver_sql("UPDATE sync_queue SET data = ?", (data,))


def stated(till: Till) -> dict[str, StatedField]:
    return {field.column: field for field in till.does(stated_fields, only_parked(till))}
