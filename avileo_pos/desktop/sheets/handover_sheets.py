"""Carrying what waits to another till: into a file under a passphrase, and out of it."""

from __future__ import annotations

import re

from PySide6.QtCore import QStandardPaths, Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from avileo_pos.desktop.safety_desk import Carried, CarryOperations
from avileo_pos.desktop.sheets.once_sheet import OnceSheet
from avileo_pos.desktop.theme import Tone
from avileo_pos.desktop.till import Till
from avileo_pos.desktop.widgets.field_row import FieldRow
from avileo_pos.domain.business_day import lima

_NO_FILE_HOLDS = re.compile(r'[<>:"/\\|?*]')
_FILES = "Operaciones de Avileo (*.avileo)"
_EXPORT = (
    "Es para una caja que ya no llegará a internet: lo que espera aquí se lleva en un archivo a otra caja del negocio o"
    " al servidor."
    " No se quita de aquí, y si varios lo envían cuenta una sola vez."
)
_IMPORT = "Lo que esperaba en otra caja del negocio entra en esta y se envía desde aquí. Lo que ya estaba no se repite."


class _CarrySheet(OnceSheet):
    """Asks for a passphrase, then for a file."""

    def __init__(self, host: QWidget, till: Till, title: str, sentence: str, action: str, icon: str) -> None:
        super().__init__(host, title, sentence, action=action, icon=icon, width=560)
        self.till = till
        self.passphrase = QLineEdit()
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.passphrase_row = FieldRow("Clave del archivo", self.passphrase, hint=self.HINT)
        self.beside = dict.fromkeys(("wrong_passphrase", "passphrase_too_short"), self.passphrase_row)
        self.body.addWidget(self.passphrase_row)

    HINT = ""

    def focus_start(self) -> None:
        self.passphrase.setFocus()

    def carry(self, file: str, *, inward: bool) -> None:
        if not file:
            return
        self.start()
        asked = CarryOperations(file, self.passphrase.text(), inward, self.on_carried, self.show_problem)
        self.till.host.safety.carry_asked.emit(asked)

    def on_carried(self, carried: Carried) -> None:
        raise NotImplementedError


class ExportSheet(_CarrySheet):
    """Says `exported` when the file is written, and was read again."""

    exported = Signal(object)  # Carried

    HINT = "Al menos 8 caracteres. Dígala a quien va a importar; no la escriba en el archivo."

    def __init__(self, host: QWidget, till: Till) -> None:
        super().__init__(host, till, "Exportar lo que espera", _EXPORT, "Elegir dónde…", "share-2")
        self._again = QLineEdit()
        self._again.setEchoMode(QLineEdit.EchoMode.Password)
        self._again_row = FieldRow("Otra vez, igual", self._again)
        self.body.addWidget(self._again_row)
        self.add_footer()

    def act(self) -> None:
        if self._again.text() != self.passphrase.text():
            self._again_row.set_problem("No es igual a la de arriba.")
            self._again_row.setFocus()
            return
        day = lima(self.till.now()).strftime("%Y-%m-%d %H-%M")
        name = _NO_FILE_HOLDS.sub("-", f"Por enviar de {self.till.device_name} {day}.avileo")
        file, _ = QFileDialog.getSaveFileName(self, "Exportar lo que espera", f"{_documents()}/{name}", _FILES)
        self.carry(file, inward=False)

    def on_carried(self, carried: Carried) -> None:
        self.close_sheet()
        self.till.host.say(
            f"{_counted(carried.operations)} en el archivo. Impórtelo en otra caja («Por enviar», Importar) o en el"
            " servidor."
        )
        self.exported.emit(carried)


class ImportSheet(_CarrySheet):
    HINT = "La que se puso al exportar."

    def __init__(self, host: QWidget, till: Till) -> None:
        super().__init__(host, till, "Importar de otra caja", _IMPORT, "Elegir el archivo…", "download")
        self.add_footer()

    def act(self) -> None:
        file, _ = QFileDialog.getOpenFileName(self, "Importar de otra caja", _documents(), _FILES)
        self.carry(file, inward=True)

    def on_carried(self, carried: Carried) -> None:
        self.close_sheet()
        if carried.left_out:
            self.till.host.say(
                f"Entraron {_counted(carried.operations)}. Faltan {carried.left_out} de alguien que no ha entrado aquí:"
                " que entre con su contraseña, y vuelva a importar.",
                Tone.WARNING,
            )
        elif carried.operations:
            self.till.host.say(f"Entraron {_counted(carried.operations)}. Se envían desde aquí.")
        else:
            self.till.host.say("Todo ya estaba en esta caja.")


def _documents() -> str:
    return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)


def _counted(operations: int) -> str:
    return "1 operación" if operations == 1 else f"{operations} operaciones"
