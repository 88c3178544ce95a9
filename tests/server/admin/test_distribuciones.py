"""Kilos: what each vendor took, sold and brought back, and the money of it."""

from __future__ import annotations

from tests.server.admin.stall import Stall


def given_to_beto(stall: Stall, kilos: int = 50_000) -> str:
    distribucion = stall.stored(stall.ana_till.distribucion(stall.beto_till.member_id))
    stall.stored(stall.ana_till.load(distribucion, kilos))
    return distribucion


def rows(stall: Stall, end: str = "") -> list[list[str]]:
    return stall.read(f"/distribuciones{end}").rows[1:]


def test_what_a_vendor_took_sold_and_brought_back(stall: Stall) -> None:
    distribucion, pollo, rosa = given_to_beto(stall), stall.product(), stall.customer()
    stall.sells(
        stall.beto_till.sale([pollo], grams=20_000, distribucion_id=distribucion),
        stall.beto_till.sale([pollo], rosa, paid=1000, grams=4_000, distribucion_id=distribucion),
    )
    for kind, grams in {"devolucion": 5_500, "merma": 500}.items():
        stall.stored(stall.ana_till.load(distribucion, grams, kind))
    assert rows(stall) == [
        [
            "Beto Carro A",
            "20.000 kg quedan",
            "Asignada",
            "50.000 kg",
            "24.000 kg 48 %",
            "5.500 kg",
            "0.500 kg",
            "S/ 180.00",
            "S/ 24.00",
        ]
    ]
    assert "24.000 kg vendidos de 50.000 kg entregados" in stall.read("/distribuciones").text


def test_what_was_sold_beyond_what_was_assigned_is_told(stall: Stall) -> None:
    distribucion = given_to_beto(stall, 10_000)
    stall.sells(stall.beto_till.sale([stall.product()], grams=11_500, distribucion_id=distribucion))
    assert rows(stall)[0][1] == "1.500 kg de más"


def test_kilos_that_a_settlement_does_not_explain_are_told_with_the_reason(stall: Stall) -> None:
    distribucion = given_to_beto(stall, 10_000)
    moment = stall.ana_till.distribucion(stall.beto_till.member_id)["created_at"]
    closed = {"estado": ("activo", "cerrado"), "closed_at": (None, moment), "close_reason": (None, "se cayó una jaba")}
    stall.stored(
        stall.ana_till.patch("distribuciones", distribucion, closed_by=(None, stall.ana_till.member_id), **closed)
    )
    assert rows(stall)[0][:3] == ["Beto Carro A Motivo: se cayó una jaba", "10.000 kg sin explicar", "Cerrada"]


def test_another_day_has_its_own_distributions(stall: Stall) -> None:
    given_to_beto(stall)
    stall.shop.town.clock.move(days=1)
    page = stall.read("/distribuciones")
    assert "Hoy todavía no se entregaron kilos." in page.text
    assert stall.browser.read(page.links["Día anterior"]).rows[1][0] == "Beto Carro A"
