"""The owner's pages in Chromium: typed into, pressed, and looked at on a phone and a laptop, by day and by night."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from avileo_pos.server.auth.password_reset import promise_reset
from tests.server.admin.chromium import IS_MISSING, LAPTOP, PHONE, Chromium, open_chromium
from tests.server.admin.stall import People, Stall
from tests.server.sync_central import new_id
from tests.server.town import Town

pytestmark = pytest.mark.skipif(IS_MISSING, reason="needs Debian's packages chromium and chromium-driver")

ENDS = ("", "/deudas", "/distribuciones", "/por-revisar", "/por-revisar/revisado", "/equipos")
WHOLE_PAGE = 60_000  # bytes


@pytest.fixture(scope="module")
def signed_in(lasting_town: Town, people: People) -> Iterator[Chromium]:
    """Ana has typed who she is, which the page asked with its own form."""
    with open_chromium(lasting_town) as chromium:
        chromium.sign_in(people.ana.person.email)
        assert "Esta página es para el dueño" in chromium.text  # as Ana has no business yet
        chromium.complaints()
        yield chromium


@pytest.fixture
def chromium(signed_in: Chromium) -> Iterator[Chromium]:
    yield signed_in
    assert signed_in.complaints() == []


@pytest.fixture
def busy(stall: Stall) -> Stall:
    """Something stands on every page."""
    pollo, rosa = stall.product(), stall.customer("Comedor Virgen del Carmen de la Legua", apodo="el comedor")
    stall.stored(stall.ana_till.distribucion(stall.beto_till.member_id))
    stall.sells(
        stall.beto_till.sale([pollo], rosa, paid=0, grams=900_000),
        stall.beto_till.abono(rosa, 123_456),
        stall.beto_till.sale([pollo], new_id(), paid=0),
    )
    stall.beto_till.push(stall.beto_till.product())
    return stall


def test_the_owner_gets_from_page_to_page_and_withdraws_a_till(stall: Stall, chromium: Chromium) -> None:
    chromium.hold(PHONE)
    chromium.open(stall.path)
    for word in ("Deudas", "Kilos", "Por revisar", "Equipos"):
        chromium.press(word)
    assert chromium.path == f"{stall.path}/equipos"
    chromium.open(f"{stall.path}/equipos/{stall.beto_till.device_id}")
    chromium.press("Retirar este equipo")
    chromium.press("Sí, retirar")
    assert chromium.path == f"{stall.path}/equipos"
    assert "retirado el 22/11/2026, 10:42" in chromium.text


def test_a_till_gets_its_new_name_by_the_form(stall: Stall, chromium: Chromium) -> None:
    chromium.open(f"{stall.path}/equipos/{stall.beto_till.device_id}")
    field = chromium.field("name")
    field.clear()
    field.send_keys("Puesto 14")
    chromium.press("Guardar el nombre")
    assert "Puesto 14" in chromium.text


def test_what_was_looked_at_is_ticked_off_with_a_note(busy: Stall, chromium: Chromium) -> None:
    chromium.hold(PHONE)
    chromium.open(f"{busy.path}/por-revisar")
    chromium.unfold("Ya lo revisé")
    assert chromium.too_small_to_touch() == []
    chromium.field("note").send_keys("fue un error")
    chromium.press("Quitar de esta lista")
    assert "No se aceptó" not in chromium.text
    chromium.press("Ver lo ya revisado")
    assert "Lo revisó Ana el 22/11/2026, 10:42. «fue un error»" in chromium.text


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_every_page_fits_and_can_be_read_and_touched(
    busy: Stall, chromium: Chromium, size: tuple[int, int], scheme: str
) -> None:
    chromium.hold(size, scheme)
    for end in ENDS:
        chromium.open(busy.path + end)
        assert chromium.hidden_at_the_side() == 0, end
        assert chromium.too_small_to_touch() == [], end
        contrasts = chromium.contrasts()
        assert len(contrasts) > 10
        assert {text: ratio for text, ratio in contrasts.items() if ratio < 4.5} == {}, end
        assert 2_000 < chromium.bytes_fetched() < WHOLE_PAGE, end


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_a_page_without_a_business_fits_and_can_be_read_and_touched(
    town: Town, people: People, chromium: Chromium, size: tuple[int, int], scheme: str
) -> None:
    with town.database.transaction() as connection:
        token = promise_reset(connection, people.beto.person.user_id, town.clock())
    chromium.hold(size, scheme)
    for path in (f"/nueva-contrasena/{token}", "/nueva-contrasena/over", "/admin/a/b/c/d", "/admin/olvido"):
        chromium.open(path)
        assert chromium.hidden_at_the_side() == 0, path
        assert chromium.too_small_to_touch() == [], path
        assert min(chromium.contrasts().values()) >= 4.5, path
        refused = chromium.complaints()  # a page that is not there, or a link that is over, is an error to a browser
        assert all("status of 40" in complaint for complaint in refused), refused


def test_who_follows_the_letter_sets_a_password_by_the_form(town: Town, people: People, chromium: Chromium) -> None:
    carla = town.sign_up("Carla")
    with town.database.transaction() as connection:
        token = promise_reset(connection, carla.user_id, town.clock())
    chromium.open(f"/nueva-contrasena/{token}")
    for name in ("new", "again"):
        chromium.field(name).send_keys("gallo de plata")
    chromium.press("Guardar")
    assert "Listo. Ya puede entrar con su contraseña nueva." in chromium.text
    assert carla.sign_in("gallo de plata").is_success


def test_day_and_night_look_differently(stall: Stall, chromium: Chromium) -> None:
    looks = []
    for scheme in ("light", "dark"):
        chromium.hold(PHONE, scheme)
        chromium.open(stall.path)
        looks.append(chromium.contrasts())
    assert looks[0] != looks[1]
