"""Between central and a branch: when a till turns home by itself, and what it then hands on."""

from __future__ import annotations

from uuid import uuid4

import msgspec
import pytest

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.protocol import OperationResult, OperationStatus, PushAnswer, PushRequest
from avileo_pos.protocol.branches import TakenPush
from avileo_pos.sync.central import (
    CentralTrouble,
    CentralUnreachable,
    RequestRefused,
    ResyncNeeded,
    SignedOut,
    WrongAddress,
)
from avileo_pos.sync.central_line import ANSWERS_BEFORE_TURNING_HOME, CentralLine
from avileo_pos.sync.handing_on import HandedOn, Held
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
        self.done = HandedOn()
        self.epoch = ""

    def next_push(self, _business: object, after: int) -> TakenPush | None:
        return next((push for push in self.pushes if push.number > after), None)

    def handed_on(self, epoch: str) -> HandedOn:
        return self.done if self.epoch == epoch else HandedOn()

    def note_handed_on(self, epoch: str, done: HandedOn) -> None:
        self.epoch, self.done = epoch, done


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
    come_home(line)
    assert line.hand_on()
    assert (home.pushes, taken.done.number) == ([0, 1], 1)


def test_what_central_cannot_take_yet_goes_again_and_holds_back_nothing_else(line: CentralLine, home: Home) -> None:
    late, other, last = push(1), push(4), push(5)
    home.answers_retry = {operation_id(late)}
    taken = Taken(late, other, last)
    line.share(taken, taken)
    come_home(line)
    assert not line.hand_on()
    assert (taken.done.number, taken.done.held) == (5, (Held(1, (operation_id(late),)),))
    assert set(home.receipts) == {operation_id(other), operation_id(last)}
    home.answers_retry.clear()
    assert line.hand_on()
    assert (taken.done.number, taken.done.held, len(home.receipts)) == (5, (), 3)


def test_a_line_that_breaks_is_tried_again_from_where_all_was_settled(line: CentralLine, home: Home) -> None:
    taken = Taken(push(1), push(2), push(3))
    line.share(taken, taken)
    come_home(line)
    home.faults = [AWAY]
    home.when_pushed = lambda: home.faults.append(AWAY) if len(home.pushes) == 4 else None
    with pytest.raises(CentralTrouble):
        line.hand_on()
    with pytest.raises(CentralTrouble):
        line.hand_on()
    assert taken.done.number == 1
    assert line.hand_on()
    assert (taken.done.number, len(home.receipts), home.pushes) == (3, 3, [0, 1, 1, 1, 0, 1, 1])


def test_what_is_too_large_for_the_way_to_central_goes_in_halves(line: CentralLine, home: Home) -> None:
    large = push(7, operations=5)
    taken = Taken(large)
    line.share(taken, taken)
    come_home(line)

    def proxy() -> None:
        if home.pushes[-1] > 2:
            home.faults.append(RequestRefused(413, "too_large"))

    home.when_pushed = proxy
    assert line.hand_on()
    assert (taken.done.number, list(home.receipts)) == (7, operation_ids(large))


def test_what_central_fails_over_holds_back_nothing_else(line: CentralLine, home: Home) -> None:
    poisoned, last = push(7, operations=5), push(8)
    bad = operation_ids(poisoned)[2]
    home.fails_on = {bad}
    taken = Taken(poisoned, last)
    line.share(taken, taken)
    come_home(line)
    assert not line.hand_on()
    assert (taken.done.number, taken.done.held) == (8, (Held(7, (bad,)),))
    assert set(home.receipts) == {*operation_ids(poisoned), operation_id(last)} - {bad}
    home.pushes.clear()
    assert not line.hand_on()
    assert home.pushes == [1, 0], "it alone goes again"
    home.fails_on.clear()
    assert line.hand_on()
    assert (taken.done.number, taken.done.held, len(home.receipts)) == (8, (), 6)


def test_a_central_that_came_back_from_a_backup_is_given_all_again(line: CentralLine, home: Home) -> None:
    taken = Taken(push(1), push(2))
    line.share(taken, taken)
    come_home(line)
    backup = home.kept()
    assert line.hand_on()
    home.restore(backup)
    come_home(line)
    assert line.hand_on()
    assert (taken.done.number, len(home.receipts)) == (2, 2)


@pytest.mark.parametrize("is_heard", [False, True])
def test_a_central_that_went_back_without_a_word_is_given_all_again(
    line: CentralLine, home: Home, is_heard: bool
) -> None:
    """The till hears of it by what it sends itself, or by the next push that it hands on."""
    taken = Taken(push(1), push(2))
    line.share(taken, taken)
    come_home(line)
    snapshot = home.kept()
    assert line.hand_on()
    home.slip_back(snapshot)
    if is_heard:
        with pytest.raises(ResyncNeeded):
            line.pull(BUSINESS, uuid4(), None, 100, [str(taken.done.mark)])
        home.faults = [AWAY]
        with pytest.raises(CentralUnreachable):
            line.hand_on()
    else:
        taken.pushes += (push(3),)
    with pytest.raises(ResyncNeeded):
        line.hand_on()
    assert home.receipts == {}
    assert line.hand_on()
    assert set(home.receipts) == {each for handed in taken.pushes for each in operation_ids(handed)}


def test_a_push_is_handed_on_as_its_till_sent_it(line: CentralLine, home: Home) -> None:
    sent: list[PushRequest] = []

    def take(request: PushRequest) -> PushAnswer:
        sent.append(request)
        return PushAnswer("home", 1, "", [OperationResult(operation_id(only), OperationStatus.APPLIED)])

    only = push(7)
    taken = Taken(only)
    line.share(taken, taken)
    come_home(line)
    home.push = take  # type: ignore[method-assign]
    assert line.hand_on()
    [request] = sent
    assert (request.device_id, request.operations) == (only.device_id, only.operations)


def test_whoever_is_called_for_the_first_time_is_asked_for_its_epoch_first(line: CentralLine, home: Home) -> None:
    """Else a voiding would come home before the sale that only the branch has heard of, and be refused for good."""
    [voiding] = push(1).operations
    request = PushRequest(str(uuid4()), str(BUSINESS), "", [voiding], epoch="branch")
    assert line.push(request).results
    line.turn_home()
    assert (line.push(request).results, home.pushes, home.receipts) == ([], [0], {})
    assert line.push(msgspec.structs.replace(request, epoch=home.epoch)).results


def come_home(line: CentralLine) -> None:
    """The first round there asks in which epoch central is."""
    line.turn_home()
    line.push(PushRequest(str(uuid4()), str(BUSINESS), operations=[], client_time=""))


def push(number: int, operations: int = 1) -> TakenPush:
    several = [msgspec.Raw(msgspec.json.encode(_operation(number + place))) for place in range(operations)]
    return TakenPush(number, str(uuid4()), several)


def _operation(number: int) -> dict[str, object]:
    return {
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


def operation_id(taken: TakenPush) -> str:
    return operation_ids(taken)[0]


def operation_ids(taken: TakenPush) -> list[str]:
    return [msgspec.json.decode(each)["id"] for each in taken.operations]
