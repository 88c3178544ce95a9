"""Coming in: by central the first time, and then for two weeks without it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.replica.database import Replica
from avileo_pos.sync.central import CentralUnreachable, Enrolment, Membership
from avileo_pos.sync.sign_in import LEASE, businesses_of, open_till, set_new_password, sign_in_without_central
from tests.replica.till import ANA, BUSINESS, Clock, Till, catalog_page

PASSWORD = "pollo-fresco-7"
AT_ANAS = Membership(BUSINESS, "Avícola Ana", ANA, "Ana", BusinessUserRole.ADMIN_NEGOCIO)


@dataclass
class Desk:
    """Central's accounts: Ana and her password, the businesses where she works, and the tills that were enrolled."""

    works_at: tuple[Membership, ...] = (AT_ANAS,)
    enrolled: list[UUID] = field(default_factory=list)
    is_away: bool = False
    password: str = PASSWORD
    handed: str = ""
    loses_the_answer: bool = False

    def sign_in(self, email: str, password: str) -> str:
        if self.is_away:
            raise CentralUnreachable("no_route")
        if email != "ana@example.com" or password != (self.handed or self.password):
            raise BusinessRuleBroken("wrong_password")
        return "token"

    def change_password(self, current: str, new: str) -> None:
        assert current == self.handed
        self.handed, self.password = "", new
        if self.loses_the_answer:
            self.loses_the_answer = False
            raise CentralUnreachable("interrupted")

    def memberships(self) -> tuple[Membership, ...]:
        if self.handed:
            raise BusinessRuleBroken("password_must_change")
        return self.works_at

    def enrol(self, business_id: UUID, device_id: UUID, name: str) -> Enrolment:
        self.enrolled.append(device_id)
        return Enrolment("A1")


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    """A file that has just been made for the business."""
    clock = Clock()
    opened = Till(Replica.open(tmp_path / "new.db", clock=clock), clock)
    yield opened
    opened.replica.close()


@pytest.fixture
def anas_till(till: Till, desk: Desk) -> Till:
    """Ana has signed in at central once, and the catalog has come."""
    open_till(desk, till.run, AT_ANAS, " Ana@Example.com", PASSWORD, "Caja 1", till.clock())
    till.applies(catalog_page())
    return till


def come_in(till: Till, password: str = PASSWORD) -> object:
    return sign_in_without_central(till.run, "ANA@example.com ", password, till.clock())


def refused(till: Till, password: str = PASSWORD) -> BusinessRuleBroken:
    with pytest.raises(BusinessRuleBroken) as trouble:
        come_in(till, password)
    return trouble.value


def test_central_says_where_a_person_works(desk: Desk) -> None:
    tokens: list[str] = []
    assert businesses_of(desk, tokens.append, " Ana@Example.com ", PASSWORD) == (AT_ANAS,)
    assert tokens == ["token"]


def test_a_person_without_a_business_is_told(desk: Desk) -> None:
    desk.works_at = ()
    with pytest.raises(BusinessRuleBroken, match="no_business"):
        businesses_of(desk, [].append, "ana@example.com", PASSWORD)


def test_a_wrong_password_and_an_absent_central_are_told_apart(desk: Desk) -> None:
    with pytest.raises(BusinessRuleBroken, match="wrong_password"):
        businesses_of(desk, [].append, "ana@example.com", "otra")
    desk.is_away = True
    with pytest.raises(CentralUnreachable):
        businesses_of(desk, [].append, "ana@example.com", PASSWORD)


def test_who_was_handed_a_password_sets_a_new_one_and_goes_on(desk: Desk) -> None:
    desk.handed = "7K3QM-0XWZB"
    tokens: list[str] = []
    with pytest.raises(BusinessRuleBroken, match="password_must_change"):
        businesses_of(desk, tokens.append, "ana@example.com", desk.handed)
    found = set_new_password(desk, tokens.append, " Ana@example.com", desk.handed, "gallo de oro")
    assert found == (AT_ANAS,)
    assert businesses_of(desk, tokens.append, "ana@example.com", "gallo de oro") == (AT_ANAS,)


def test_a_new_password_whose_answer_was_lost_is_set_by_trying_again(desk: Desk) -> None:
    desk.handed, desk.loses_the_answer = "7K3QM-0XWZB", True
    handed = desk.handed
    with pytest.raises(CentralUnreachable):
        set_new_password(desk, [].append, "ana@example.com", handed, "gallo de oro")
    assert set_new_password(desk, [].append, "ana@example.com", handed, "gallo de oro") == (AT_ANAS,)


def test_the_first_sign_in_enrols_the_till(till: Till, desk: Desk) -> None:
    signed_in = open_till(desk, till.run, AT_ANAS, "ana@example.com", PASSWORD, "Caja 1", till.clock())
    assert (signed_in.actor.member_id, signed_in.actor.role) == (ANA, BusinessUserRole.ADMIN_NEGOCIO)
    (row,) = till.rows("SELECT business_id, device_id, receipt_series, last_receipt FROM till_identity")
    assert row["device_id"] == str(desk.enrolled[0])
    assert (row["business_id"], row["receipt_series"], row["last_receipt"]) == (str(BUSINESS), "A1", 0)


def test_signing_in_again_keeps_the_device_and_its_receipt_numbers(anas_till: Till, desk: Desk) -> None:
    with anas_till.replica.writing() as db:
        db.exec_driver_sql("UPDATE till_identity SET last_receipt = 41")
    open_till(desk, anas_till.run, AT_ANAS, "ana@example.com", PASSWORD, "Caja 1", anas_till.clock())
    assert len(set(desk.enrolled)) == 1
    assert anas_till.value("SELECT last_receipt FROM till_identity") == 41


def test_the_password_itself_is_not_on_the_disk(anas_till: Till) -> None:
    hashed = anas_till.value("SELECT password_hash FROM offline_sign_ins")
    assert hashed.startswith("$argon2id$")
    files = anas_till.replica.path.parent.iterdir()
    assert not any(PASSWORD.encode() in file.read_bytes() for file in files)


def test_a_known_person_comes_in_without_central_for_two_weeks(anas_till: Till) -> None:
    begun = anas_till.clock()
    assert (come_in(anas_till).warn, come_in(anas_till).lease_ends_at) == (False, begun + LEASE)
    anas_till.clock.advance(days=10, seconds=1)
    assert come_in(anas_till).warn
    anas_till.clock.advance(days=4)
    assert refused(anas_till).code == "needs_central"


def test_a_stranger_needs_central(anas_till: Till) -> None:
    with pytest.raises(BusinessRuleBroken, match="needs_central"):
        sign_in_without_central(anas_till.run, "luis@example.com", PASSWORD, anas_till.clock())


def test_a_clock_that_was_ahead_locks_nobody_out_for_years(anas_till: Till) -> None:
    anas_till.clock.advance(days=1)
    for _ in range(5):
        refused(anas_till, "otra")
    assert refused(anas_till, PASSWORD).code == "too_many_attempts"
    anas_till.clock.advance(days=-1)
    come_in(anas_till)


def test_after_five_wrong_passwords_each_try_waits_longer(anas_till: Till) -> None:
    assert [refused(anas_till, "otra").code for _ in range(5)] == ["wrong_password"] * 5
    waits = []
    for _ in range(3):
        told = refused(anas_till, PASSWORD)
        assert told.code == "too_many_attempts"
        waits.append(told.details["until"] - anas_till.clock())
        anas_till.clock.now = told.details["until"]
        assert refused(anas_till, "otra").code == "wrong_password"
    assert waits == [timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=120)]
    anas_till.clock.advance(hours=1)
    come_in(anas_till)
    assert refused(anas_till, "otra").code == "wrong_password"
    come_in(anas_till)


def test_a_member_who_was_let_go_does_not_come_in(anas_till: Till) -> None:
    with anas_till.replica.writing() as db:
        db.exec_driver_sql("UPDATE business_users SET is_active = 0")
    assert refused(anas_till).code == "member_inactive"


def test_each_person_of_a_till_has_their_own_password(anas_till: Till, desk: Desk) -> None:
    luis = Membership(BUSINESS, "Avícola Ana", uuid4(), "Luis", BusinessUserRole.VENDEDOR)
    open_till(desk, anas_till.run, luis, "luis@example.com", "otra-clave-9", "Caja 1", anas_till.clock())
    assert refused(anas_till, "otra-clave-9").code == "wrong_password"
    assert come_in(anas_till).actor.member_id == ANA
