"""PINs at the till: who lends what to whom, and what guessing brings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import update

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.permissions import Actor, Permission
from avileo_pos.domain.pin import LONGEST_WAIT
from avileo_pos.replica.database import Replica
from avileo_pos.replica.transaction import UseCase, write
from avileo_pos.tables.shared import business_users
from avileo_pos.usecases.approval import (
    ApproveByPin,
    PinRefused,
    TakeOverByPin,
    approve,
    hash_pin,
    take_over,
)
from tests.desktop.shop import JOSE, PEPA, PEPA_PIN, ROSA, ROSA_PIN, Clock, furnish

RequestT = TypeVar("RequestT")
AnswerT = TypeVar("AnswerT")
A_VOID = Permission.SALE_VOID_ANY


class Till:
    """Rosa's till, which can be started again."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.clock = Clock()
        self.replica = Replica.open(file, clock=self.clock)

    def try_pin(self, pin: str) -> Actor | PinRefused:
        return self.do(approve, ApproveByPin(A_VOID, pin))

    def do(self, usecase: UseCase[[RequestT], AnswerT], request: RequestT) -> AnswerT:
        return write(self.replica, ROSA, usecase, request)

    def start_again(self) -> None:
        self.replica.close()
        self.replica = Replica.open(self.file, clock=self.clock)


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    furnish(tmp_path / "replica.sqlite")
    opened = Till(tmp_path / "replica.sqlite")
    yield opened
    opened.replica.close()


def test_an_admins_pin_lends_the_permission_for_one_action(till: Till) -> None:
    lent = till.try_pin(PEPA_PIN)
    assert isinstance(lent, Actor)
    assert lent.may(A_VOID)
    assert lent.member_id == ROSA.member_id
    assert lent.approved_by == PEPA.member_id
    assert not ROSA.may(A_VOID)


def test_a_sellers_own_pin_lends_nothing(till: Till) -> None:
    assert till.try_pin(ROSA_PIN) == PinRefused(tries_left=4, wait_until=None)


def test_after_five_mistakes_even_the_right_pin_waits_a_minute(till: Till) -> None:
    left = [_refused(till.try_pin("0000")).tries_left for _ in range(5)]
    assert left == [4, 3, 2, 1, 0]
    waiting = _refused(till.try_pin(PEPA_PIN))
    assert waiting.wait_until == till.clock() + timedelta(minutes=1)
    till.clock.go_on(minutes=1)
    assert isinstance(till.try_pin(PEPA_PIN), Actor)


def test_a_clock_that_was_ahead_locks_nobody_out_for_years(till: Till) -> None:
    till.clock.go_on(days=365 * 70)
    for _ in range(5):
        till.try_pin("0000")
    assert _refused(till.try_pin(PEPA_PIN)).wait_until
    till.clock.go_on(days=-365 * 70)
    assert isinstance(till.try_pin(PEPA_PIN), Actor)


def test_each_further_mistake_waits_twice_as_long_up_to_an_hour(till: Till) -> None:
    waits = []
    for _ in range(15):
        refused = _refused(till.try_pin("0000"))
        if refused.wait_until:
            waits.append(refused.wait_until - till.clock())
            till.clock.now = refused.wait_until
    assert waits[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert waits[-1] == LONGEST_WAIT


def test_starting_the_program_again_does_not_shorten_the_wait(till: Till) -> None:
    for _ in range(5):
        till.try_pin("0000")
    till.start_again()
    assert _refused(till.try_pin(PEPA_PIN)).wait_until == till.clock() + timedelta(minutes=1)


def test_a_try_that_is_not_looked_at_does_not_lengthen_the_wait(till: Till) -> None:
    for _ in range(5):
        till.try_pin("0000")
    first = till.try_pin("0000")
    till.clock.go_on(seconds=30)
    assert till.try_pin("0000") == first


def test_the_right_pin_forgets_the_mistakes_before_it(till: Till) -> None:
    for _ in range(4):
        till.try_pin("0000")
    till.try_pin(PEPA_PIN)
    assert _refused(till.try_pin("0000")).tries_left == 4


def test_a_person_takes_over_the_till_with_the_own_pin_only(till: Till) -> None:
    assert till.do(take_over, TakeOverByPin(PEPA.member_id, PEPA_PIN)) == PEPA
    assert isinstance(till.do(take_over, TakeOverByPin(PEPA.member_id, ROSA_PIN)), PinRefused)


def test_mistakes_at_the_lock_count_for_the_approval_too(till: Till) -> None:
    for _ in range(5):
        till.do(take_over, TakeOverByPin(PEPA.member_id, "0000"))
    assert _refused(till.try_pin(PEPA_PIN)).wait_until is not None


def test_mistakes_with_one_persons_pin_do_not_hold_up_another(till: Till) -> None:
    for _ in range(5):
        till.do(take_over, TakeOverByPin(ROSA.member_id, "0000"))
    assert till.do(take_over, TakeOverByPin(PEPA.member_id, PEPA_PIN)) == PEPA


def test_who_has_no_pin_is_sent_to_the_password(till: Till) -> None:
    with pytest.raises(BusinessRuleBroken, match="no_pin"):
        till.do(take_over, TakeOverByPin(JOSE.member_id, "1234"))


def test_who_left_the_business_lends_nothing(till: Till) -> None:
    with till.replica.writing() as db:
        db.execute(update(business_users).where(business_users.c.id == PEPA.member_id).values(is_active=False))
    with pytest.raises(BusinessRuleBroken, match="no_admin_pin"):
        till.try_pin(PEPA_PIN)


def test_a_new_pin_is_kept_as_a_hash_that_lends(till: Till) -> None:
    kept = hash_pin("135790")
    assert "135790" not in kept
    with till.replica.writing() as db:
        db.execute(update(business_users).where(business_users.c.id == PEPA.member_id).values(pin_hash=kept))
    assert isinstance(till.try_pin("135790"), Actor)


def test_a_hash_that_is_none_lets_nobody_in(till: Till) -> None:
    with till.replica.writing() as db:
        db.execute(update(business_users).where(business_users.c.id == PEPA.member_id).values(pin_hash="4071"))
    assert isinstance(till.try_pin(PEPA_PIN), PinRefused)


@pytest.mark.parametrize("pin", ["", "123", "1234567", "12a4", "１２３４"])
def test_a_pin_is_four_to_six_digits(pin: str) -> None:
    with pytest.raises(BusinessRuleBroken, match="not_a_pin"):
        hash_pin(pin)


def _refused(answer: Actor | PinRefused) -> PinRefused:
    assert isinstance(answer, PinRefused)
    return answer
