"""One question for an admin's PIN, from the sheet that asks to the permission that is lent."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from avileo_pos.desktop.pin_words import why_refused
from avileo_pos.desktop.till import Lane
from avileo_pos.desktop.troubles import words_for
from avileo_pos.desktop.widgets.dialogs import PinSheet
from avileo_pos.domain.permissions import Actor, Permission
from avileo_pos.usecases.approval import ApproveByPin, PinRefused, approve


class ApprovalQuestion(QObject):
    """Lives as long as its sheet. `then` is given the person at work with the permission lent."""

    def __init__(
        self, window: QWidget, lane: Lane, permission: Permission, why: str, then: Callable[[Actor], None]
    ) -> None:
        self._sheet = PinSheet(window, "PIN de administrador", why)
        super().__init__(self._sheet)
        self._lane = lane
        self._permission = permission
        self._then = then
        self._is_being_tried = False
        self._sheet.given.connect(self._try)
        self._sheet.open()

    def _try(self, pin: str) -> None:
        if not self._is_being_tried:
            self._is_being_tried = True
            request = ApproveByPin(self._permission, pin)
            self._lane.write(approve, request, then=self._on_answer, failed=self._on_failed)

    def _on_answer(self, answer: Actor | PinRefused) -> None:
        self._is_being_tried = False
        if isinstance(answer, PinRefused):
            self._sheet.show_problem(why_refused(answer))
            return
        self._sheet.close_sheet()
        self._then(answer)

    def _on_failed(self, trouble: Exception) -> None:
        self._is_being_tried = False
        self._sheet.show_problem(words_for(trouble))
