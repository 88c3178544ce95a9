"""Founding a business, and its data and settings."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from avileo_pos.server.postgres.revisions import head_of
from avileo_pos.tables.server import system_config
from avileo_pos.tables.shared import businesses
from tests.server.shops import Shop, open_shop
from tests.server.town import START, Town, refusal

RUC = "20100070970"


@pytest.fixture
def shop(town: Town) -> Shop:
    return open_shop(town)


def revisions(shop: Shop) -> tuple[int, int]:
    """The business row's own, and the highest that was given out."""
    business_id = UUID(shop.business_id)
    with shop.town.database.transaction(business_id) as connection:
        own = connection.scalar(select(businesses.c.revision).where(businesses.c.id == business_id))
        assert own is not None
        return own, head_of(connection, business_id)


def set_for_new_businesses(town: Town, values: dict[str, object]) -> None:
    row = {"id": UUID(int=1), "permitir_venta_sin_stock": True, "updated_at": START} | values
    setting = insert(system_config).values(row)
    with town.database.transaction() as connection:
        connection.execute(setting.on_conflict_do_update(index_elements=["id"], set_=row))


def test_who_founds_a_business_is_its_admin(town: Town) -> None:
    ana = town.sign_up("Ana")
    answer = ana.post("/api/businesses", name="  Pollos Rosita ", ruc=RUC, phone="987654321", control_kilos=False)
    assert answer.status_code == 201
    card = answer.json()
    assert (card["name"], card["ruc"], card["phone"], card["address"]) == ("Pollos Rosita", RUC, "987654321", None)
    assert (card["control_kilos"], card["usar_distribucion"], card["modo_operacion"]) == (False, True, "mixto")
    (mine,) = ana.get("/api/me").json()["businesses"]
    assert (mine["business_id"], mine["role"], mine["name"]) == (card["id"], "admin_negocio", "Ana")
    assert ana.get(f"/api/businesses/{card['id']}").json() == card


def test_a_new_business_begins_as_the_operator_has_set_it(town: Town) -> None:
    usual = {"modo_operacion": "mixto", "control_kilos": True, "usar_distribucion": True}
    as_set = {"modo_operacion": "pedidos", "control_kilos": False, "usar_distribucion": False}
    set_for_new_businesses(town, as_set)
    try:
        card = open_shop(town).owner.post("/api/businesses", name="Otra", control_kilos=True).json()
    finally:
        set_for_new_businesses(town, usual)
    assert (card["modo_operacion"], card["control_kilos"], card["usar_distribucion"]) == ("pedidos", True, False)


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"ruc": "20131312954"}, 422, "not_a_ruc"),
        ({"ruc": "2013131295"}, 400, "VALIDATION_ERROR"),
        ({"name": " "}, 400, "VALIDATION_ERROR"),
        ({"name": "A\0"}, 400, "VALIDATION_ERROR"),
        ({"name": "A" * 101}, 400, "VALIDATION_ERROR"),
        ({"name": None}, 400, "VALIDATION_ERROR"),
        ({"modo_operacion": "otro"}, 400, "VALIDATION_ERROR"),
        ({"control_kilos": 1}, 400, "VALIDATION_ERROR"),
        ({"control_kilos": None}, 400, "VALIDATION_ERROR"),
        ({"day_cutoff_hour": 13}, 400, "VALIDATION_ERROR"),
        ({"email": "ana"}, 400, "VALIDATION_ERROR"),
        ({"logo_url": "javascript:alert(1)"}, 400, "VALIDATION_ERROR"),
        ({"is_active": False}, 400, "VALIDATION_ERROR"),
        ({"id": str(uuid4())}, 400, "VALIDATION_ERROR"),
    ],
)
def test_wrong_data_change_nothing(shop: Shop, wrong: dict[str, object], status: int, code: str) -> None:
    before = revisions(shop)
    assert refusal(shop.owner.patch(shop.path, **wrong)) == (status, code)
    assert refusal(shop.owner.post("/api/businesses", **{"name": "Otra"} | wrong)) == (status, code)
    assert revisions(shop) == before


def test_changed_settings_travel_to_the_tills_by_a_new_revision(shop: Shop) -> None:
    before, _ = revisions(shop)
    changed = shop.owner.patch(shop.path, modo_operacion="sin_inventario", day_cutoff_hour=5, ruc=RUC, address=None)
    assert changed.json() == shop.owner.get(shop.path).json()
    assert (changed.json()["modo_operacion"], changed.json()["day_cutoff_hour"]) == ("sin_inventario", 5)
    after, head = revisions(shop)
    assert after == head > before


def test_naming_nothing_changes_nothing(shop: Shop) -> None:
    before = revisions(shop)
    assert shop.owner.patch(shop.path).json()["name"] == "Pollos Rosita"
    assert revisions(shop) == before


def test_a_vendedor_reads_the_settings_and_only_the_admin_changes_them(shop: Shop) -> None:
    beto = shop.take_on("Beto")
    shop.settle(beto)
    assert beto.get(shop.path).json()["name"] == "Pollos Rosita"
    assert refusal(beto.patch(shop.path, name="Mío")) == (403, "forbidden")


def test_a_business_of_others_is_answered_as_one_that_does_not_exist(town: Town, shop: Shop) -> None:
    eva = town.sign_up("Eva")
    for call in (eva.get, eva.patch):
        foreign, none = call(shop.path), call(f"/api/businesses/{uuid4()}")
        assert refusal(foreign) == refusal(none) == (403, "not_a_member")
        assert foreign.json() == none.json()
    assert refusal(eva.get("/api/businesses/x")) == (400, "VALIDATION_ERROR")


def test_nobody_fills_central_with_businesses(town: Town) -> None:
    ana = town.sign_up("Ana")
    statuses = [ana.post("/api/businesses", name=f"Puesto {number}").status_code for number in range(12)]
    assert statuses == [201] * 11 + [429]


def test_a_person_whose_name_is_empty_is_called_by_the_email(town: Town) -> None:
    ana = town.sign_up("Ana")
    ana.post("/api/auth/update-user", name=" ")
    ana.post("/api/businesses", name="Otra")
    assert ana.get("/api/me").json()["businesses"][0]["name"] == ana.email


def test_a_page_of_another_site_changes_no_business(shop: Shop) -> None:
    owner = shop.owner
    owner.sign_in()
    by_cookie = owner.client.patch(shop.path, json={"name": "Mío"}, headers={"Origin": "https://evil.example"})
    assert refusal(by_cookie) == (403, "INVALID_ORIGIN")
    assert owner.client.get(shop.path).json()["name"] == "Pollos Rosita"


def test_a_profile_is_the_persons_own(town: Town) -> None:
    ana, eva = town.sign_up("Ana"), town.sign_up("Eva")
    empty = {"dni": None, "phone": None, "birth_date": None, "avatar_url": None}
    assert ana.get("/api/me/profile").json() == empty
    filled = ana.patch(
        "/api/me/profile",
        dni=" 4567.8901 ",
        phone="+51 987 654 321",
        birth_date="1990-02-28",
        avatar_url="https://example.com/ana.png",
    )
    assert filled.json() == {
        "dni": "45678901",
        "phone": "987654321",
        "birth_date": "1990-02-28",
        "avatar_url": "https://example.com/ana.png",
    }
    assert ana.patch("/api/me/profile", phone=None).json() == filled.json() | {"phone": None}
    assert eva.get("/api/me/profile").json() == empty
    assert refusal(town.visitor().get("/api/me/profile")) == (401, "UNAUTHORIZED")


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"dni": "1234567"}, 422, "not_a_dni"),
        ({"phone": "014567890"}, 422, "not_a_mobile"),
        ({"birth_date": "2026-11-23"}, 422, "not_born_yet"),
        ({"birth_date": "1899-12-31"}, 400, "VALIDATION_ERROR"),
        ({"birth_date": "ayer"}, 400, "VALIDATION_ERROR"),
        ({"avatar_url": "ana.png"}, 400, "VALIDATION_ERROR"),
        ({"user_id": "x"}, 400, "VALIDATION_ERROR"),
    ],
)
def test_a_profile_takes_only_what_can_be_true(town: Town, wrong: dict[str, str], status: int, code: str) -> None:
    assert refusal(town.sign_up("Ana").patch("/api/me/profile", **wrong)) == (status, code)
