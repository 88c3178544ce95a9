"""A field under its label, with the sentence that says what is wrong beside it."""

from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from avileo_pos.desktop.theme import Space, set_style
from avileo_pos.desktop.widgets.number_field import NumberField


class FieldRow(QWidget):
    """Names the field to assistive technology too. A problem set here goes away as soon as the field is edited."""

    def __init__(self, label: str, field: QWidget, *, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self._hint = hint
        self._sentence = QLabel(hint)
        self._sentence.setWordWrap(True)
        caption = QLabel(label)
        caption.setProperty("look", "strong")
        caption.setBuddy(field)
        if not field.accessibleName():
            field.setAccessibleName(label)
        self.setFocusProxy(field)
        self._lay_out(caption)
        self._show_sentence(field.problem() if isinstance(field, NumberField) else "")
        if isinstance(field, NumberField):
            field.problem_changed.connect(self._show_sentence)
        elif isinstance(field, QLineEdit):
            field.textEdited.connect(self._forget_problem)
        elif isinstance(field, QComboBox):
            field.activated.connect(self._forget_problem)

    def set_problem(self, sentence: str) -> None:
        """The empty sentence takes the problem back."""
        if isinstance(self.field, NumberField):
            self.field.set_problem(sentence)
            return
        set_style(self.field, invalid=bool(sentence))
        self.field.setAccessibleDescription(sentence)
        self._show_sentence(sentence)

    def problem(self) -> str:
        return self._sentence.text() if self._sentence.property("look") == "problem" else ""

    def _lay_out(self, caption: QLabel) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.TIGHT)
        column.addWidget(caption)
        column.addWidget(self.field)
        column.addWidget(self._sentence)

    def _forget_problem(self) -> None:
        if self.problem():
            self.set_problem("")

    def _show_sentence(self, problem: str) -> None:
        self._sentence.setText(problem or self._hint)
        self._sentence.setVisible(bool(problem or self._hint))
        set_style(self._sentence, look="problem" if problem else "muted")
