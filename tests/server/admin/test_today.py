"""Inicio: what was sold and received in a day, by whom and how it was paid, and how far the tills have told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.server.admin.stall import Stall, till
from tests.server.sync_central import Values, new_id
from tests.server.town import START


def paid_by(sale: Values, **amounts: int) -> Values:
    """The sale with these payments, in céntimos by method."""
    payments = [{"id": new_id(), "method": method, "amount": amount} for method, amount in amounts.items()]
    sale["data"]["sale_payments"] = payments
    return sale


def by_vendor(stall: Stall, end: str = "") -> list[dict[str, Any]]:
    names, *rows = stall.read(end).rows
    return [dict(zip(names, row, strict=True)) for row in rows]


def test_each_vendor_has_what_was_sold_by_the_way_it_was_paid(stall: Stall) -> None:
    pollo, rosa = stall.product(), stall.customer()
    stall.sells(
        paid_by(stall.beto_till.sale([pollo], grams=2000), efectivo=1000, yape=700),
        paid_by(stall.beto_till.sale([pollo], rosa, paid=500, grams=1000), plin=500),
        stall.beto_till.abono(rosa, 150),
    )
    stall.stored(paid_by(stall.ana_till.sale([pollo], grams=4000), transferencia=3400))
    assert by_vendor(stall) == [
        {
            "Vendedor": "Ana",
            "Vendido": "S/ 34.00",
            "Ventas": "1",
            "Kilos": "4.000 kg",
            "Efectivo": "S/ 0.00",
            "Yape": "S/ 0.00",
            "Plin": "S/ 0.00",
            "Transferencia": "S/ 34.00",
            "Fiado": "S/ 0.00",
            "Abonos": "S/ 0.00",
        },
        {
            "Vendedor": "Beto",
            "Vendido": "S/ 25.50",
            "Ventas": "2",
            "Kilos": "3.000 kg",
            "Efectivo": "S/ 10.00",
            "Yape": "S/ 7.00",
            "Plin": "S/ 5.00",
            "Transferencia": "S/ 0.00",
            "Fiado": "S/ 3.50",
            "Abonos": "S/ 1.50",
        },
    ]
    text = stall.read().text
    assert "Vendido S/ 59.50 3 ventas · 7.000 kg Efectivo S/ 10.00 Yape S/ 7.00" in text
    assert "Abonos recibidos S/ 1.50 Yape S/ 1.50" in text
    assert "Por cobrar en total S/ 2.00 1 cliente debe" in text


def test_what_cash_was_rounded_down_was_not_sold(stall: Stall) -> None:
    sale = stall.beto_till.sale([stall.product()], paid=2120, redondeo=5, sale_type="contado", balance_due=0)
    stall.sells(sale)
    assert "Vendido S/ 21.20 1 venta" in stall.read().text


def test_what_was_voided_does_not_count(stall: Stall) -> None:
    pollo, rosa = stall.product(), stall.customer()
    sale, abono = stall.beto_till.sale([pollo]), stall.beto_till.abono(rosa, 500)
    stall.sells(sale, abono, stall.beto_till.void(sale), stall.beto_till.void(abono))
    text = stall.read().text
    assert "Vendido S/ 0.00 0 ventas · 0.000 kg Aparte, 1 anulada por S/ 21.25" in text
    assert "Nadie ha vendido todavía hoy" in text


def test_an_abono_alone_shows_who_received_it(stall: Stall) -> None:
    stall.sells(stall.beto_till.abono(stall.customer(), 500))
    [row] = by_vendor(stall)
    assert (row["Vendedor"], row["Ventas"], row["Abonos"]) == ("Beto", "0", "S/ 5.00")


def test_the_day_ends_at_the_owners_hour_in_lima(stall: Stall) -> None:
    stall.sells(stall.beto_till.sale([stall.product()]))
    to_lima_midnight = timedelta(hours=29) - timedelta(hours=START.hour, minutes=START.minute, seconds=START.second)
    stall.shop.town.clock.moment = START.replace(microsecond=0) + to_lima_midnight + timedelta(hours=2, minutes=59)
    assert "Hoy, 22/11/2026" in stall.read().text
    stall.shop.town.clock.move(seconds=60)
    today = stall.read().text
    assert "Hoy, 23/11/2026" in today
    assert "Vendido S/ 0.00" in today


def test_another_day_can_be_looked_at(stall: Stall) -> None:
    stall.sells(stall.beto_till.sale([stall.product()]))
    stall.shop.town.clock.move(days=2)
    page = stall.read()
    for _ in range(2):
        page = stall.browser.read(page.links["Día anterior"])
    assert "22/11/2026 Día anterior" in page.text
    assert "Vendido S/ 21.25" in page.text
    assert page.links["Hoy"] == stall.path
    page = stall.browser.read(page.links["Día siguiente"])
    assert "23/11/2026" in page.text
    assert "Nadie ha vendido ese día" in page.text


def test_a_day_that_is_none_is_not_found(stall: Stall) -> None:
    for day in ("ayer", "2026-02-30", "0001-01-01", "9999-12-31"):
        assert stall.browser.get(f"{stall.path}?dia={day}").status_code == 404


def test_the_figures_are_complete_up_to_the_till_that_told_first(stall: Stall) -> None:
    pollo = stall.product()
    seen(stall, "Casa", hours=-1)
    seen(stall, "Carro A", hours=-2)
    stall.sells(stall.beto_till.sale([pollo]))
    seen(stall, "Carro A", hours=-2)
    assert "Completo hasta las 08:42." in stall.read().text


def test_a_till_that_has_not_told_today_is_named(stall: Stall) -> None:
    seen(stall, "Casa", hours=-1)
    seen(stall, "Carro A", hours=-30)
    till(stall.shop, stall.beto, "Carro C")
    text = stall.read().text
    assert "Faltan cifras; las demás, hasta las 09:42." in text
    assert "Carro A: sin contacto desde el 21/11/2026, 04:42." in text


def test_a_past_day_is_complete_once_every_till_has_told_after_it(stall: Stall) -> None:
    seen(stall, "Casa", hours=-1)
    seen(stall, "Carro A", hours=-1)
    assert "Completo: todas las cajas enviaron ese día." in stall.read("?dia=2026-11-21").text
    seen(stall, "Carro A", hours=-30)
    assert "Carro A: sin contacto desde el 21/11/2026, 04:42." in stall.read("?dia=2026-11-21").text
    assert "Completo" in stall.read("?dia=2026-11-20").text


def test_what_came_up_for_review_in_a_week_is_told(stall: Stall) -> None:
    assert "por revisar de los" not in stall.read().text
    rosa = stall.customer(phone="911111111")
    stall.sells(stall.beto_till.sale([stall.product()], new_id(), paid=0), stall.beto_till.abono(new_id(), 500))
    stall.beto_till.push(stall.beto_till.product())
    stall.stored(stall.ana_till.patch("customers", rosa, phone=("911111111", "922222222")))
    stall.in_conflict(stall.beto_till.patch("customers", rosa, phone=("911111111", "933333333")))
    page = stall.read()
    assert "4 por revisar de los últimos 7 días." in page.text
    assert page.links["4 por revisar"] == f"{stall.path}/por-revisar"
    stall.shop.town.clock.move(days=7)
    assert "por revisar de los" not in stall.read().text


def test_a_withdrawn_till_is_not_waited_for(stall: Stall) -> None:
    seen(stall, "Carro A", hours=-30)
    seen(stall, "Casa", hours=-1)
    stall.browser.post(f"{stall.path}/equipos/{stall.beto_till.device_id}/retirar")
    assert "Completo hasta las 09:42." in stall.read().text


def seen(stall: Stall, name: str, *, hours: float) -> None:
    """The till told last that many hours from now."""
    with stall.shop.town.database.transaction(stall.shop.uuid) as connection:
        connection.exec_driver_sql(
            "UPDATE devices SET last_seen_at = %s WHERE name = %s",
            ((START + timedelta(hours=hours)).replace(tzinfo=None), name),
        )
