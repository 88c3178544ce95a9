"""Work that takes a while and is done seldom, such as signing in: on a thread of its own, answered in the GUI."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal

from avileo_pos.desktop.background.receivers import is_there

AnswerT = TypeVar("AnswerT")
Failed = Callable[[Exception], None]


@dataclass(frozen=True, slots=True)
class _Done:
    then: Callable[[Any], None]
    failed: Failed
    answer: Any = None
    trouble: Exception | None = None


class Errands(QObject):
    """Lives in the GUI thread, as what asks for errands does."""

    _done = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads: list[threading.Thread] = []
        self._is_over = False
        self._done.connect(self._hand_over)

    def run(self, work: Callable[[], AnswerT], *, then: Callable[[AnswerT], None], failed: Failed) -> None:
        """`then` is given what `work` returns, `failed` what it raises: in the GUI thread, while who asks is there."""

        def go() -> None:
            try:
                done = _Done(then, failed, answer=work())
            except Exception as trouble:
                done = _Done(then, failed, trouble=trouble)
            self._done.emit(done)

        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=go, name="errand", daemon=True)
        self._threads.append(thread)
        thread.start()

    def end(self) -> None:
        """Wait until nothing is under way any more; nobody is there to be given an answer from now on."""
        for thread in self._threads:
            thread.join()
        self._is_over = True

    def _hand_over(self, done: _Done) -> None:
        if self._is_over:
            return
        if done.trouble is not None and is_there(done.failed):
            done.failed(done.trouble)
        elif done.trouble is None and is_there(done.then):
            done.then(done.answer)
