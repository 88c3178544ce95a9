"""Between central and a branch: when a till turns home by itself, and what it then hands on."""

from __future__ import annotations

from uuid import uuid4

import msgspec
import pytest

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.protocol import OperationResult, OperationStatus, PushAnswer, PushRequest
from avileo_pos.protocol.branches import TakenPush
from avileo_pos.sync.central import CentralTrouble, CentralUnreachable, SignedOut, WrongAddress
from avileo_pos.sync.central_line import ANSWERS_BEFORE_TURNING_HOME, CentralLine
from tests.replica.till import Clock
from tests.sync.ledger_central import BUSINESS, LedgerCentral

AWAY = CentralUnreachable("no_route")


class Home(LedgerCentral):
    """Central with people, whose answers are told before."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.answers: list[Exception | None] = []

    def memberships(self) -> tuple[()]:
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer
        return ()


class Taken:
    """A branch that took these pushes, and how far they were handed on."""

    def __init__(self, *pushes: TakenPush) -> None:
        self.pushes = pushes
        self.number = 0

    def next_push(self, _business: object, after: int) -> TakenPush | None:
        return next((push for push in self.pushes if push.number > after), None)

    def handed_on(self) -> int:
        return self.number

    def note_handed_on(self, number: int) -> None:
        self.number = number


@pytest.fixture
def home(clock: Clock) -> Home:
    return Home(clock)


@pytest.fixture
def line(home: Home, clock: Clock) -> CentralLine:
    line = CentralLine(home, BUSINESS, clock)
    line.turn_to(LedgerCentral(clock, epoch="branch"))
    return line


def test_a_till_turns_home_when_central_has_answered_several_times_in_a_row(line: CentralLine, home: Home) -> None:
    home.answers = [AWAY, None, None, AWAY]
    assert [line.look_home() for _ in range(4)] == [False] * 4
    assert [line.look_home() for _ in range(ANSWERS_BEFORE_TURNING_HOME)] == [False, False, True]
    assert line.branch is None
    assert not line.look_home()


@pytest.mark.parametrize(
    ("answer", "is_there"),
    [
        (None, True),
        (SignedOut("signed_out"), True),
        (BusinessRuleBroken("password_must_change"), True),
        (WrongAddress("not_central"), False),
        (CentralUnreachable("timeout"), False),
    ],
)
def test_it_is_central_that_has_to_answer_whatever_it_says(
    line: CentralLine, home: Home, answer: Exception | None, is_there: bool
) -> None:
    home.answers = [answer] * ANSWERS_BEFORE_TURNING_HOME
    assert [line.look_home() for _ in range(ANSWERS_BEFORE_TURNING_HOME)][-1] is is_there


def test_nothing_is_handed_on_before_the_till_is_home(line: CentralLine, home: Home) -> None:
    taken = Taken(push(1))
    line.share(taken, taken)
    assert not line.hand_on()
    line.turn_home()
    assert line.hand_on()
    assert (home.pushes, taken.number) == ([1], 1)


def test_what_central_cannot_take_yet_goes_again_and_holds_back_nothing_else(line: CentralLine, home: Home) -> None:
    late, other, last = push(1), push(4), push(5)
    home.answers_retry = {operation_id(late)}
    taken = Taken(late, other, last)
    line.share(taken, taken)
    line.turn_home()
    assert not line.hand_on()
    assert (taken.number, set(home.receipts)) == (0, {operation_id(other), operation_id(last)})
    home.answers_retry.clear()
    assert line.hand_on()
    assert (taken.number, len(home.receipts)) == (5, 3)


def test_a_line_that_breaks_is_tried_again_from_where_all_was_settled(line: CentralLine, home: Home) -> None:
    taken = Taken(push(1), push(2))
    line.share(taken, taken)
    line.turn_home()
    home.lost_answers = 1
    with pytest.raises(CentralTrouble):
        line.hand_on()
    assert line.hand_on()
    assert (taken.number, len(home.receipts)) == (2, 2)


def test_a_push_is_handed_on_as_its_till_sent_it(line: CentralLine, home: Home) -> None:
    sent: list[PushRequest] = []

    def take(request: PushRequest) -> PushAnswer:
        sent.append(request)
        return PushAnswer("home", 1, "", [OperationResult(operation_id(only), OperationStatus.APPLIED)])

    only = push(7)
    taken = Taken(only)
    line.share(taken, taken)
    line.turn_home()
    home.push = take  # type: ignore[method-assign]
    assert line.hand_on()
    [request] = sent
    assert (request.device_id, request.operations) == (only.device_id, only.operations)


def push(number: int) -> TakenPush:
    operation = {
        "id": str(uuid4()),
        "seq": number,
        "operation_type": "create",
        "collection": "customers",
        "entity_id": str(uuid4()),
        "schema": 1,
        "actor_id": str(uuid4()),
        "created_at": "2026-11-22T17:00:00.000000Z",
        "data": {"name": "Rosa", "opening_balance": 0},
    }
    return TakenPush(number, str(uuid4()), [msgspec.Raw(msgspec.json.encode(operation))])


def operation_id(taken: TakenPush) -> str:
    return str(msgspec.json.decode(taken.operations[0])["id"])
