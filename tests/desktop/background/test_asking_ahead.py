"""A call to central that is under way while something else is done."""

from __future__ import annotations

import threading

import pytest

from avileo_pos.desktop.background.asking_ahead import AskingAhead
from avileo_pos.sync.central import CentralUnreachable


def test_a_call_is_under_way_before_its_answer_is_waited_for() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def call() -> str:
        begun.set()
        go_on.wait()
        return threading.current_thread().name

    with AskingAhead() as ahead:
        answer = ahead(call)
        begun.wait()
        go_on.set()
        assert answer() != threading.current_thread().name


def test_trouble_on_the_way_is_told_to_whoever_waits() -> None:
    def call() -> None:
        raise CentralUnreachable("timeout")

    with AskingAhead() as ahead:
        answer = ahead(call)
        with pytest.raises(CentralUnreachable):
            answer()


def test_nothing_is_under_way_once_it_has_ended() -> None:
    done: list[bool] = []
    go_on = threading.Event()
    with AskingAhead() as ahead:
        ahead(lambda: done.append(go_on.wait()))
        go_on.set()
    assert done == [True]
