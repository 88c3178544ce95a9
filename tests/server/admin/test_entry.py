"""The way into the owner's pages, and who is not let in."""

from __future__ import annotations

import pytest

from tests.server.admin.reading import Page
from tests.server.admin.stall import Browser, People, Stall, browser_of
from tests.server.shops import open_shop
from tests.server.town import PASSWORD, Town


def test_the_owner_signs_in_and_sees_the_business(town: Town, browser: Browser) -> None:
    shop = open_shop(town, "Avícola Doña Pepa")
    answer = browser.sign_in(shop.owner.email)
    assert answer.url.path == f"/admin/{shop.business_id}"
    assert "Avícola Doña Pepa" in Page(answer.text).text


def test_a_wrong_password_is_told_and_the_email_need_not_be_typed_again(town: Town, browser: Browser) -> None:
    shop = open_shop(town)
    answer = browser.sign_in(shop.owner.email, "gallina blanca")
    page = Page(answer.text)
    assert answer.status_code == 401
    assert "El correo o la contraseña no son correctos." in page.text
    assert page.forms[0].fields == {"email": shop.owner.email, "password": ""}


@pytest.mark.parametrize("email", ["ana", "", "a" * 2000 + "@example.com"])
def test_what_is_no_email_is_told(browser: Browser, email: str) -> None:
    answer = browser.sign_in(email)
    assert answer.status_code in {400, 401}
    assert Page(answer.text).forms[0].action == "/admin/entrar"


def test_guessing_takes_longer_and_longer(town: Town, browser: Browser) -> None:
    shop = open_shop(town)
    for _ in range(6):
        browser.sign_in(shop.owner.email, "gallina blanca")
    answer = browser.sign_in(shop.owner.email)
    assert answer.status_code == 429
    assert "Demasiados intentos. Espere 2 segundos y vuelva a probar." in Page(answer.text).text
    town.clock.move(seconds=1)
    assert "Espere 1 segundo y" in Page(browser.sign_in(shop.owner.email).text).text
    town.clock.move(seconds=1)
    assert browser.sign_in(shop.owner.email).url.path == f"/admin/{shop.business_id}"


def test_who_forgot_the_password_gets_a_letter_whoever_asks(town: Town, people: People, browser: Browser) -> None:
    page = browser.read(browser.read("/admin/entrar").links["Olvidé mi contraseña"])
    for email in (people.beto.person.email, "nadie@example.com"):
        answer = browser.post(page.forms[0].action, email=email)
        assert f"Si {email} tiene una cuenta, le llegará un correo" in Page(answer.text).text
    letter = town.mailbox.next_letter()
    assert letter["To"] == people.beto.person.email
    assert "/nueva-contrasena/" in letter.get_content()
    assert "Escriba el correo completo" in browser.post("/admin/olvido", email="beto").text


def test_who_signs_out_is_out(stall: Stall, browser: Browser) -> None:
    browser.sign_in(stall.shop.owner.email)
    assert browser.get(stall.path).url.path == stall.path
    assert browser.post("/admin/salir").url.path == "/admin/entrar"
    assert browser.get(stall.path).url.path == "/admin/entrar"


def test_a_password_for_one_time_leads_to_a_new_one_first(town: Town, browser: Browser) -> None:
    shop = open_shop(town)
    carla = shop.take_on("Carla", role="admin_negocio")
    handed = shop.handed[carla.email]
    assert browser.sign_in(carla.email, handed).url.path == "/admin/contrasena"
    assert browser.get(f"/admin/{shop.business_id}").url.path == "/admin/contrasena"
    other = browser.post("/admin/contrasena", current=handed, new=PASSWORD, again="otra cosa")
    assert "Las dos contraseñas no son iguales." in Page(other.text).text
    short = browser.post("/admin/contrasena", current=handed, new="corta", again="corta")
    assert "al menos 8 caracteres" in Page(short.text).text
    wrong = browser.post("/admin/contrasena", current="no es", new=PASSWORD, again=PASSWORD)
    assert "La contraseña de ahora no es correcta." in Page(wrong.text).text
    same = browser.post("/admin/contrasena", current=handed, new=handed, again=handed)
    assert "Elija otra: esa es la que le dieron." in Page(same.text).text
    done = browser.post("/admin/contrasena", current=handed, new=PASSWORD, again=PASSWORD)
    assert done.url.path == f"/admin/{shop.business_id}"
    assert browser_of(town).sign_in(carla.email).url.path == f"/admin/{shop.business_id}"


def test_who_owns_several_businesses_chooses_one(town: Town, browser: Browser) -> None:
    shop = open_shop(town, "Pollos Rosita")
    second = shop.owner.post("/api/businesses", name="Huevos Ana").json()
    answer = browser.sign_in(shop.owner.email)
    page = Page(answer.text)
    assert answer.url.path == "/admin/negocios"
    assert page.links == {
        "Huevos Ana": f"/admin/{second['id']}",
        "Pollos Rosita": f"/admin/{shop.business_id}",
    }


def test_no_page_of_another_site_does_anything(stall: Stall) -> None:
    device = stall.beto_till.device_id
    elsewhere = Browser(stall.browser.client, "https://evil.example")
    for path in ("/admin/salir", f"{stall.path}/equipos/{device}/retirar", f"{stall.path}/equipos/{device}/nombre"):
        answer = elsewhere.post(path, name="x")
        assert answer.status_code == 403
        assert "El pedido no vino de esta página." in answer.text
    assert "retirado" not in stall.read("/equipos").text


def test_central_is_used_under_another_of_its_names_too(stall: Stall) -> None:
    elsewhere = Browser(stall.browser.client, stall.shop.town.address)
    answer = elsewhere.post(f"{stall.path}/equipos/{stall.beto_till.device_id}/nombre", name="Puesto 14")
    assert (answer.status_code, "Puesto 14" in answer.text) == (200, True)


def test_nobody_keeps_a_page_and_nothing_of_others_runs_on_it(stall: Stall) -> None:
    headers = stall.browser.get(stall.path).headers
    assert headers["cache-control"] == "no-store"
    assert headers["content-security-policy"] == (
        "default-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert headers["referrer-policy"] == "same-origin"


def test_the_page_is_found_by_the_address_alone_and_with_a_slash_too_many(stall: Stall) -> None:
    for path in ("/", "/admin/", "/admin//"):
        assert stall.browser.get(path).url.path == stall.browser.get("/admin").url.path
    assert stall.browser.get(f"{stall.path}/deudas/").url.path == f"{stall.path}/deudas"
    elsewhere = stall.browser.get("/admin/deudas/de/otros")
    assert (elsewhere.status_code, "No se encontró" in elsewhere.text) == (404, True)


def test_whoever_looks_now_and_then_stays_signed_in(stall: Stall) -> None:
    for _ in range(5):
        stall.shop.town.clock.move(days=5)
        answer = stall.browser.client.get(stall.path)
        assert (answer.status_code, "better-auth.session_token=" in answer.headers["set-cookie"]) == (200, True)


def test_style_and_icons_are_kept_by_the_browser(browser: Browser) -> None:
    for name, kind in {"admin.css": "text/css; charset=utf-8", "icons.svg": "image/svg+xml"}.items():
        answer = browser.get(f"/admin/static/{name}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
        assert "immutable" in answer.headers["cache-control"]
    assert browser.get("/admin/static/pages.py").status_code == 404


@pytest.mark.parametrize("body", [b"\xff=%ff", b"name=" + b"x" * 20_000, b"&".join([b"a=1"] * 20), b"email=%00"])
def test_a_form_that_makes_no_sense_is_refused(browser: Browser, body: bytes) -> None:
    answer = browser.client.post("/admin/entrar", content=body)
    assert (answer.status_code, "No se entendió" in answer.text) == (400, True)
