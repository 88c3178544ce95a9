"""Whatever a broken or hostile till sends, central takes an operation whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.protocol.words import OperationStatus, PushAnswer
from avileo_pos.server.errors import Refused
from tests.postgres import TestPostgres
from tests.server.sync_central import TestCentral, Till, Values, new_id, open_business, running_central
from tests.server.test_derived import require_sound

STORED: Final = {OperationStatus.APPLIED, OperationStatus.CONFLICT, OperationStatus.DUPLICATE}
PARTS: Final = {
    "sales": ("sale_items", "sale_payments", "inventory_movements"),
    "abonos": ("abono_payments",),
}
ODD: Final = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["", "\0", "NaN", "1_000", "2026-02-30", "2026-13-01T00:00:00.000000Z", "'; DROP TABLE sales; --"]),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
    st.builds(new_id),
)


@pytest.fixture(scope="module")
def shared_central(postgres: TestPostgres) -> Iterator[TestCentral]:
    """One database for all examples; each opens a business of its own in it."""
    with running_central(postgres) as running:
        yield running


def a_days_operations(ana: Till) -> list[Values]:
    product, customer, session = ana.product(), ana.customer(), ana.cash_session()
    sale = ana.sale([product["entity_id"]], customer["entity_id"], paid=0, cash_session_id=session["entity_id"])
    abono = ana.abono(customer["entity_id"], 500)
    edit = ana.patch("customers", customer["entity_id"], name=("Casera Rosa", "Rosita"))
    return [product, customer, session, sale, abono, edit, ana.void(ana.sale([product["entity_id"]])), ana.void(abono)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_an_operation_with_garbage_in_it_is_stored_whole_or_not_at_all(
    shared_central: TestCentral, data: st.DataObject
) -> None:
    central = open_business(shared_central.database, shared_central.owner, {"Ana": BusinessUserRole.ADMIN_NEGOCIO})
    operations = a_days_operations(central.ana)
    for spoilt in data.draw(st.lists(st.sampled_from(operations), min_size=1, max_size=4)):
        _spoil(spoilt, data)
    body = central.ana.body(operations)
    answer = _push(central, body)
    if isinstance(answer, Refused):
        assert (answer.status, _receipts(central)) == (400, 0)
        return
    require_sound(central)
    _require_whole(central, operations, [result.status for result in answer.results])
    again = central.ana.push_body(body)
    assert [_standing(result.status) for result in again.results] == [
        _standing(result.status) for result in answer.results
    ]


def _push(central: TestCentral, body: bytes) -> PushAnswer | Refused:
    try:
        return central.ana.push_body(body)
    except Refused as trouble:
        return trouble


def _receipts(central: TestCentral) -> int:
    return int(central.value("SELECT count(*) FROM sync_operations WHERE business_id = %(business)s"))


def _spoil(operation: Values, data: st.DataObject) -> None:
    """Put something odd in some place of the operation, or take the place away."""
    place: Any = operation
    while True:
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if isinstance(place[key], dict | list) and place[key] and data.draw(st.booleans()):
            place = place[key]
            continue
        if isinstance(place, dict) and data.draw(st.booleans()):
            place[data.draw(st.sampled_from([key, "unheard_of"]))] = data.draw(ODD)
        else:
            del place[key]
        return


def _standing(status: OperationStatus) -> str:
    """What an operation has come to, whether it is told for the first time or again."""
    return "stored" if status in STORED else str(status)


def _require_whole(central: TestCentral, operations: list[Values], statuses: list[OperationStatus]) -> None:
    for operation, status in zip(operations, statuses, strict=True):
        name = str(operation.get("collection"))
        if operation.get("operation_type") != "create" or name not in PARTS:
            continue
        found = _rows(central, name, "id", operation.get("entity_id"))
        assert found == (1 if status in STORED else 0)
        for part in PARTS[name]:
            sent = len(operation["data"].get(part) or ()) if status in STORED else 0
            assert _rows(central, part, f"{name.removesuffix('s')}_id", operation.get("entity_id")) == sent


def _rows(central: TestCentral, table: str, column: str, value: object) -> int:
    try:
        row_id = str(UUID(str(value)))
    except ValueError:
        return 0
    asked = f"SELECT count(*) FROM {table} WHERE business_id = %(business)s AND {column} = %(id)s"
    return int(central.value(asked, id=row_id))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 2_000), put=st.binary(max_size=20), at=st.integers(0, 2_000))
def test_bytes_that_were_changed_on_their_way_spoil_what_they_hit_and_nothing_else(
    shared_central: TestCentral, cut: int, put: bytes, at: int
) -> None:
    sound = shared_central.ana.body([shared_central.ana.product(), shared_central.ana.customer()])
    before = _receipts(shared_central)
    answer = _push(shared_central, sound[:at] + put + sound[at + cut :])
    known = answer.results if isinstance(answer, PushAnswer) else []
    answered = {result.id for result in known if result.status not in (OperationStatus.BLOCKED, OperationStatus.RETRY)}
    assert _receipts(shared_central) == before + len(answered)
    require_sound(shared_central)
