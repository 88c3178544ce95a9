"""A member who lost the password gets one from the admin, and must set another before anything else."""

from __future__ import annotations

import re

import pytest

from tests.server.shops import Shop, open_shop
from tests.server.town import PASSWORD, Person, Town, refusal

NEW = "gallo de oro"


@pytest.fixture
def shop(town: Town) -> Shop:
    return open_shop(town)


def handed_to(shop: Shop, member: Person) -> str:
    answer = shop.owner.post(f"{shop.members}/{shop.member_id(member)}/one-time-password")
    return str(answer.json()["one_time_password"])


def change(person: Person, current: str, new: str = NEW, **more: object) -> tuple[int, str]:
    answer = person.post("/api/auth/change-password", currentPassword=current, newPassword=new, **more)
    return answer.status_code, answer.json().get("code", "")


def test_who_lost_the_password_comes_in_once_and_sets_another(shop: Shop) -> None:
    beto = shop.take_on("Beto")
    handed = handed_to(shop, beto)
    assert re.fullmatch("[0-9A-Z]{5}-[0-9A-Z]{5}", handed)
    assert beto.sign_in(handed).status_code == 200
    for path in ("/api/me", "/api/auth/list-sessions", shop.path):
        assert refusal(beto.get(path)) == (403, "password_must_change")
    assert beto.is_signed_in()
    assert change(beto, handed)[0] == 200
    assert beto.get("/api/me").json()["businesses"][0]["business_id"] == shop.business_id
    assert refusal(beto.sign_in(handed)) == (401, "INVALID_EMAIL_OR_PASSWORD")
    assert beto.sign_in(NEW).status_code == 200


def test_the_person_is_told_by_mail_that_a_password_was_made_and_not_which(shop: Shop) -> None:
    beto = shop.take_on("Beto")
    handed = handed_to(shop, beto)
    letter = shop.town.mailbox.next_letter()
    assert letter["To"] == beto.email
    assert "El administrador de «Pollos Rosita»" in letter.get_content()
    assert handed not in letter.get_content()


def test_a_handed_password_is_typed_as_people_type(shop: Shop) -> None:
    beto = shop.take_on("Beto")
    handed = handed_to(shop, beto)
    as_typed = handed.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert beto.sign_in(as_typed).status_code == 200


def test_a_handed_password_is_over_after_a_day(shop: Shop) -> None:
    beto = shop.take_on("Beto")
    handed = handed_to(shop, beto)
    shop.town.clock.move(days=1)
    assert beto.sign_in(handed).status_code == 401


def test_the_last_one_handed_over_counts(shop: Shop) -> None:
    beto = shop.take_on("Beto")
    first, second = handed_to(shop, beto), handed_to(shop, beto)
    assert beto.sign_in(first).status_code == 401
    assert beto.sign_in(second).status_code == 200


def test_a_till_at_work_is_not_disturbed_until_the_password_is_changed(shop: Shop) -> None:
    beto = shop.take_on("Beto")
    at_work = shop.settle(beto)
    handed = handed_to(shop, beto)
    beto.sign_in(handed)
    assert at_work.get("/api/me").status_code == 200
    assert change(beto, handed)[0] == 200
    assert not at_work.is_signed_in()


def test_who_finds_the_old_password_again_ends_what_the_handed_one_opened(shop: Shop) -> None:
    beto = shop.take_on("Beto")
    at_work = shop.settle(beto)
    handed = handed_to(shop, beto)
    beto.sign_in(handed)
    assert change(at_work, PASSWORD)[0] == 200
    assert not beto.is_signed_in()
    assert beto.sign_in(handed).status_code == 401
    assert at_work.get("/api/me").status_code == 200


def test_a_new_password_must_be_long_enough_and_the_handed_one_right(shop: Shop) -> None:
    beto = shop.take_on("Beto")
    handed = handed_to(shop, beto)
    beto.sign_in(handed)
    assert change(beto, handed, "corta") == (400, "PASSWORD_TOO_SHORT")
    assert change(beto, "AAAAA-AAAAA") == (400, "INVALID_PASSWORD")
    assert refusal(beto.get("/api/me")) == (403, "password_must_change")


def test_a_change_that_ends_all_sessions_opens_one_without_a_mark(shop: Shop) -> None:
    beto = shop.take_on("Beto")
    handed = handed_to(shop, beto)
    beto.sign_in(handed)
    answer = beto.post("/api/auth/change-password", currentPassword=handed, newPassword=NEW, revokeOtherSessions=True)
    beto.token = answer.json()["token"]
    assert beto.get("/api/me").status_code == 200


def test_a_letter_makes_the_handed_password_needless(shop: Shop) -> None:
    beto = shop.take_on("Beto")
    handed = handed_to(shop, beto)
    shop.town.mailbox.next_letter()
    beto.post("/api/auth/request-password-reset", email=beto.email)
    link = re.search(r"/nueva-contrasena/(\S+)", shop.town.mailbox.next_letter().get_content())
    assert link is not None
    beto.post("/api/auth/reset-password", newPassword=NEW, token=link[1])
    assert beto.sign_in(handed).status_code == 401
    assert beto.sign_in(NEW).status_code == 200


def test_only_the_admin_of_the_same_business_hands_one_over(town: Town, shop: Shop) -> None:
    beto = shop.take_on("Beto")
    shop.settle(beto)
    other = open_shop(town)
    at_beto = f"/{shop.member_id(beto)}/one-time-password"
    assert refusal(beto.post(shop.members + at_beto)) == (403, "forbidden")
    assert refusal(other.owner.post(shop.members + at_beto)) == (403, "not_a_member")
    assert refusal(other.owner.post(other.members + at_beto)) == (404, "not_found")
    assert refusal(town.visitor().post(shop.members + at_beto)) == (401, "UNAUTHORIZED")


def test_nobody_gets_into_another_business_by_handing_over_a_password(town: Town, shop: Shop) -> None:
    beto = shop.take_on("Beto")
    shop.settle(beto)
    assert beto.post("/api/businesses", name="Huevos Beto").status_code == 201
    answer = shop.owner.post(f"{shop.members}/{shop.member_id(beto)}/one-time-password")
    assert refusal(answer) == (409, "works_elsewhere")


@pytest.mark.parametrize("how", ["founds", "joins"])
def test_a_handed_password_is_over_once_the_person_works_elsewhere(town: Town, shop: Shop, how: str) -> None:
    beto = shop.take_on("Beto")
    at_work = shop.settle(beto)
    handed = handed_to(shop, beto)
    the_admin_as_beto = town.visitor("Ana", beto.email)
    the_admin_as_beto.sign_in(handed)
    if how == "founds":
        assert at_work.post("/api/businesses", name="Huevos Beto").status_code == 201
    else:
        other = open_shop(town)
        code = other.owner.post(f"{other.path}/invitations").json()["code"]
        assert at_work.post("/api/invitations/accept", code=code).status_code == 200
    assert not the_admin_as_beto.is_signed_in()
    assert the_admin_as_beto.sign_in(handed).status_code == 401
    assert at_work.get("/api/me").status_code == 200


def test_nobody_hands_one_to_oneself_or_to_who_has_left(shop: Shop) -> None:
    beto = shop.take_on("Beto")
    own = f"{shop.members}/{shop.member_id(shop.owner)}/one-time-password"
    assert refusal(shop.owner.post(own)) == (409, "not_for_yourself")
    at_beto = f"{shop.members}/{shop.member_id(beto)}"
    shop.owner.patch(at_beto, is_active=False)
    assert refusal(shop.owner.post(f"{at_beto}/one-time-password")) == (409, "member_inactive")
