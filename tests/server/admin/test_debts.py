"""Deudas: who owes how much since when, and the account of one customer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.server.admin.stall import Stall
from tests.server.sync_central import Values, instant_text
from tests.server.town import START


def fiado(stall: Stall, customer: str, days_ago: int, grams: int = 2000) -> Values:
    """On credit, S/ 8.50 a kilo."""
    day = START - timedelta(days=days_ago)
    when = {"sale_date": instant_text(day), "business_date": day.date().isoformat()}
    return stall.beto_till.sale([stall.product()], customer, paid=0, grams=grams, **when)


def debts(stall: Stall, end: str = "") -> list[list[str]]:
    return stall.read(f"/deudas{end}").rows[1:]


def test_the_largest_debt_comes_first_with_its_age(stall: Stall) -> None:
    rosa, juana, paid_up = stall.customer("Rosa"), stall.customer("Juana"), stall.customer("Carlos")
    stall.sells(
        *(fiado(stall, rosa, days) for days in (0, 7, 8, 15, 16, 30, 31, 400)),
        fiado(stall, juana, 3, grams=500),
        fiado(stall, paid_up, 3),
        stall.beto_till.abono(paid_up, 1700),
    )
    assert debts(stall) == [
        ["Rosa", "S/ 136.00", "S/ 34.00", "S/ 34.00", "S/ 34.00", "S/ 34.00"],
        ["Juana", "S/ 4.25", "S/ 4.25", "S/ 0.00", "S/ 0.00", "S/ 0.00"],
    ]
    assert "S/ 140.25 deben 2 clientes" in stall.read("/deudas").text


def test_an_abono_covers_the_oldest_first(stall: Stall) -> None:
    opened = {"opening_balance": 5000, "created_at": instant_text(START - timedelta(days=60))}
    rosa = stall.customer("Rosa", **opened)
    stall.sells(fiado(stall, rosa, 20), fiado(stall, rosa, 1), stall.beto_till.abono(rosa, 5700))
    assert debts(stall) == [["Rosa", "S/ 27.00", "S/ 17.00", "S/ 0.00", "S/ 10.00", "S/ 0.00"]]


@pytest.mark.parametrize("text", ["nahui", "ÑAHUI", "casera juan", "98877", "12345678", "Juana ñ"])
def test_a_customer_is_found_by_any_part_of_what_is_known(stall: Stall, text: str) -> None:
    stall.customer("Juana Ñahui", apodo="la casera", phone="998877665", dni="12345678", opening_balance=500)
    stall.customer("Carlos", opening_balance=900)
    assert [row[0] for row in debts(stall, f"?buscar={text}")] == ["Juana Ñahui la casera"]


def test_who_owes_nothing_is_found_by_name_only(stall: Stall) -> None:
    stall.customer("Teresa", opening_balance=-1200)
    assert "Nadie debe nada." in stall.read("/deudas").text
    assert debts(stall, "?buscar=tere") == [["Teresa", "S/ 12.00 a favor", *["S/ 0.00"] * 4]]


@pytest.mark.parametrize("text", ["%25", "_", "'", "%3Cscript%3E", "%5C", '"'])
def test_a_search_takes_its_letters_as_they_are(stall: Stall, text: str) -> None:
    stall.customer("Rosa", opening_balance=500)
    page = stall.read(f"/deudas?buscar={text}")
    assert "No se encontró a nadie." in page.text
    assert debts(stall, "?buscar=+")[0][0] == "Rosa"


def test_a_name_is_never_taken_for_a_part_of_the_page(stall: Stall) -> None:
    stall.customer("<script>alert(1)</script>", opening_balance=500)
    assert debts(stall)[0][0] == "<script>alert(1)</script>"


def test_many_debtors_are_turned_over_by_page(stall: Stall) -> None:
    for number in range(1, 42):
        stall.customer(f"Cliente {number:02}", opening_balance=number * 100)
    first = stall.read("/deudas")
    assert (len(first.rows), first.rows[1][0]) == (41, "Cliente 41")
    assert "1 a 40 de 41" in first.text
    last = stall.browser.read(stall.path + "/deudas" + first.links["Siguiente"].partition("/deudas")[2])
    assert [row[0] for row in last.rows[1:]] == ["Cliente 01"]
    assert len(first.text) < 10_000


def test_the_account_tells_every_movement_the_newest_first(stall: Stall) -> None:
    opened = {"opening_balance": 5000, "created_at": instant_text(START - timedelta(days=60))}
    rosa = stall.customer("Rosa", credit_limit=20000, **opened)
    sale, wrong = fiado(stall, rosa, 20), fiado(stall, rosa, 10)
    for number, operation in enumerate((sale, wrong), 1):
        operation["data"]["receipt_number"] = f"A2-{number:06}"
    abono = stall.beto_till.abono(rosa, 1000, receipt_number="A2-000003")
    stall.sells(sale, wrong, abono)
    stall.stored(stall.ana_till.void(wrong))
    page = stall.browser.read(stall.read("/deudas").links["Rosa"])
    assert page.rows[1:] == [
        ["Abono A2-000003 22/11/2026, 10:42", "-S/ 10.00", "S/ 57.00"],
        ["Venta A2-000002 12/11/2026, 10:42 · anulada", "S/ 17.00", "S/ 67.00"],
        ["Venta A2-000001 02/11/2026, 10:42", "S/ 17.00", "S/ 67.00"],
        ["Saldo inicial", "S/ 50.00", "S/ 50.00"],
    ]
    assert "Debe S/ 57.00 Lo más antiguo: hace 60 días. Límite: S/ 200.00." in page.text


def test_a_long_account_is_turned_over_by_page(stall: Stall) -> None:
    rosa = stall.customer("Rosa", opening_balance=100_000)
    stall.sells(*(stall.beto_till.abono(rosa, 100) for _ in range(61)))
    first = stall.read(f"/deudas/{rosa}")
    assert (len(first.rows), first.rows[1][2]) == (61, "S/ 939.00")
    last = stall.read(f"/deudas/{rosa}?pagina=2")
    assert [row[2] for row in last.rows[1:]] == ["S/ 999.00", "S/ 1,000.00"]
