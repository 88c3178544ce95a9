"""A sheet with one main action, which is done once, however often and in whatever ways it is pressed."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QWidget

from avileo_pos.desktop.troubles import code_of, words_for
from avileo_pos.desktop.widgets.button import Button, Variant
from avileo_pos.desktop.widgets.field_row import FieldRow
from avileo_pos.desktop.widgets.sheet import Sheet

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class OnceSheet(Sheet):
    """Enter is the main action from every field. A subclass says in `act` what it does.

    A subclass names in `beside` the codes of troubles that belong beside a field; the others stand over the buttons.
    """

    def __init__(
        self,
        host: QWidget,
        title: str,
        sentence: str = "",
        *,
        action: str,
        icon: str = "check",
        variant: Variant = "primary",
        width: int = 480,
    ) -> None:
        super().__init__(host, title, sentence, width=width)
        self.beside: dict[str, FieldRow] = {}
        self._under_way = False
        self._problem = QLabel()
        self._problem.setProperty("look", "problem")
        self._problem.setWordWrap(True)
        self._problem.hide()
        self.main = Button(action, icon=icon, variant=variant, large=True)
        self.main.clicked.connect(self.press_main)

    def act(self) -> None:
        """Do the main action; `start` once it is asked for, `stop` if it came to nothing."""
        raise NotImplementedError

    def press_main(self) -> None:
        if not self._under_way:
            self.act()

    def start(self) -> None:
        """From here on presses do nothing: what was asked for is being done."""
        self._under_way = True
        self.main.setEnabled(False)
        self.forget_problem()

    def stop(self) -> None:
        self._under_way = False
        self.main.setEnabled(True)

    def is_under_way(self) -> bool:
        return self._under_way

    def show_problem(self, trouble: Exception) -> None:
        """The main action came to nothing: say why, and let it be tried again. What nobody foresaw flies."""
        self.stop()
        words, row = words_for(trouble), self.beside.get(code_of(trouble))
        if row is None:
            self.say_problem(words)
        else:
            row.set_problem(words)
            row.setFocus()

    def say_problem(self, words: str) -> None:
        self._problem.setText(words)
        self._problem.setVisible(bool(words))
        self.setAccessibleDescription(words)

    def forget_problem(self) -> None:
        self.say_problem("")

    def problem(self) -> str:
        return self._problem.text()

    def add_footer(self, *before: QWidget) -> None:
        """The problem, and the buttons with the main action at the right."""
        back = Button("Volver", large=True)
        back.clicked.connect(self.dismiss)
        self.body.addWidget(self._problem)
        self.add_buttons(back, *before, self.main)

    def dismiss(self) -> None:
        """What is being registered can no longer be taken back by leaving."""
        if not self._under_way:
            super().dismiss()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in _ENTER:
            super().keyPressEvent(event)
            return
        if not event.isAutoRepeat():
            self.press_main()
        event.accept()
