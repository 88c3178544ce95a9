"""«Entrar»: who stands at the till. It asks by signals; the program answers by the methods below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from avileo_pos.desktop.pin_words import why_refused
from avileo_pos.desktop.screens.sign_in.bring_sheet import BringSheet
from avileo_pos.desktop.screens.sign_in.requests import (
    BusinessChoice,
    KnownPerson,
    OpenTill,
    SetNewPassword,
    SignInAtCentral,
    SignInHere,
)
from avileo_pos.desktop.screens.sign_in.sign_in_form import (
    BusinessStep,
    FirstStep,
    NewPasswordStep,
    OpeningStep,
    PeopleStep,
    PersonStep,
    Step,
)
from avileo_pos.desktop.theme import Size, Space
from avileo_pos.desktop.troubles import code_of, words_for
from avileo_pos.desktop.widgets.card import Card
from avileo_pos.desktop.widgets.field_row import FieldRow
from avileo_pos.desktop.widgets.icon_label import IconLabel
from avileo_pos.desktop.widgets.scrolled import scrolled
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.password import require_new_password
from avileo_pos.usecases.approval import PinRefused, TakeOverByPin

_CARD_WIDTH = 460
_OF_THE_ADDRESS = frozenset(
    {"no_address", "not_central", "redirected", "address_needs_https", "address_invalid", "tls"}
)
_OF_A_NEW_PASSWORD = frozenset({"password_too_short", "password_too_long", "password_not_new", "passwords_differ"})
_NO_INTERNET = frozenset({"no_route", "timeout", "interrupted"})


class SignInPage(QWidget):
    """After each request the page waits, and nothing can be pressed, until it is told the outcome."""

    central_asked = Signal(object)  # SignInAtCentral
    till_asked = Signal(object)  # OpenTill
    here_asked = Signal(object)  # SignInHere
    new_password_given = Signal(object)  # SetNewPassword
    pin_given = Signal(object)  # TakeOverByPin
    sample_asked = Signal()
    bring_given = Signal(object)  # BringTill

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.opening, self.first, self.business = OpeningStep(), FirstStep(), BusinessStep()
        self.people, self.person = PeopleStep(), PersonStep()
        self.new_password = NewPasswordStep()
        self._bringing: BringSheet | None = None
        self._known: tuple[KnownPerson, ...] = ()
        self._chosen: KnownPerson | None = None
        self._who: SignInAtCentral | None = None
        self._came_by: SignInAtCentral | SignInHere | None = None
        self._steps = (self.opening, self.first, self.business, self.people, self.person, self.new_password)
        self._current: Step = self.first
        self._lay_out()
        self._connect()

    def show_opening(self) -> None:
        """Who is known here will be told by `start`."""
        self._go_to(self.opening)

    def start(self, address: str, people: Sequence[KnownPerson]) -> None:
        """The page as it is when nobody works: those known here, or the first sign-in where there are none."""
        self._known = tuple(people)
        self._leave_busy()
        self.first.address.setText(address)
        self.first.password.clear()
        self.first.forget_problems()
        self.first.show_people_known(known=bool(self._known))
        if self._known:
            self.people.show_people(self._known)
            self._go_to(self.people)
        else:
            self._go_to(self.first)

    def show_businesses(self, choices: Sequence[BusinessChoice]) -> None:
        """Central knows the person; where to work and how the till is called is left to say."""
        self._leave_busy()
        self.business.show_businesses(choices)
        self._go_to(self.business)

    def show_trouble(self, trouble: Exception) -> None:
        """Beside the field that it is about. What nobody foresaw flies."""
        self._leave_busy()
        step = self._current
        code, words = code_of(trouble), words_for(trouble)
        row = self._row_for(step, code)
        if code == "password_must_change":
            self.new_password.start()
            self._go_to(self.new_password)
        elif row is not None:
            row.set_problem(words)
            row.setFocus()
        elif step is self.first and code in _NO_INTERNET:
            step.say_problem(f"Para entrar por primera vez hace falta internet. {words}")
        else:
            step.say_problem(words)

    def show_bring_trouble(self, trouble: Exception) -> None:
        """The till could not be brought. What nobody foresaw flies."""
        assert self._bringing is not None
        self._bringing.show_problem(trouble)

    def end_bringing(self) -> None:
        """The till has come."""
        if self._bringing is not None:
            self._bringing.close_sheet()
            self._bringing = None

    def show_refused(self, refused: PinRefused) -> None:
        self._leave_busy()
        self.person.say_refused(why_refused(refused))

    def _ask_what_to_bring(self) -> None:
        self._bringing = BringSheet(self, self.first.address.text())
        self._bringing.given.connect(self.bring_given)
        self._bringing.open()

    def _ask_central(self) -> None:
        if not _all_filled(self.first.address_row, self.first.email_row, self.first.password_row):
            return
        self._who = SignInAtCentral(
            self.first.address.text().strip(), self.first.email.text().strip(), self.first.password.text()
        )
        self._came_by = self._who
        self._wait_after(self.first)
        self.central_asked.emit(self._who)

    def _ask_till(self) -> None:
        chosen = self.business.business.currentData()
        if not _all_filled(self.business.device_row) or not isinstance(chosen, UUID):
            return
        assert self._who is not None
        self._wait_after(self.business)
        self.till_asked.emit(OpenTill(self._who, chosen, self.business.device.text().strip()))

    def _ask_person(self) -> None:
        assert self._chosen is not None
        row = self.person.pin_row if self.person.uses_pin() else self.person.password_row
        if not _all_filled(row):
            return
        self._wait_after(self.person)
        if self.person.uses_pin():
            self.pin_given.emit(TakeOverByPin(self._chosen.member_id, self.person.pin.text()))
        else:
            self._came_by = SignInHere(self._chosen.email, self.person.password.text())
            self.here_asked.emit(self._came_by)

    def _give_new_password(self) -> None:
        step, came_by = self.new_password, self._came_by
        assert came_by is not None
        step.forget_problems()
        try:
            chosen = require_new_password(step.password.text(), step.again.text())
        except BusinessRuleBroken as broken:
            self.show_trouble(broken)
            return
        if isinstance(came_by, SignInAtCentral):
            self._who = replace(came_by, password=chosen)
        self._wait_after(step)
        self.new_password_given.emit(SetNewPassword(came_by, chosen))

    def _choose(self, person: KnownPerson) -> None:
        self._chosen = person
        self.person.show_person(person)
        self._go_to(self.person)

    def _go_to_first(self) -> None:
        self._go_to(self.first)

    def _start_again(self) -> None:
        self._go_to(self.people if self._known else self.first)

    def _go_to_people(self) -> None:
        if self._known:
            self._go_to(self.people)

    def _go_to(self, step: OpeningStep | FirstStep | BusinessStep | PeopleStep | PersonStep | NewPasswordStep) -> None:
        self._current = step
        for each in self._steps:
            each.setVisible(each is step)
        step.focus_start()

    def _wait_after(self, step: Step) -> None:
        step.forget_problems()
        step.show_busy(True)

    def _leave_busy(self) -> None:
        for step in self._steps:
            step.show_busy(False)

    def _row_for(self, step: Step, code: str) -> FieldRow | None:
        if step is self.first:
            by_code = {"email_invalid": self.first.email_row, "wrong_password": self.first.password_row}
            return self.first.address_row if code in _OF_THE_ADDRESS else by_code.get(code)
        if step is self.person and code == "wrong_password":
            return self.person.password_row
        if step is self.new_password and code in _OF_A_NEW_PASSWORD:
            return self.new_password.again_row if code == "passwords_differ" else self.new_password.password_row
        return None

    def _connect(self) -> None:
        self.first.asked.connect(self._ask_central)
        self.first.sample_asked.connect(self.sample_asked)
        self.first.bring_asked.connect(self._ask_what_to_bring)
        self.first.back_asked.connect(self._go_to_people)
        self.business.asked.connect(self._ask_till)
        self.business.back_asked.connect(self._go_to_first)
        self.people.chosen.connect(self._choose)
        self.people.asked.connect(self._go_to_first)
        self.person.asked.connect(self._ask_person)
        self.person.back_asked.connect(self._go_to_people)
        self.new_password.asked.connect(self._give_new_password)
        self.new_password.back_asked.connect(self._start_again)

    def _lay_out(self) -> None:
        card = Card()
        card.setFixedWidth(_CARD_WIDTH)
        card.body.setContentsMargins(Space.WIDE, Space.WIDE, Space.WIDE, Space.WIDE)
        for step in self._steps:
            card.body.addWidget(step)
            step.setVisible(step is self._current)
        name = QLabel("Avileo")
        name.setProperty("look", "figure")
        ground = QWidget()
        column = QVBoxLayout(ground)
        column.setSpacing(Space.LARGE)
        column.addStretch(1)
        column.addLayout(_centred(IconLabel("store", "primary", Size.ICON * 2), name))
        column.addLayout(_centred(card))
        column.addStretch(2)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolled(ground))


def _centred(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(Space.MEDIUM)
    row.addStretch(1)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return row


def _all_filled(*rows: FieldRow) -> bool:
    """The first that is empty says so."""
    for row in rows:
        field = row.field
        if isinstance(field, QLineEdit) and not field.text().strip():
            row.set_problem("Falta llenar esto.")
            row.setFocus()
            return False
    return True
