"""«Respaldo»: how safe the till's file is, a copy at once, the second place, and the way back to a copy."""

from __future__ import annotations

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from avileo_pos.desktop.safety_desk import Copy, SafetyState
from avileo_pos.desktop.screen import Screen
from avileo_pos.desktop.screens.safety.safety_form import SafetyForm
from avileo_pos.desktop.theme import Tone
from avileo_pos.desktop.till import Till
from avileo_pos.desktop.widgets.dialogs import ConfirmSheet
from avileo_pos.domain.business_day import format_moment
from avileo_pos.domain.permissions import Actor, Permission

_WHY = "Cambiar dónde se guardan las copias de esta caja, o volver a una de ellas."


class SafetyScreen(Screen):
    KEY = "respaldo"
    TITLE = "Respaldo"
    ICON = "database"
    KEYS = (("F4", "Copiar ahora"), ("↑ ↓", "Recorrer las copias"))

    def __init__(self, till: Till, parent: QWidget | None = None) -> None:
        super().__init__(till, parent)
        self.form = SafetyForm(self)
        self._chosen: Copy | None = None
        self._desk = till.host.safety
        self._desk.changed.connect(self._show)
        self.form.copy_asked.connect(self._copy)
        self.form.place_asked.connect(self._ask_for_place)
        self.form.place_given_up.connect(self._give_up_place)
        self.form.return_asked.connect(self._ask_about_return)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.form)

    def focus_start(self) -> None:
        self.form.table.setFocus()

    def refresh(self) -> None:
        self._show(self._desk.state)

    def _show(self, state: SafetyState) -> None:
        self.form.show_state(state, self._desk.second_place, self.till.now())
        self.form.show_busy(busy=False)

    def _copy(self) -> None:
        self.form.show_busy(busy=True)
        self._desk.copy_asked.emit()
        self.till.host.say("Se está copiando. Puede seguir vendiendo.", Tone.INFO)

    def _ask_for_place(self) -> None:
        self.allowed(Permission.BUSINESS_SETTINGS, _WHY, self._choose_place)

    def _choose_place(self, _actor: Actor) -> None:
        home = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.HomeLocation)
        folder = QFileDialog.getExistingDirectory(self, "Segundo lugar para las copias", home)
        if folder:
            self._desk.choose_place(folder)
            self.refresh()

    def _give_up_place(self) -> None:
        self.allowed(Permission.BUSINESS_SETTINGS, _WHY, self._use_no_place)

    def _use_no_place(self, _actor: Actor) -> None:
        self._desk.choose_place("")
        self.till.host.say("Ya no se usa un segundo lugar. Lo que hay en él se queda ahí.")

    def _ask_about_return(self, copy: Copy) -> None:
        self._chosen = copy
        sheet = ConfirmSheet(
            self,
            f"Volver a la copia del {format_moment(copy.made_at)}",
            "Lo que hizo después no se pierde: se vuelve a poner desde el diario de esta caja, y lo demás llega del"
            " servidor. El archivo de ahora se guarda aparte. La caja se cierra un momento.",
            confirm="Volver a esta copia",
            variant="danger",
        )
        sheet.confirmed.connect(self._on_return_confirmed)
        sheet.open()

    def _on_return_confirmed(self) -> None:
        self.allowed(Permission.BUSINESS_SETTINGS, _WHY, self._go_back)

    def _go_back(self, _actor: Actor) -> None:
        assert self._chosen is not None
        self._desk.return_asked.emit(self._chosen)
