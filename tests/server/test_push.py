"""Push: whatever arrives once or often, whole or spoilt, has one effect and one answer."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest

from avileo_pos.domain.enums import BusinessUserRole, MovementKind
from avileo_pos.domain.stock import movement_of_line
from avileo_pos.protocol.words import ALREADY_SO, Conflict
from avileo_pos.server.business.membership import NotAMember
from avileo_pos.server.errors import ResyncNeeded
from avileo_pos.server.postgres.epoch import restored
from avileo_pos.server.postgres.revisions import JUMP, AuditChain
from avileo_pos.server.push.apply_push import apply_push
from avileo_pos.server.push.parse_push import MOST_OPERATIONS, BrokenEnvelope, TooMuchAtOnce, parse_push
from avileo_pos.tables.base import instant_text
from tests.server.sync_central import NOW, TestCentral, Values, new_id, open_business, stored
from tests.server.test_pull import Copy, digest_of, pull_all, told_digest

# --- Once or often ---------------------------------------------------------------------------------------------------


def test_a_repeated_push_is_harmless(central: TestCentral, pollo: str, rosa: str) -> None:
    body = central.beto.body([central.beto.sale([pollo], rosa, paid=0), central.beto.abono(rosa, 500)])
    first, second = central.beto.push_body(body), central.beto.push_body(body)
    assert [result.status for result in first.results] == ["applied", "applied"]
    assert [result.status for result in second.results] == ["duplicate", "duplicate"]
    assert [result.revision for result in second.results] == [result.revision for result in first.results]
    assert second.head == first.head
    assert _balance(central, rosa) == 2125 - 500
    assert _count(central, "sales") == _count(central, "sale_items") == 1


def test_an_operation_that_comes_twice_in_one_request_has_one_effect(central: TestCentral, pollo: str) -> None:
    sale = central.beto.sale([pollo])
    assert central.beto.statuses(sale, sale) == ["applied", "applied"]
    assert _stock(central, pollo) == -2500


def test_a_fact_under_a_new_operation_id_is_a_duplicate(central: TestCentral, pollo: str, rosa: str) -> None:
    sale = central.beto.sale([pollo], rosa, paid=0)
    again = sale | {"id": new_id(), "seq": 99}
    together = central.beto.results(sale, again)
    assert [result.status for result in together] == ["applied", "duplicate"]
    later = central.beto.results(sale | {"id": new_id(), "seq": 100})
    assert [result.status for result in later] == ["duplicate"]
    assert later[0].revision == together[0].revision
    assert [result.code for result in (*together, *later)] == [None, ALREADY_SO, ALREADY_SO]
    again_known = central.beto.results(sale | {"id": later[0].id, "seq": 100})
    assert [result.code for result in again_known] == [ALREADY_SO], "it is answered as before"
    assert _balance(central, rosa) == 2125
    assert _stock(central, pollo) == -2500


def test_other_content_under_a_known_id_is_kept_beside_the_first(central: TestCentral, pollo: str) -> None:
    sale, other = central.beto.sale([pollo]), central.beto.sale([pollo])
    impostor = other | {"id": sale["id"]}
    central.beto.push(sale)
    for _ in range(2):
        result = central.beto.results(impostor)[0]
        assert (result.id, result.status, result.code) == (sale["id"], "quarantined", "same_id_other_content")
    assert central.beto.statuses(sale) == ["duplicate"]
    kept = central.rows("SELECT status, raw FROM sync_operations WHERE entity_id = %(id)s", id=other["entity_id"])
    assert [status for status, _ in kept] == ["quarantined"]
    assert other["data"]["receipt_number"] in kept[0][1]
    assert _count(central, "sales") == 1


def test_two_contents_under_one_id_in_one_request_leave_the_first(central: TestCentral, pollo: str) -> None:
    sale = central.beto.sale([pollo])
    results = central.beto.results(sale, central.beto.sale([pollo]) | {"id": sale["id"]})
    assert [(result.status, result.code) for result in results] == [
        ("applied", None),
        ("quarantined", "same_id_other_content"),
    ]


# --- Order and spoilt operations -------------------------------------------------------------------------------------


def test_an_operation_waits_for_what_it_depends_on(central: TestCentral, pollo: str) -> None:
    customer = central.beto.customer()
    sale = central.beto.sale([pollo], customer["entity_id"], paid=0) | {"depends_on": [customer["id"]]}
    void = central.beto.void(sale) | {"depends_on": [sale["id"]]}
    assert central.beto.statuses(sale, void) == ["blocked", "blocked"]
    assert _count(central, "sales") == 0
    assert central.beto.statuses(customer, sale, void) == ["applied"] * 3


def test_one_poisoned_operation_among_many_delays_only_itself(central: TestCentral, pollo: str, rosa: str) -> None:
    sales = [central.beto.sale([pollo], rosa, paid=0) for _ in range(120)]
    sales[70]["data"]["balance_due"] += 1
    results = central.beto.results(*sales)
    assert [place for place, result in enumerate(results) if result.status != "applied"] == [70]
    assert (results[70].status, results[70].code) == ("quarantined", "rule_broken")
    assert "balance_due_adds_up" in str(results[70].message)
    assert _balance(central, rosa) == 119 * 2125
    assert _stock(central, pollo) == -119 * 2500
    assert central.beto.results(sales[70]) == [results[70]]
    assert sales[70]["id"] in central.value("SELECT raw FROM sync_operations WHERE status = 'quarantined'")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        ({"data": {}}, "unparseable"),
        ({"collection": "inventory"}, "not_creatable"),
        ({"collection": "gallinas"}, "unknown_collection"),
        ({"operation_type": "upsert"}, "unknown_operation_type"),
        ({"operation_type": "update"}, "not_editable"),
        ({"actor_id": new_id()}, "unknown_actor"),
        ({"seq": "one"}, "unparseable"),
        ({"created_at": "ayer"}, "unparseable"),
        ({"entity_id": "A1"}, "unparseable"),
    ],
)
def test_a_spoilt_operation_is_kept_and_answered(central: TestCentral, pollo: str, spoil: Values, code: str) -> None:
    spoilt, sound = central.beto.sale([pollo]) | spoil, central.beto.sale([pollo])
    results = central.beto.results(spoilt, sound)
    assert [(result.status, result.code) for result in results] == [("quarantined", code), ("applied", None)]
    assert central.beto.results(spoilt) == [results[0]]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("receipt_number", "A1\0"),
        ("receipt_number", "A" * 21),
        ("total_amount", 10**12),
        ("total_amount", 12.5),
        ("total_amount", True),
        ("sale_type", "regalo"),
        ("client_id", "Rosa"),
        ("business_date", "2026-02-31"),
        ("sale_date", "2026-11-22T25:00:00.000000Z"),
        ("sale_items", [{"id": "x"}]),
    ],
)
def test_a_value_that_cannot_be_stored_spoils_its_own_operation(
    central: TestCentral, pollo: str, name: str, value: Any
) -> None:
    results = central.beto.statuses(central.beto.sale([pollo], **{name: value}), central.beto.sale([pollo]))
    assert results == ["quarantined", "applied"]


@pytest.mark.parametrize(
    ("sound", "hostile"),
    [
        (b'"delete"', b'"a\\u0000b"'),
        (b'"sales"', b'"a\\u0000b"'),
        (b"se equivoc", b"se \\u0000 equivoc"),
        (b"se equivoc", b"se \xff equivoc"),
    ],
)
def test_bytes_that_no_till_sends_are_kept_and_hurt_nothing(
    central: TestCentral, pollo: str, sound: bytes, hostile: bytes
) -> None:
    sale = central.beto.sale([pollo])
    central.beto.push(sale)
    body = central.beto.body([central.beto.void(sale)])
    spoilt = body.replace(sound, hostile)
    assert spoilt != body
    results = central.beto.push_body(spoilt).results
    assert [result.status for result in results] == ["quarantined"]
    assert central.beto.push_body(spoilt).results == results


@pytest.mark.parametrize("hostile", [b"\0", rb"\ud800", rb"\udc00\ud800", rb"\ud800\ud800"])
def test_a_text_that_is_no_json_breaks_the_request(central: TestCentral, hostile: bytes) -> None:
    with pytest.raises(BrokenEnvelope):
        parse_push(central.beto.body([central.beto.customer("Rosa")]).replace(b"Rosa", hostile))


def test_a_backslash_before_a_u_is_an_ordinary_text(central: TestCentral) -> None:
    customer = central.beto.customer(r"Rosa \u0000")
    assert central.beto.statuses(customer) == ["applied"]
    assert central.value("SELECT name FROM customers") == r"Rosa \u0000"


def test_a_till_that_is_newer_than_central_waits(central: TestCentral, pollo: str) -> None:
    assert central.beto.statuses(central.beto.sale([pollo]) | {"schema": 2}) == ["retry"]
    assert _count(central, "sync_operations") == 1  # the product's


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"operations": [1]}'])
def test_a_broken_request_is_refused_as_a_whole(body: bytes) -> None:
    with pytest.raises(BrokenEnvelope):
        parse_push(body)


def test_an_operation_without_an_id_breaks_the_request(central: TestCentral, pollo: str) -> None:
    with pytest.raises(BrokenEnvelope):
        parse_push(central.beto.body([central.beto.sale([pollo]) | {"id": None}]))
    with pytest.raises(BrokenEnvelope):
        parse_push(central.beto.body([], client_time="2026-13-45T00:00:00.000000Z"))


def test_more_operations_than_central_takes_are_refused(central: TestCentral) -> None:
    with pytest.raises(TooMuchAtOnce):
        parse_push(central.beto.body([{}] * (MOST_OPERATIONS + 1)))


def test_what_a_till_says_of_derived_figures_and_authors_is_ignored(central: TestCentral, pollo: str) -> None:
    told: Values = {"revision": 10**6, "needs_review": 1, "voided_at": instant_text(NOW)}
    told["seller_id"] = central.members["Ana"]
    assert central.beto.statuses(central.beto.sale([pollo], **told)) == ["applied"]
    found = central.rows("SELECT seller_id::text, voided_at, needs_review, revision FROM sales")[0]
    assert found[:3] == (central.members["Beto"], None, False)
    assert found[3] < 100


# --- Parents that are missing ----------------------------------------------------------------------------------------


def test_a_sale_whose_customer_is_quarantined_gets_a_stand_in(central: TestCentral, pollo: str) -> None:
    customer = central.beto.customer(opening_balance=100_000)
    sale = central.beto.sale([pollo], customer["entity_id"], paid=0) | {"depends_on": [customer["id"]]}
    assert central.beto.statuses(customer, sale) == ["quarantined", "applied"]
    assert central.rows("SELECT id::text, name FROM customers") == [(customer["entity_id"], "Cliente por revisar")]
    assert central.rows("SELECT needs_review, review_reason FROM sales") == [(True, "unknown_customers")]
    assert _balance(central, customer["entity_id"]) == 2125


def test_a_sale_of_an_unknown_product_is_stored_with_a_stand_in(central: TestCentral) -> None:
    product = new_id()
    assert central.beto.statuses(central.beto.sale([product])) == ["applied"]
    assert central.rows("SELECT id::text, name, is_active FROM products") == [(product, "Producto por revisar", False)]
    assert _stock(central, product) == -2500


def test_a_sale_keeps_its_session_and_distribution_before_they_are_known(central: TestCentral, pollo: str) -> None:
    session, distribucion = new_id(), new_id()
    assert central.beto.statuses(central.beto.sale([pollo], cash_session_id=session, distribucion_id=distribucion)) == [
        "applied"
    ]
    assert central.rows("SELECT cash_session_id::text, distribucion_id::text, review_reason FROM sales") == [
        (session, distribucion, "unknown_distribuciones unknown_cash_sessions")
    ]
    assert central.value("SELECT kilos_vendidos FROM distribuciones") == Decimal("2.500")


def test_cash_taken_in_an_unknown_session_is_stored_in_a_stand_in(central: TestCentral) -> None:
    data = {
        "cash_session_id": new_id(),
        "kind": "gasto",
        "amount": 500,
        "reason": "hielo",
        "business_date": "2026-11-22",
    }
    movement = central.beto.operation("create", "cash_movements", new_id(), data | {"created_at": instant_text(NOW)})
    assert central.beto.statuses(movement) == ["applied"]
    assert central.value("SELECT seller_id::text FROM cash_sessions") == central.members["Beto"]


def test_a_customer_who_comes_after_all_takes_the_place_of_the_stand_in(central: TestCentral, pollo: str) -> None:
    customer = central.ana.customer("Rosa Díaz", opening_balance=10_000, phone="987654321")
    sale = central.ana.sale([pollo], customer["entity_id"], paid=0)
    assert central.ana.statuses(sale) == ["applied"]
    [result] = central.ana.results(customer)
    assert result.status == "applied"
    assert central.rows("SELECT name, phone, created_by::text, revision FROM customers") == [
        ("Rosa Díaz", "987654321", central.members["Ana"], result.revision)
    ]
    assert _balance(central, customer["entity_id"]) == 10_000 + 2125
    assert central.ana.statuses(customer) == ["duplicate"]
    assert central.ana.statuses(customer | {"id": new_id(), "seq": 99}) == ["duplicate"]
    assert _balance(central, customer["entity_id"]) == 10_000 + 2125


def test_of_two_births_for_one_stand_in_the_first_is_taken(central: TestCentral, pollo: str) -> None:
    customer = central.ana.customer("Rosa", opening_balance=1000)
    again = customer | {"id": new_id(), "seq": 99, "data": customer["data"] | {"opening_balance": 7000}}
    central.ana.push(central.ana.sale([pollo], customer["entity_id"], paid=0))
    assert central.ana.statuses(customer, again) == ["applied", "duplicate"]
    assert _balance(central, customer["entity_id"]) == 1000 + 2125


def test_what_people_wrote_on_a_stand_in_is_older_than_its_birth(central: TestCentral, pollo: str) -> None:
    customer = central.beto.customer("Rosa", phone="987654321")
    central.beto.push(central.beto.sale([pollo], customer["entity_id"], paid=0))
    corrected = central.ana.patch(
        "customers", customer["entity_id"], name=("Cliente por revisar", "La de la esquina"), opening_balance=(0, 500)
    )
    assert central.ana.statuses(corrected) == ["applied"]
    [result] = central.beto.results(customer)
    assert (result.status, result.conflicts) == (
        "conflict",
        (Conflict(field="name", kept="La de la esquina", replaced="Rosa"),),
    )
    assert central.rows("SELECT name, phone, opening_balance FROM customers") == [
        ("La de la esquina", "987654321", Decimal("5.00"))
    ]
    assert central.rows("SELECT field, kept, replaced FROM sync_conflicts") == [
        ("name", '"La de la esquina"', '"Rosa"')
    ]
    assert _balance(central, customer["entity_id"]) == 500 + 2125


def test_a_product_and_a_session_that_come_after_all_are_what_they_are(central: TestCentral) -> None:
    product, session = central.ana.product("Pavita"), central.ana.cash_session(opening_float=7000)
    sale = central.ana.sale([product["entity_id"]], cash_session_id=session["entity_id"])
    closing = central.ana.patch(
        "cash_sessions",
        session["entity_id"],
        closed_at=(None, instant_text(NOW)),
        counted_cash=(None, 9000),
        expected_cash=(None, 9000),
    )
    assert central.ana.statuses(sale) == central.ana.statuses(closing) == ["applied"]
    assert central.ana.statuses(product, session) == ["applied", "applied"]
    assert central.rows("SELECT name, is_active FROM products") == [("Pavita", True)]
    assert central.rows("SELECT opening_float, counted_cash FROM cash_sessions") == [
        (Decimal("70.00"), Decimal("90.00"))
    ]
    assert _stock(central, product["entity_id"]) == -2500


def test_a_distribution_that_comes_after_all_comes_to_its_vendor_with_its_kilos(central: TestCentral) -> None:
    distribucion = central.ana.distribucion(central.members["Beto"])
    central.ana.push(central.ana.load(distribucion["entity_id"], 50_000))
    copy: Copy = {}
    cursor = pull_all(central.beto, copy)
    assert "distribuciones" not in copy
    central.ana.push(distribucion)
    pull_all(central.beto, copy, cursor)
    assert [row["kilos_asignados"] for row in copy["distribuciones"].values()] == [50_000]
    assert digest_of(copy) == told_digest(central.beto)


# --- After a restore -------------------------------------------------------------------------------------------------


def test_a_restored_central_waits_for_what_other_tills_send_again(central: TestCentral, pollo: str, rosa: str) -> None:
    sale, renamed = central.beto.sale([pollo]), central.ana.patch("customers", new_id(), name=("Luz", "Luz Rojas"))
    void = central.ana.void(sale)
    restored(central.database, NOW)
    assert central.ana.statuses(void, renamed) == ["blocked", "blocked"]
    assert central.beto.statuses(sale) == ["applied"]
    assert central.ana.statuses(void) == ["applied"]
    central.run("UPDATE central_identity SET restored_at = restored_at - interval '46 days'")
    assert [result.code for result in central.ana.results(renamed)] == ["unknown_entity"]


# --- What the owner should look at -----------------------------------------------------------------------------------


def test_sums_that_do_not_add_up_are_stored_and_marked(central: TestCentral, pollo: str, rosa: str) -> None:
    short = central.beto.sale([pollo], total_amount=9000, amount_paid=9000)
    abono = central.beto.abono(rosa, 500, abono_payments=[])
    assert central.beto.statuses(short, abono) == ["applied", "applied"]
    assert _reasons(central, short) == _reasons(central, abono) == ["sums_differ"]


def test_a_sale_from_a_till_with_a_wrong_clock_is_marked(central: TestCentral, pollo: str) -> None:
    sale = central.beto.sale([pollo])
    late = instant_text(NOW - timedelta(minutes=6))
    central.beto.push_body(central.beto.body([sale], client_time=late))
    assert _reasons(central, sale) == ["clock_skew"]


def test_a_sale_of_yesterday_that_is_voided_by_a_clock_set_back_is_marked(central: TestCentral, pollo: str) -> None:
    sale = central.beto.sale([pollo])
    yesterday = instant_text(NOW - timedelta(days=1))
    sale["data"]["business_date"] = str((NOW - timedelta(days=1)).date())
    assert central.beto.statuses(sale) == ["applied"]
    void = central.beto.void(sale, voided_at=yesterday)
    answer = central.beto.push_body(central.beto.body([void], client_time=yesterday))
    assert [result.status for result in answer.results] == ["applied"]
    assert _reasons(central, sale) == ["clock_skew"]


def test_a_receipt_number_used_twice_is_marked_and_taken(central: TestCentral, pollo: str) -> None:
    first, second, third = (central.beto.sale([pollo], receipt_number="A1-000001") for _ in range(3))
    assert central.beto.statuses(first) == central.beto.statuses(second) == ["applied"]
    assert central.beto.statuses(third, central.beto.sale([pollo])) == ["applied", "applied"]
    assert [_reasons(central, sale) for sale in (first, second, third)] == [
        [],
        ["receipt_number_used_twice"],
        ["receipt_number_used_twice"],
    ]


def test_sales_and_abonos_are_numbered_in_one_series(central: TestCentral, pollo: str, rosa: str) -> None:
    sale = central.beto.sale([pollo], receipt_number="A1-000001")
    first, second = (central.beto.abono(rosa, 100, receipt_number=f"A1-00000{number}") for number in (1, 2))
    third, fourth = (central.beto.abono(rosa, 100, receipt_number="A1-000003") for _ in range(2))
    later = central.beto.sale([pollo], receipt_number="A1-000002")
    assert central.beto.statuses(sale, second) == central.beto.statuses(first, later) == ["applied", "applied"]
    assert central.beto.statuses(third, fourth) == ["applied", "applied"]
    assert _reasons(central, sale) == _reasons(central, second) == []
    for again in (first, later, third, fourth):
        assert _reasons(central, again) == ["receipt_number_used_twice"]


def test_a_sale_over_the_credit_limit_or_to_a_former_customer_is_marked(central: TestCentral, pollo: str) -> None:
    limited = stored(central, central.ana.customer(credit_limit=5000))
    former = stored(central, central.ana.customer(is_active=0))
    sales = [central.beto.sale([pollo], limited, paid=0) for _ in range(3)]
    to_former = central.beto.sale([pollo], former)
    assert central.beto.statuses(*sales, to_former) == ["applied"] * 4
    assert [_reasons(central, sale) for sale in sales] == [[], [], ["over_credit_limit"]]
    assert _reasons(central, to_former) == ["inactive_customer"]


# --- Cards -----------------------------------------------------------------------------------------------------------


def test_two_people_who_change_one_field_are_both_remembered(central: TestCentral, rosa: str) -> None:
    assert central.ana.statuses(central.ana.patch("customers", rosa, name=("Rosa", "Rosa Díaz"))) == ["applied"]
    patch = central.beto.patch("customers", rosa, name=("Rosa", "Rosita"), phone=(None, "987654321"))
    result = central.beto.results(patch)[0]
    assert result.status == "conflict"
    assert result.conflicts == (Conflict(field="name", kept="Rosita", replaced="Rosa Díaz"),)
    assert central.rows("SELECT name, phone FROM customers") == [("Rosita", "987654321")]
    kept = central.rows("SELECT operation_id::text, field, kept, replaced FROM sync_conflicts")
    assert kept == [(patch["id"], "name", '"Rosita"', '"Rosa Díaz"')]
    again = central.beto.results(patch)[0]
    assert (again.status, again.conflicts) == ("duplicate", result.conflicts)
    assert _count(central, "sync_conflicts") == 1


def test_different_fields_and_equal_wishes_do_not_conflict(central: TestCentral, rosa: str) -> None:
    central.ana.push(central.ana.patch("customers", rosa, name=("Rosa", "Rosita"), phone=(None, "911111111")))
    patch = central.beto.patch("customers", rosa, name=("Rosa", "Rosita"), notes=(None, "paga los lunes"))
    assert central.beto.statuses(patch) == ["applied"]
    assert central.rows("SELECT name, phone, notes FROM customers") == [("Rosita", "911111111", "paga los lunes")]


def test_changes_of_one_card_in_one_request_apply_in_their_order(central: TestCentral) -> None:
    customer = central.beto.customer("A")
    changes = [central.beto.patch("customers", customer["entity_id"], name=step) for step in (("A", "B"), ("B", "C"))]
    results = central.beto.results(customer, *changes)
    assert [result.status for result in results] == ["applied"] * 3
    assert central.rows("SELECT name, revision FROM customers") == [("C", results[2].revision)]


def test_a_change_of_the_opening_balance_moves_the_debt(central: TestCentral) -> None:
    customer = stored(central, central.ana.customer(opening_balance=1000))
    assert _balance(central, customer) == 1000
    central.ana.push(central.ana.patch("customers", customer, opening_balance=(1000, 300)))
    assert _balance(central, customer) == 300


def test_the_business_card_is_changed_like_any_other(central: TestCentral) -> None:
    patch = central.ana.patch("businesses", central.business_id, permitir_venta_sin_stock=(1, 0))
    assert central.ana.statuses(patch) == ["applied"]
    assert central.value("SELECT permitir_venta_sin_stock FROM businesses") is False


def test_a_closed_drawer_keeps_its_whole_closing(central: TestCentral) -> None:
    session = central.beto.cash_session()
    closing = central.beto.patch(
        "cash_sessions",
        session["entity_id"],
        closed_at=(None, instant_text(NOW)),
        counted_cash=(None, 5000),
        expected_cash=(None, 5100),
        difference_reason=(None, "vuelto mal dado"),
    )
    assert central.beto.statuses(session, closing) == ["applied", "applied"]
    assert central.beto.statuses(
        central.beto.patch("cash_sessions", session["entity_id"], counted_cash=(5000, None))
    ) == ["quarantined"]


def test_what_else_was_sold_from_a_cart_that_was_charged_before_is_not_taken_for_the_same(
    central: TestCentral, pollo: str, rosa: str
) -> None:
    """An older file had brought the cart back, and other goods went into it."""
    sale, other = central.beto.sale([pollo], rosa, paid=0), central.beto.sale([pollo], grams=4_000)
    central.beto.push(sale)
    again = other | {"entity_id": sale["entity_id"]}
    [refused] = central.beto.results(again)
    assert (refused.status, refused.code) == ("quarantined", "sold_otherwise")
    assert central.beto.results(again) == [refused]
    assert '"total_amount":3400' in central.value("SELECT raw FROM sync_operations WHERE code = 'sold_otherwise'")
    assert _balance(central, rosa) == 2125
    assert _stock(central, pollo) == -2500


# --- Voids -----------------------------------------------------------------------------------------------------------


def test_a_fact_voided_twice_is_voided_once(central: TestCentral, pollo: str, rosa: str) -> None:
    sale = central.beto.sale([pollo], rosa, paid=0)
    central.beto.push(sale)
    first, second = central.beto.void(sale), central.ana.void(sale, void_reason="otra vez")
    together = central.beto.results(first, central.beto.void(sale))
    assert [result.status for result in together] == ["applied", "applied"]
    assert [result.code for result in together] == [None, ALREADY_SO]
    assert central.ana.statuses(second) == ["applied"]
    assert central.value("SELECT void_reason FROM sales") == "se equivocó de producto"
    assert _balance(central, rosa) == 0
    assert _stock(central, pollo) == 0
    assert _count(central, "inventory_movements") == 2


def test_what_comes_home_from_a_branch_waits_for_what_others_did_there(central: TestCentral, pollo: str) -> None:
    sale = central.beto.sale([pollo])
    void = central.ana.void(sale)
    greeting = msgspec.json.decode(central.ana.body([])) | {"epoch": "own@first:1f"}
    for _ in range(2):
        central.ana.push_body(msgspec.json.encode(greeting))
    assert central.value("SELECT count(*) FROM audit_entries WHERE action = 'branch.came_home'") == 1
    assert central.ana.statuses(void) == ["blocked"]
    assert central.beto.statuses(sale) == ["applied"]
    assert central.ana.statuses(void) == ["applied"]
    another = open_business(central.database, central.owner, {"Ana": BusinessUserRole.ADMIN_NEGOCIO}).ana
    assert another.statuses(another.void(sale)) == ["quarantined"], "no other business waits for it"


def test_what_is_not_in_centrals_history_any_more_is_told_before_anything_is_stored(
    central: TestCentral, pollo: str
) -> None:
    """And then central waits for what others may yet have of it, as after a restore."""
    before = central.rows("SELECT audit_number, audit_hash FROM sync_counters")[0]
    sale = central.beto.sale([pollo])
    answer = central.beto.push(sale)
    another, void = central.beto.sale([pollo]), central.ana.void(sale)

    def body(epoch: str) -> bytes:
        return central.beto.body([another], epoch=epoch, marks=[str(answer.mark)])

    central.forget_since(*before)
    with pytest.raises(ResyncNeeded):
        central.beto.push_body(body(answer.epoch))
    assert _count(central, "sales") == 0
    assert central.value("SELECT action FROM audit_entries ORDER BY number DESC LIMIT 1") == "history.lost"
    assert central.ana.statuses(void) == ["blocked"]
    assert central.beto.push_body(body("another")).results[0].status == "applied", "another epoch tells by itself"
    [again] = central.beto.results(sale)
    assert again.status == "applied"
    assert again.revision is not None
    assert again.revision > answer.head + JUMP, "no number of what was lost comes again"
    assert central.ana.statuses(void) == ["applied"]


def test_what_a_file_brings_is_taken_though_central_has_lost_what_its_till_was_answered(
    central: TestCentral, pollo: str
) -> None:
    before = central.rows("SELECT audit_number, audit_hash FROM sync_counters")[0]
    lost = central.beto.sale([pollo])
    answer = central.beto.push(lost)
    central.forget_since(*before)
    said = [central.beto.sale([pollo]), central.beto.void(lost)]
    push = parse_push(central.beto.body(said, epoch=answer.epoch, marks=[str(answer.mark)]))
    carried = apply_push(central.database, push, central.beto.user_id, NOW, is_carried=True)
    assert [result.status for result in carried.results] == ["applied", "blocked"]


@pytest.mark.parametrize("mark", ["", "1", "1:", "x:y", "0:ab", f"1:{'0' * 64}", f"{10**17}:{'a' * 64}", "1:\0", "0:"])
def test_a_mark_that_is_none_of_central_s_is_taken_for_one_that_is_lost(central: TestCentral, mark: str) -> None:
    epoch = central.beto.push().epoch
    body = central.beto.body([], epoch=epoch, marks=[mark])
    if mark == AuditChain().mark:
        assert central.beto.push_body(body).results == []
    else:
        with pytest.raises(ResyncNeeded):
            central.beto.push_body(body)


def test_a_sale_voided_before_all_of_it_had_come_returns_all_its_kilos(central: TestCentral, pollo: str) -> None:
    sale = central.beto.sale([pollo])
    [line], [taken] = sale["data"]["sale_items"], sale["data"]["inventory_movements"]
    taken["id"] = str(movement_of_line(UUID(line["id"]), MovementKind.VENTA))
    void = central.beto.void(sale, inventory_movements=[])
    assert central.beto.statuses(sale, void) == ["applied", "applied"]
    assert _stock(central, pollo) == 0
    assert _count(central, "inventory_movements") == 2


def test_a_voided_abono_is_owed_again(central: TestCentral, rosa: str) -> None:
    abono = central.beto.abono(rosa, 700)
    assert central.beto.statuses(abono, central.beto.void(abono)) == ["applied", "applied"]
    assert _balance(central, rosa) == 0


def test_the_void_of_an_unknown_fact_is_kept(central: TestCentral, pollo: str) -> None:
    result = central.beto.results(central.beto.void(central.beto.sale([pollo])))[0]
    assert (result.status, result.code) == ("quarantined", "unknown_entity")


# --- Devices and tenants ---------------------------------------------------------------------------------------------


def test_a_cloned_till_is_heard_and_asked_to_enrol_anew(central: TestCentral, pollo: str) -> None:
    first, second = central.beto.sale([pollo]), central.beto.sale([pollo])
    assert not central.beto.push(first).new_device
    answer = central.beto.push(second | {"seq": first["seq"]})
    assert answer.new_device
    assert [result.status for result in answer.results] == ["applied"]


def test_a_till_that_central_forgot_is_heard_and_asked_to_enrol(central: TestCentral, pollo: str) -> None:
    central.beto.device_id = new_id()
    answer = central.beto.push(central.beto.sale([pollo]))
    assert answer.new_device
    assert [result.status for result in answer.results] == ["applied"]


def test_what_a_withdrawn_till_had_sold_is_taken_and_marked(central: TestCentral, pollo: str, rosa: str) -> None:
    central.run("UPDATE devices SET revoked_at = now() WHERE id = %(id)s", id=central.beto.device_id)
    sale, renamed = central.beto.sale([pollo]), central.beto.patch("customers", rosa, name=("Rosa", "Rosita"))
    assert central.beto.statuses(sale, renamed) == ["applied", "quarantined"]
    assert _reasons(central, sale) == ["device_revoked"]


def test_a_person_without_a_place_in_the_business_is_not_heard(central: TestCentral, pollo: str) -> None:
    sale = central.beto.sale([pollo])
    central.run("UPDATE business_users SET is_active = false WHERE id = %(id)s", id=central.members["Beto"])
    with pytest.raises(NotAMember):
        central.beto.push(sale)
    with pytest.raises(NotAMember):
        central.ana.push_body(central.ana.body([], business_id=new_id()))


def _balance(central: TestCentral, customer_id: str) -> int:
    """Céntimos."""
    return int(central.value("SELECT balance * 100 FROM customer_balances WHERE id = %(id)s", id=customer_id))


def _stock(central: TestCentral, product_id: str) -> int:
    """Grams."""
    return int(central.value("SELECT quantity * 1000 FROM inventory WHERE id = %(id)s", id=product_id))


def _count(central: TestCentral, table: str) -> int:
    return int(central.value(f"SELECT count(*) FROM {table}"))


def _reasons(central: TestCentral, fact: Values) -> list[str]:
    found = central.rows(
        f"SELECT needs_review, review_reason FROM {fact['collection']} WHERE id = %(id)s", id=fact["entity_id"]
    )
    needs_review, reason = found[0]
    assert needs_review is (reason is not None)
    return (reason or "").split()
