"""How «Entrar» looks: small forms, one at a time, in the middle of the window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QRegularExpression, Qt, Signal
from PySide6.QtGui import QKeyEvent, QRegularExpressionValidator
from PySide6.QtWidgets import QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from avileo_pos.desktop.screens.sign_in.requests import BusinessChoice, KnownPerson
from avileo_pos.desktop.theme import Space, Tone
from avileo_pos.desktop.widgets.banner import Banner
from avileo_pos.desktop.widgets.button import Button, Variant
from avileo_pos.desktop.widgets.choice_field import ChoiceField
from avileo_pos.desktop.widgets.field_row import FieldRow
from avileo_pos.desktop.widgets.scrolled import scrolled
from avileo_pos.domain.password import SHORTEST

_PEOPLE_HEIGHT = 330
_LONGEST_NAME = 100


class Step(QWidget):
    """Fields, a problem that belongs to none of them, and the main action, which Enter does from every field."""

    asked = Signal()
    back_asked = Signal()

    def __init__(self, heading: str, words: str, action: str, *, variant: Variant = "primary", icon: str = "") -> None:
        super().__init__()
        self._action = action
        self._heading = _label(heading, "title")
        self._words = _label(words, "muted")
        self._problem = _label("", "problem")
        self.main = Button(action, variant=variant, icon=icon, large=variant == "primary")
        self.main.clicked.connect(self.asked)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(Space.MEDIUM)
        self.column.addWidget(self._heading)
        self.column.addWidget(self._words)
        self._words.setVisible(bool(words))
        self._problem.hide()
        self._rows: list[FieldRow] = []

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.back_asked.emit()
        else:
            super().keyPressEvent(event)

    def add_row(self, label: str, field: QWidget, hint: str = "") -> FieldRow:
        row = FieldRow(label, field, hint=hint)
        self.column.addWidget(row)
        self._rows.append(row)
        if isinstance(field, QLineEdit):
            field.returnPressed.connect(self.main.click)
        return row

    def add_actions(self, *others: QWidget) -> None:
        for widget in (self._problem, self.main, *others):
            self.column.addWidget(widget)

    def set_heading(self, heading: str) -> None:
        self._heading.setText(heading)

    def say_problem(self, sentence: str) -> None:
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))
        self.setAccessibleDescription(sentence)

    def forget_problems(self) -> None:
        self.say_problem("")
        for row in self._rows:
            row.set_problem("")

    def problem(self) -> str:
        return self._problem.text()

    def show_busy(self, busy: bool) -> None:
        """While an answer is awaited nothing can be pressed twice."""
        self.main.setText("Un momento…" if busy else self._action)
        self.setEnabled(not busy)


class OpeningStep(Step):
    """Nothing is asked until it is known whose till this is."""

    def __init__(self) -> None:
        super().__init__("Abriendo la caja…", "Se revisa que el archivo esté sano. Puede tardar unos segundos.", "")

    def focus_start(self) -> None:
        """Nothing takes keys yet."""


class FirstStep(Step):
    """Somebody's first time on this till."""

    sample_asked = Signal()
    bring_asked = Signal()

    def __init__(self) -> None:
        super().__init__("Entrar", "La primera vez hace falta internet. Después, no.", "Entrar")
        self.address, self.email = QLineEdit(), QLineEdit()
        self.address.setPlaceholderText("https://…")
        self.password = _password()
        self.address_row = self.add_row("Dirección del servidor", self.address)
        self.email_row = self.add_row("Correo", self.email)
        self.password_row = self.add_row("Contraseña", self.password)
        sample = Button("Probar con datos de ejemplo", icon="star", variant="ghost")
        sample.clicked.connect(self.sample_asked)
        self._bring = Button("Traer una caja de su respaldo…", icon="database", variant="ghost")
        self._bring.clicked.connect(self.bring_asked)
        self.people = Button("Volver", icon="arrow-left", variant="ghost")
        self.people.clicked.connect(self.back_asked)
        self.people.hide()
        self.add_actions(sample, self._bring, self.people)

    def show_people_known(self, *, known: bool) -> None:
        """Where people are known there is a till already."""
        self.people.setVisible(known)
        self._bring.setVisible(not known)

    def focus_start(self) -> None:
        empty = (field for field in (self.address, self.email, self.password) if not field.text())
        next(empty, self.password).setFocus()


class NewPasswordStep(Step):
    """A password of one's own, in place of the one that was handed over."""

    def __init__(self) -> None:
        super().__init__(
            "Contraseña nueva",
            "La que le entregaron sirve una sola vez. Ponga una que solo usted conozca.",
            "Guardar y entrar",
        )
        self.password, self.again = _password(), _password()
        self.password.setAccessibleName(f"Contraseña nueva, al menos {SHORTEST} caracteres")
        self.password_row = self.add_row("Contraseña nueva", self.password, hint=f"Al menos {SHORTEST} caracteres.")
        self.again_row = self.add_row("Otra vez, igual", self.again)
        back = Button("Volver", icon="arrow-left", variant="ghost")
        back.clicked.connect(self.back_asked)
        self.add_actions(back)

    def start(self) -> None:
        self.password.clear()
        self.again.clear()
        self.forget_problems()

    def focus_start(self) -> None:
        self.password.setFocus()


class BusinessStep(Step):
    """Which business this till is for, and what the till is called there."""

    def __init__(self) -> None:
        super().__init__("Esta caja", "El nombre dice en los reportes qué caja vendió.", "Abrir la caja")
        self.business = ChoiceField()
        self.device = QLineEdit("Caja 1")
        self.device.setMaxLength(_LONGEST_NAME)
        self.business_row = self.add_row("Negocio", self.business)
        self.device_row = self.add_row("Nombre de la caja", self.device)
        back = Button("Volver", icon="arrow-left", variant="ghost")
        back.clicked.connect(self.back_asked)
        self.add_actions(back)

    def show_businesses(self, choices: Sequence[BusinessChoice]) -> None:
        self.business.clear()
        for choice in choices:
            self.business.addItem(choice.name, choice.id)

    def focus_start(self) -> None:
        (self.business if self.business.count() > 1 else self.device).setFocus()


class PeopleStep(Step):
    """Who works here, one press each."""

    chosen = Signal(object)  # KnownPerson

    def __init__(self) -> None:
        super().__init__("¿Quién atiende?", "", "Otra persona", variant="ghost", icon="user-plus")
        self._people: dict[Button, KnownPerson] = {}
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(Space.SMALL)
        self._area = self._scrolled()
        self.column.addWidget(self._area)
        self.add_actions()

    def show_people(self, people: Sequence[KnownPerson]) -> None:
        for button in self._people:
            button.hide()
            button.deleteLater()
        self._people = {Button(person.name, icon="user", large=True): person for person in people}
        for place, button in enumerate(self._people):
            button.clicked.connect(self._on_person)
            self._list.insertWidget(place, button)
            button.show()  # or it has no height yet where the page is in sight already
        self._area.setFixedHeight(min(self._list.sizeHint().height(), _PEOPLE_HEIGHT))

    def focus_start(self) -> None:
        next(iter(self._people)).setFocus()

    def _on_person(self) -> None:
        button = self.sender()
        assert isinstance(button, Button)
        self.chosen.emit(self._people[button])

    def _scrolled(self) -> QScrollArea:
        ground = QWidget()
        column = QVBoxLayout(ground)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._list)
        column.addStretch(1)
        return scrolled(ground)


class PersonStep(Step):
    """The PIN of one person, or the password."""

    def __init__(self) -> None:
        super().__init__("", "", "Entrar")
        self.lease = Banner(tone=Tone.WARNING)
        self.lease.hide()
        self.column.addWidget(self.lease)
        self.pin, self.password = _pin(), _password()
        self.pin_row = self.add_row("PIN", self.pin)
        self.password_row = self.add_row("Contraseña", self.password)
        self._other_way = Button(variant="ghost", accessible_name="Otra forma de entrar")
        self._other_way.clicked.connect(self._switch)
        back = Button("Volver", icon="arrow-left", variant="ghost")
        back.clicked.connect(self.back_asked)
        self.add_actions(self._other_way, back)
        self._by: Literal["pin", "password"] = "pin"

    def show_person(self, person: KnownPerson) -> None:
        self.set_heading(person.name)
        self.pin.clear()
        self.password.clear()
        self.forget_problems()
        self._other_way.setVisible(person.has_pin)
        self._show_way("pin" if person.has_pin and not person.wants_password else "password")
        self.lease.setVisible(person.days_left is not None)
        if person.days_left is not None:
            self.lease.say(lease_words(person.days_left), Tone.WARNING)

    def uses_pin(self) -> bool:
        return self._by == "pin"

    def say_refused(self, sentence: str) -> None:
        """A mistaken PIN or password: says so beside it, empties it, waits for the next."""
        field, row = (self.pin, self.pin_row) if self.uses_pin() else (self.password, self.password_row)
        field.clear()
        row.set_problem(sentence)
        field.setFocus()

    def focus_start(self) -> None:
        (self.pin if self.uses_pin() else self.password).setFocus()

    def _switch(self) -> None:
        self._show_way("password" if self.uses_pin() else "pin")
        self.focus_start()

    def _show_way(self, by: Literal["pin", "password"]) -> None:
        self._by = by
        self.pin_row.setVisible(self.uses_pin())
        self.password_row.setVisible(not self.uses_pin())
        self._other_way.setText("Entrar con contraseña" if self.uses_pin() else "Entrar con PIN")


def lease_words(days_left: int) -> str:
    if days_left <= 0:
        return (
            "Esta persona necesita internet para entrar: pasaron 14 días sin conectarse, o la fecha de esta computadora"
            " está mal."
        )
    days = "mañana" if days_left == 1 else f"en {days_left} días"
    return f"Conéctese a internet: {days} ya no podrá entrar sin él."


def _password() -> QLineEdit:
    field = QLineEdit()
    field.setEchoMode(QLineEdit.EchoMode.Password)
    return field


def _pin() -> QLineEdit:
    field = _password()
    field.setProperty("look", "pin")
    field.setAlignment(Qt.AlignmentFlag.AlignCenter)
    field.setValidator(QRegularExpressionValidator(QRegularExpression("[0-9]{0,6}"), field))
    return field


def _label(text: str, look: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("look", look)
    label.setWordWrap(True)
    return label
