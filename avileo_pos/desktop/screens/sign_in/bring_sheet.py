"""Asks where the copies of a till lie, and for the password that opens them."""

from __future__ import annotations

from PySide6.QtCore import QStandardPaths, Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from avileo_pos.desktop.screens.sign_in.requests import BringTill
from avileo_pos.desktop.sheets.once_sheet import OnceSheet
from avileo_pos.desktop.troubles import code_of
from avileo_pos.desktop.widgets.field_row import FieldRow

_SENTENCE = (
    "Si la otra computadora se malogró o se perdió, la caja sigue en esta desde la memoria USB o el disco donde se"
    " guardaba su respaldo, hasta la última venta."
)
_WRONG_PASSWORD = "wrong_password_for_copies"
_MISSING = "Falta llenar esto."


class BringSheet(OnceSheet):
    """Stays open until the till has come or a trouble is shown."""

    given = Signal(object)  # BringTill

    def __init__(self, host: QWidget, address: str) -> None:
        super().__init__(host, "Traer una caja de su respaldo", _SENTENCE, action="Elegir la carpeta…", icon="database")
        self._address, self._password = QLineEdit(address), QLineEdit()
        self._address.setPlaceholderText("https://…")
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._address_row = FieldRow("Dirección del servidor", self._address)
        self._password_row = FieldRow("Contraseña", self._password, hint="La de alguien que haya entrado en esa caja.")
        self.beside = {_WRONG_PASSWORD: self._password_row}
        self.beside |= dict.fromkeys(("address_invalid", "address_needs_https"), self._address_row)
        self.body.addWidget(self._address_row)
        self.body.addWidget(self._password_row)
        self.add_footer()

    def focus_start(self) -> None:
        (self._password if self._address.text() else self._address).setFocus()

    def show_problem(self, trouble: Exception) -> None:
        super().show_problem(trouble)
        if code_of(trouble) == _WRONG_PASSWORD:
            self._password.clear()

    def act(self) -> None:
        for row, field in ((self._address_row, self._address), (self._password_row, self._password)):
            if not field.text().strip():
                row.set_problem(_MISSING)
                row.setFocus()
                return
        home = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.HomeLocation)
        place = QFileDialog.getExistingDirectory(self, "Dónde está el respaldo de la caja", home)
        if place:
            self.start()
            self.given.emit(BringTill(self._address.text().strip(), place, self._password.text()))
