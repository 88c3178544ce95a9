"""Equipos: what a till is called, when it was heard of, and how one is withdrawn."""

from __future__ import annotations

import pytest

from tests.server.admin.stall import Stall


def test_each_till_tells_who_signed_in_and_when_it_was_heard_of(stall: Stall) -> None:
    stall.customer()
    text = stall.read("/equipos").text
    assert "Casa serie A1 Último contacto: 22/11/2026, 10:42 Entraron: Ana." in text
    assert "Carro A serie A2" in text


def test_a_till_is_named_anew_and_the_audit_tells_who_did(stall: Stall) -> None:
    path = f"{stall.path}/equipos/{stall.beto_till.device_id}"
    assert stall.browser.read(path).forms[0].fields == {"name": "Carro A"}
    answer = stall.browser.post(f"{path}/nombre", name="  Carro de Beto ")
    assert answer.url.path == f"{stall.path}/equipos"
    assert "Carro de Beto serie A2" in stall.read("/equipos").text
    assert (stall.shop.acts()[-1].action, stall.shop.acts()[-1].user_id) == ("device.renamed", stall.shop.owner.user_id)


@pytest.mark.parametrize("name", ["", "   ", "x" * 101])
def test_a_till_needs_a_name_that_fits(stall: Stall, name: str) -> None:
    path = f"{stall.path}/equipos/{stall.beto_till.device_id}"
    assert stall.browser.post(f"{path}/nombre", name=name).status_code == 400
    assert stall.browser.read(path).forms[0].fields == {"name": "Carro A"}


def test_before_a_till_is_withdrawn_one_is_asked(stall: Stall) -> None:
    page = stall.read(f"/equipos/{stall.beto_till.device_id}")
    page = stall.browser.read(page.links["Retirar este equipo…"])
    assert "¿Retirar «Carro A»?" in page.text
    assert "No se puede deshacer" in page.text
    assert "retirado" not in stall.read("/equipos").text
    stall.browser.post(page.forms[0].action)
    assert "Carro A serie A2 retirado el 22/11/2026, 10:42" in stall.read("/equipos").text
    assert stall.shop.acts()[-1].action == "device.revoked"
    assert stall.beto.post("/api/devices", **stall.enrolment()).status_code == 403


def test_a_till_of_others_cannot_be_named_or_withdrawn(stall: Stall) -> None:
    theirs = stall.neighbour()
    device = theirs.beto_till.device_id
    for place in (stall.path, theirs.path):
        for act in ("nombre", "retirar"):
            answer = stall.browser.post(f"{place}/equipos/{device}/{act}", name="Nuestra")
            assert (answer.status_code, "No se encontró" in answer.text) == (404, True)
    assert "Carro A serie A2" in theirs.read("/equipos").text
    assert "retirado" not in theirs.read("/equipos").text


def test_a_vendedor_cannot_name_or_withdraw_a_till(stall: Stall) -> None:
    browser = stall.people.beto.browser
    for act in ("nombre", "retirar"):
        path = f"{stall.path}/equipos/{stall.beto_till.device_id}/{act}"
        assert browser.post(path, name="Mía").status_code == 403
    assert "Carro A serie A2 " in stall.read("/equipos").text
