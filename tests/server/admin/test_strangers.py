"""Every page of every business, asked for by people who have no business there."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from fastapi.routing import APIRoute
from httpx import Response

from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.server.admin.router import ROUTERS
from tests.server.admin.reading import Page
from tests.server.admin.stall import Browser, Stall, take_on
from tests.server.sync_central import new_id

OF_A_BUSINESS = sorted(
    (method, route.path)
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute) and "{business_id}" in route.path
    for method in route.methods
)
OF_ONE_THING = [(method, path) for method, path in OF_A_BUSINESS if path.count("{") > 1]
NOT_FOUND = (404, "Avileo No se encontró Esta página no existe, o ya no está. Ir al inicio")


def asked(browser: Browser, method: str, path: str) -> Response:
    return browser.get(path) if method == "GET" else browser.post(path, name="Nuestra")


def said(answer: Response) -> tuple[int, str]:
    return answer.status_code, Page(answer.text).text


def things(stall: Stall) -> dict[str, str]:
    sale = stall.beto_till.sale([stall.product()], new_id(), paid=0)
    stall.sells(sale)
    return {
        "customer_id": stall.customer("Secreta Rosa"),
        "device_id": stall.beto_till.device_id,
        "kind": "sales",
        "subject_id": sale["entity_id"],
    }


def looks(stall: Stall) -> Iterator[str]:
    """What the owner sees there, which nobody else may change."""
    for end in ("", "/deudas", "/distribuciones", "/por-revisar", "/por-revisar/revisado", "/equipos"):
        yield stall.read(end).text


def test_there_are_pages_to_try() -> None:
    assert len(OF_A_BUSINESS) > len(OF_ONE_THING) > 4


def test_a_business_of_others_looks_like_one_that_is_not_there(stall: Stall) -> None:
    theirs = stall.neighbour()
    named, before = things(theirs), list(looks(theirs))
    for business in (theirs.shop.business_id, str(uuid4()), "nowhere"):
        for method, path in OF_A_BUSINESS:
            assert said(asked(stall.browser, method, path.format(business_id=business, **named))) == NOT_FOUND
    assert list(looks(theirs)) == before


@pytest.mark.parametrize(("method", "path"), OF_ONE_THING)
def test_a_thing_of_others_looks_like_one_that_is_not_there(stall: Stall, method: str, path: str) -> None:
    theirs = stall.neighbour()
    named_there = things(theirs)
    names = named_there.keys()
    before = list(looks(theirs))
    for named in (named_there, dict.fromkeys(names, str(uuid4())), dict.fromkeys(names, "nothing")):
        assert said(asked(stall.browser, method, path.format(business_id=stall.shop.business_id, **named))) == NOT_FOUND
    assert list(looks(theirs)) == before


def test_a_vendedor_is_told_politely_that_the_pages_are_for_the_owner(stall: Stall) -> None:
    beto, named, before = stall.people.beto.browser, things(stall), list(looks(stall))
    for path in ("/admin", "/admin/negocios"):
        assert beto.get(path).status_code == 403
    for method, path in OF_A_BUSINESS:
        status, text = said(asked(beto, method, path.format(business_id=stall.shop.business_id, **named)))
        assert (status, "Esta página es para el dueño" in text, "Rosa" in text) == (403, True, False)
    assert list(looks(stall)) == before


def test_who_is_not_signed_in_is_asked_to(stall: Stall, browser: Browser) -> None:
    named = things(stall)
    everywhere = [
        path.format(business_id=stall.shop.business_id, **named) for method, path in OF_A_BUSINESS if method == "GET"
    ]
    for path in ("/admin", "/admin/negocios", "/admin/contrasena", *everywhere):
        assert browser.get(path).url.path == "/admin/entrar"


def test_who_was_let_go_finds_nothing_any_more(stall: Stall) -> None:
    carla = stall.people.carla
    take_on(stall.shop, carla.person, BusinessUserRole.ADMIN_NEGOCIO)
    assert carla.browser.get(stall.path).status_code == 200
    member = f"{stall.shop.members}/{stall.shop.member_id(carla.person)}"
    assert stall.shop.owner.patch(member, is_active=False).is_success
    assert said(carla.browser.get(stall.path)) == NOT_FOUND
