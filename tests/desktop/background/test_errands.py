"""Work on a thread of its own: answered in the GUI while somebody is there to be answered."""

from __future__ import annotations

import threading

import pytest

from avileo_pos.demo.hands import settle, wait_for
from avileo_pos.desktop.background.errands import Errands


class Desk:
    """Where answers and troubles arrive, and on which thread."""

    def __init__(self) -> None:
        self.answers: list[object] = []
        self.troubles: list[Exception] = []
        self.threads: list[threading.Thread] = []

    def take(self, answer: object) -> None:
        self.answers.append(answer)
        self.threads.append(threading.current_thread())

    def hear(self, trouble: Exception) -> None:
        self.troubles.append(trouble)


@pytest.fixture
def desk(qapp: object) -> Desk:
    return Desk()


def test_an_answer_arrives_where_it_was_asked_for(desk: Desk) -> None:
    errands = Errands()
    errands.run(lambda: "done", then=desk.take, failed=desk.hear)
    wait_for(lambda: desk.answers, "the answer")
    assert (desk.answers, desk.threads) == (["done"], [threading.current_thread()])


def test_trouble_arrives_as_trouble(desk: Desk) -> None:
    errands = Errands()
    errands.run(lambda: 1 // 0, then=desk.take, failed=desk.hear)
    wait_for(lambda: desk.troubles, "the trouble")
    assert isinstance(desk.troubles[0], ZeroDivisionError)


def test_nobody_is_answered_after_the_end(desk: Desk) -> None:
    """The program has closed the business by then: an answer would be handed to nobody."""
    errands = Errands()
    errands.run(lambda: "late", then=desk.take, failed=desk.hear)
    errands.end()
    settle()
    assert desk.answers == []
