"""Asking somebody to work in a business, by a code that serves one person once."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from httpx import Response
from sqlalchemy import select

from avileo_pos.server.auth.codes import new_code, sealed
from avileo_pos.tables.server.better_auth import verification
from tests.server.shops import Shop, open_shop
from tests.server.town import SECRET, Person, Town, refusal


@pytest.fixture
def shop(town: Town) -> Shop:
    return open_shop(town)


def give_out(shop: Shop, by: Person | None = None, **details: Any) -> dict[str, Any]:
    answer = (by or shop.owner).post(f"{shop.path}/invitations", **details)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def accept(person: Person, code: str) -> Response:
    return person.post("/api/invitations/accept", code=code)


def open_ones(shop: Shop) -> list[str]:
    return [each["id"] for each in shop.owner.get(f"{shop.path}/invitations").json()]


def test_who_has_the_code_joins_in_the_place_that_was_offered(town: Town, shop: Shop) -> None:
    eva = town.sign_up("Eva")
    given = give_out(shop, role="vendedor", sales_point="Carro A", commission_rate="2.5")
    assert given["is_sent"] is False
    assert open_ones(shop) == [given["invitation"]["id"]]
    seen = town.visitor().post("/api/invitations/look", code=given["code"]).json()
    assert (seen["business_name"], seen["role"], seen["sales_point"]) == ("Pollos Rosita", "vendedor", "Carro A")
    joined = accept(eva, given["code"])
    assert joined.status_code == 200
    assert joined.json()["business_id"] == shop.business_id
    card = shop.card(eva)
    assert (card["role"], card["sales_point"], card["commission_rate"]) == ("vendedor", "Carro A", "2.50")
    assert eva.get(shop.path).status_code == 200
    assert open_ones(shop) == []
    assert [act.action for act in shop.acts()] == ["business.founded", "member.invited", "member.joined"]


def test_a_code_is_short_has_no_letters_alike_and_is_typed_as_people_type(town: Town, shop: Shop) -> None:
    code = give_out(shop)["code"]
    assert re.fullmatch("[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}", code)
    as_typed = f"  {code.lower().replace('0', 'o').replace('1', 'i').replace('-', ' ')}"
    assert accept(town.sign_up("Eva"), as_typed).status_code == 200


def test_the_code_stands_nowhere(town: Town, shop: Shop) -> None:
    code = give_out(shop)["code"]
    with town.database.transaction() as connection:
        kept = connection.scalars(select(verification.c.identifier)).all()
    assert f"invitation:{sealed(code, SECRET)}" in kept
    assert not any(code in identifier or code.replace("-", "") in identifier for identifier in kept)
    assert sealed(code, SECRET) != sealed(code, SECRET + "!")
    assert sealed("7K3QM-0XWZ", SECRET) is None


def test_a_code_serves_once(town: Town, shop: Shop) -> None:
    code = give_out(shop)["code"]
    assert accept(town.sign_up("Eva"), code).status_code == 200
    assert refusal(accept(town.sign_up("Luz"), code)) == (404, "invitation_not_found")


def test_of_two_who_come_at_once_with_one_code_one_joins(town: Town, shop: Shop) -> None:
    code, people = give_out(shop)["code"], [town.sign_up(name) for name in ("Eva", "Luz")]
    with ThreadPoolExecutor(2) as crowd:
        answers = [answer.result().status_code for answer in [crowd.submit(accept, each, code) for each in people]]
    assert sorted(answers) == [200, 404]
    assert len(shop.owner.get(shop.members).json()) == 2


def test_a_code_is_over_when_its_days_are(town: Town, shop: Shop) -> None:
    eva = town.sign_up("Eva")
    code = give_out(shop, days=2)["code"]
    town.clock.move(days=2)
    assert refusal(accept(eva, code)) == (404, "invitation_not_found")
    assert open_ones(shop) == []


def test_a_revoked_code_opens_nothing(town: Town, shop: Shop) -> None:
    given = give_out(shop)
    revoke = f"{shop.path}/invitations/{given['invitation']['id']}/revoke"
    assert shop.owner.post(revoke).json() == given["invitation"]
    assert shop.owner.post(revoke).status_code == 200
    assert refusal(accept(town.sign_up("Eva"), given["code"])) == (404, "invitation_not_found")
    assert refusal(town.visitor().post("/api/invitations/look", code=given["code"])) == (404, "invitation_not_found")
    assert open_ones(shop) == []


def test_who_was_let_go_leaves_no_codes_behind(town: Town, shop: Shop) -> None:
    beto = shop.take_on("Beto", role="admin_negocio")
    shop.settle(beto)
    code = give_out(shop, by=beto, role="admin_negocio")["code"]
    shop.owner.patch(f"{shop.members}/{shop.member_id(beto)}", is_active=False)
    assert open_ones(shop) == []
    assert refusal(accept(beto, code)) == (404, "invitation_not_found")


def test_an_invitation_by_email_brings_its_code_and_serves_that_account_only(town: Town, shop: Shop) -> None:
    eva, luz = town.visitor("Eva"), town.sign_up("Luz")
    given = give_out(shop, email=eva.email.upper())
    assert given["is_sent"] is True
    letter = town.mailbox.next_letter()
    assert (letter["To"], letter["Subject"]) == (eva.email, "Pollos Rosita lo invita a trabajar con Avileo")
    assert given["code"] in letter.get_content()
    assert refusal(accept(luz, given["code"])) == (409, "invitation_for_another")
    new = town.visitor("Eva", eva.email)
    signed_up = new.post("/api/auth/sign-up/email", name="Eva", email=new.email, password=new.password)
    new.token = signed_up.json()["token"]
    assert accept(new, given["code"]).status_code == 200


def test_who_works_there_already_is_not_invited_again(town: Town, shop: Shop) -> None:
    beto = shop.take_on("Beto")
    shop.settle(beto)
    invited = shop.owner.post(f"{shop.path}/invitations", email=beto.email)
    assert refusal(invited) == (409, "already_member")
    given = give_out(shop)
    assert refusal(accept(beto, given["code"])) == (409, "already_member")
    assert accept(town.sign_up("Eva"), given["code"]).status_code == 200


def test_who_had_left_comes_back_by_an_invitation(shop: Shop) -> None:
    beto = shop.take_on("Beto")
    shop.settle(beto)
    before = shop.card(beto)
    shop.owner.patch(f"{shop.members}/{before['id']}", is_active=False)
    assert accept(beto, give_out(shop, email=beto.email, sales_point="Casa")["code"]).status_code == 200
    assert shop.card(beto) == before | {"sales_point": "Casa"}


def test_guessing_codes_is_slowed(town: Town) -> None:
    eva = town.sign_up("Eva")
    answers = [accept(eva, new_code()).status_code for _ in range(12)]
    assert answers == [404] * 11 + [429]


@pytest.mark.parametrize("code", ["", "x", "AAAAA-AAAAA", "\u0660" * 10, "A" * 40])
def test_what_is_no_code_opens_nothing(town: Town, code: str) -> None:
    assert refusal(town.visitor().post("/api/invitations/look", code=code)) == (404, "invitation_not_found")


@pytest.mark.parametrize("wrong", [{"days": 0}, {"days": 31}, {"email": "eva"}, {"role": "dueño"}, {"invited_by": "x"}])
def test_an_invitation_that_makes_no_sense_is_refused(shop: Shop, wrong: dict[str, object]) -> None:
    assert refusal(shop.owner.post(f"{shop.path}/invitations", **wrong)) == (400, "VALIDATION_ERROR")


def test_only_the_admin_of_the_business_invites_and_revokes(town: Town, shop: Shop) -> None:
    beto, other = shop.take_on("Beto"), open_shop(town)
    shop.settle(beto)
    given = give_out(shop)
    path = f"{shop.path}/invitations"
    one = f"/{given['invitation']['id']}/revoke"
    for call, where in ((Person.get, path), (Person.post, path), (Person.post, path + one)):
        assert refusal(call(beto, where)) == (403, "forbidden")
        assert refusal(call(other.owner, where)) == (403, "not_a_member")
    foreign = other.owner.post(f"{other.path}/invitations{one}")
    none = other.owner.post(f"{other.path}/invitations/{uuid4()}/revoke")
    assert refusal(foreign) == refusal(none) == (404, "not_found")
    assert accept(town.sign_up("Eva"), given["code"]).status_code == 200
