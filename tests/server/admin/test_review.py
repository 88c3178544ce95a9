"""Por revisar: what was not taken, what is stored with a remark, and what two people changed at once."""

from __future__ import annotations

import pytest

from avileo_pos.protocol.collections import COLLECTIONS
from avileo_pos.server.admin.words import remarks, why_not_taken
from avileo_pos.spanish.fields import field_name
from tests.server.admin.stall import Browser, Stall
from tests.server.sync_central import Values, new_id
from tests.spanish.test_review import reasons


def text(stall: Stall, end: str = "") -> str:
    return stall.read(f"/por-revisar{end}").text


def test_nothing_is_to_be_reviewed_where_all_is_well(stall: Stall) -> None:
    stall.sells(stall.beto_till.sale([stall.product()]))
    assert "Por revisar No hay nada por revisar." in text(stall)


def test_what_was_not_taken_tells_what_it_was_why_and_what_to_do(stall: Stall) -> None:
    assert stall.beto_till.statuses(stall.beto_till.product("Pechuga")) == ["quarantined"]
    assert (
        "No se aceptó (1) No está en las cifras. El servidor lo guarda entero, y la caja que lo envió también."
        " No contado Producto nuevo Pechuga Beto, en Carro A. Llegó el 22/11/2026, 10:42."
        " El rol de quien lo hizo no lo permite."
        " Qué hacer: Si estaba bien, hágalo usted; si no, descártelo en «Por enviar» de esa caja."
    ) in text(stall)


def test_a_sale_that_was_not_taken_tells_its_number_and_amount(stall: Stall) -> None:
    sale = stall.beto_till.sale([stall.product()], receipt_number="A2-000007") | {"actor_id": new_id()}
    assert stall.beto_till.statuses(sale) == ["quarantined"]
    assert "Venta A2-000007 · S/ 21.25 Persona desconocida, en Carro A." in text(stall)


@pytest.mark.parametrize("data", [[], "x", None, {"name": 7, "amount": "mucho"}, {"amount": -1, "name": None}])
def test_whatever_was_not_taken_can_be_shown(stall: Stall, data: object) -> None:
    operation: Values = stall.beto_till.operation("create", "abonos", new_id(), {}) | {"data": data}
    assert stall.beto_till.statuses(operation) == ["quarantined"]
    assert "No contado Abono Beto, en Carro A." in text(stall)


def test_what_was_sent_again_and_taken_is_not_told_any_more(stall: Stall) -> None:
    first = stall.beto_till.product("Pechuga")
    assert stall.beto_till.statuses(first) == ["quarantined"]
    stall.stored(stall.ana_till.patch("business_users", stall.beto_till.member_id, role=("vendedor", "admin_negocio")))
    stall.sells(first | {"id": new_id(), "seq": first["seq"] + 1})
    assert "Por revisar No hay nada por revisar." in text(stall)
    assert "por revisar" not in stall.read().text


def test_a_sale_with_remarks_tells_each_and_what_to_do(stall: Stall) -> None:
    sale = stall.beto_till.sale([stall.product()], new_id(), paid=0, receipt_number="A2-000001")
    again = stall.beto_till.abono(stall.customer("Juana"), 500, receipt_number="A2-000001")
    stall.sells(sale, again)
    said = text(stall)
    assert "Ventas y abonos con observación (2) Están guardados y cuentan en las cifras." in said
    assert "Venta A2-000001 · S/ 21.25 Beto, en Carro A, el 22/11/2026, 10:42." in said
    assert "Llegó al servidor antes que la ficha del cliente. Qué hacer: Se completa cuando" in said
    assert "Abono A2-000001 · S/ 5.00 Beto, en Carro A, el 22/11/2026, 10:42. Juana." in said
    assert said.count("Ese número de nota ya se había usado. Qué hacer: Busque las dos en «Historial»") == 2


def test_both_values_of_a_field_that_two_changed_are_shown_in_the_shops_words(stall: Stall) -> None:
    rosa, pollo = stall.customer("Rosa", phone="911111111"), stall.product()
    stall.stored(stall.ana_till.patch("customers", rosa, phone=("911111111", "922222222")))
    stall.in_conflict(stall.beto_till.patch("customers", rosa, phone=("911111111", "933333333")))
    stall.stored(stall.ana_till.patch("products", pollo, base_price=(850, 900)))
    stall.in_conflict(stall.ana_till.patch("products", pollo, base_price=(850, 1234)))
    said = text(stall)
    assert "Dos cambiaron lo mismo (2)" in said
    assert "Cambio de cliente: Rosa Lo cambió Beto, en Carro A." in said
    assert "Celular, quedó 933333333 Antes de eso otro puso 922222222" in said
    assert "Cambio de producto: Pollo entero Lo cambió Ana, en Casa." in said
    assert "Precio, quedó S/ 12.34 Antes de eso otro puso S/ 9.00" in said


def test_a_pin_is_never_shown(stall: Stall) -> None:
    beto = stall.beto_till.member_id
    stall.stored(stall.ana_till.patch("business_users", beto, pin_hash=(None, "$argon2id$first")))
    stall.in_conflict(stall.ana_till.patch("business_users", beto, pin_hash=(None, "$argon2id$second")))
    assert "PIN, quedó otro Antes de eso otro puso otro" in text(stall)
    assert "argon2id" not in stall.browser.get(f"{stall.path}/por-revisar").text


def test_older_ones_are_on_the_next_page(stall: Stall) -> None:
    stall.beto_till.push(*(stall.beto_till.product(f"Producto {number}") for number in range(26)))
    stall.sells(stall.beto_till.sale([stall.product()], new_id(), paid=0))
    first = stall.read("/por-revisar")
    assert (first.text.count("No contado"), "1 a 25 de 26" in first.text) == (25, True)
    second = stall.browser.read(first.links["Siguiente"])
    assert (second.text.count("No contado"), "con observación (1)" in second.text) == (1, True)


def test_a_neighbours_troubles_are_not_shown(stall: Stall) -> None:
    theirs = stall.neighbour()
    theirs.beto_till.push(theirs.beto_till.product())
    theirs.sells(theirs.beto_till.sale([theirs.product()], new_id(), paid=0))
    assert "No hay nada por revisar." in text(stall)


def troubles(stall: Stall) -> None:
    """One of each kind."""
    rosa = stall.customer("Rosa")
    stall.beto_till.push(stall.beto_till.product("Pechuga"))
    stall.sells(
        stall.beto_till.sale([stall.product()], new_id(), paid=0, receipt_number="A2-000001"),
        stall.beto_till.abono(rosa, 500, receipt_number="A2-000001"),
    )
    stall.stored(stall.ana_till.patch("customers", rosa, name=("Rosa", "Rosita")))
    stall.in_conflict(stall.beto_till.patch("customers", rosa, name=("Rosa", "Rosa Luz")))


def test_what_an_owner_has_looked_at_leaves_the_list_and_is_seen_with_the_note(stall: Stall) -> None:
    troubles(stall)
    assert "4 por revisar" in stall.read().text
    forms = [form for form in stall.read("/por-revisar").forms if "note" in form.fields]
    assert len(forms) == 4
    for number, form in enumerate(forms):
        answer = stall.browser.post(form.action, note=f" nota {number} ")
        assert answer.url.path == f"{stall.path}/por-revisar"
    assert "No hay nada por revisar." in text(stall)
    assert "por revisar" not in stall.read().text
    done = text(stall, "/revisado")
    assert "Ya revisado No se aceptó (1)" in done
    for number in range(4):
        assert done.count(f"Lo revisó Ana el 22/11/2026, 10:42. «nota {number}»") == 1
    assert [act.action for act in stall.shop.acts()[-4:]] == ["review.ticked_off"] * 4
    assert stall.shop.acts()[-1].user_id == stall.shop.owner.user_id


def test_pressed_twice_it_is_ticked_off_once(stall: Stall) -> None:
    troubles(stall)
    before = len(stall.shop.acts())
    forms = [form for form in stall.read("/por-revisar").forms if "note" in form.fields]
    for form in forms * 2:
        assert stall.browser.post(form.action).status_code == 200
    assert len(stall.shop.acts()) == before + 4
    assert text(stall, "/revisado").count("Lo revisó Ana") == 4


def test_a_sale_that_was_looked_at_is_told_to_the_tills_and_shown_again_only_for_a_new_reason(stall: Stall) -> None:
    def told() -> tuple[bool, str]:
        with stall.shop.town.database.transaction(stall.shop.uuid) as connection:
            asked = "SELECT needs_review, review_reason, revision FROM sales"
            *found, revision = connection.exec_driver_sql(asked).one()
        revisions.append(revision)
        return tuple(found)

    revisions: list[int] = []
    sale = stall.beto_till.sale([stall.product()], new_id(), paid=0)
    stall.sells(sale)
    assert told() == (True, "unknown_customers")
    stall.browser.post(f"{stall.path}/por-revisar/sales/{sale['entity_id']}")
    assert told() == (False, "unknown_customers")
    stall.sells(stall.beto_till.void(sale))
    assert told() == (False, "unknown_customers")
    assert revisions == sorted(set(revisions))


def test_a_void_with_a_reason_of_its_own_brings_a_sale_back_to_be_looked_at(stall: Stall) -> None:
    sale = stall.beto_till.sale([stall.product()], new_id(), paid=0, business_date="2026-11-20")
    stall.sells(sale)
    stall.browser.post(f"{stall.path}/por-revisar/sales/{sale['entity_id']}")
    stall.sells(stall.beto_till.void(sale, void_approved_by=stall.ana_till.member_id))
    assert "con observación (1)" in text(stall)
    stall.browser.post(f"{stall.path}/por-revisar/sales/{sale['entity_id']}")
    assert text(stall, "/revisado").count("Lo revisó Ana") == 2


@pytest.mark.parametrize(("kind", "status"), [("sales", 404), ("sync_operations", 404), ("customers", 404)])
def test_what_is_not_there_cannot_be_ticked_off(stall: Stall, kind: str, status: int) -> None:
    assert stall.browser.post(f"{stall.path}/por-revisar/{kind}/{new_id()}").status_code == status


def test_a_note_must_fit(stall: Stall) -> None:
    troubles(stall)
    form = next(form for form in stall.read("/por-revisar").forms if "note" in form.fields)
    assert stall.browser.post(form.action, note="x" * 501).status_code == 400
    assert "Lo revisó" not in text(stall, "/revisado")


def test_another_site_cannot_tick_off_in_an_owners_name(stall: Stall) -> None:
    troubles(stall)
    form = next(form for form in stall.read("/por-revisar").forms if "note" in form.fields)
    stranger = Browser(stall.browser.client, origin="https://elsewhere.example")
    assert stranger.post(form.action).status_code == 403
    assert "Lo revisó" not in text(stall, "/revisado")


@pytest.mark.parametrize("reason", sorted(reasons()))
def test_there_is_something_to_do_about_every_remark(reason: str) -> None:
    [(why, advice)] = remarks([reason])
    assert why
    assert advice


def test_a_remark_and_a_refusal_of_a_newer_central_are_told_as_they_are() -> None:
    assert remarks(["full_moon"]) == [("Motivo «full_moon».", "")]
    assert why_not_taken("full_moon") == "El servidor no lo aceptó (motivo «full_moon»)."


def test_every_field_that_people_edit_has_a_name() -> None:
    editable = {field for collection in COLLECTIONS.values() for field in collection.editable}
    assert {field for field in editable if field_name(field) == field} == set()
