"""Signing out, and taking the till off this computer: each tells first what central does not have yet."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from avileo_pos.desktop import leaving_words
from avileo_pos.desktop.safety_desk import Carried, RemoveTill, SignOut
from avileo_pos.desktop.sheets.handover_sheets import ExportSheet
from avileo_pos.desktop.sheets.once_sheet import OnceSheet
from avileo_pos.desktop.theme import Space, Tone
from avileo_pos.desktop.till import Till
from avileo_pos.desktop.widgets.button import Button
from avileo_pos.desktop.widgets.fact_line import FactLine
from avileo_pos.desktop.widgets.field_row import FieldRow
from avileo_pos.queries.queue import Waiting, what_waits

_WIDTH = 600
_WORD = "QUITAR"
_SIGN_OUT = (
    "Usted vuelve a entrar aquí solo con su contraseña y con internet. Esta caja no envía ni recibe nada hasta que"
    " alguien entre con su contraseña; los demás siguen vendiendo con su PIN. Para cambiar de persona basta «Bloquear»."
)
_REMOVE = (
    "De esta computadora se va todo lo de la caja «{name}»: ventas, clientes, copias y quién entraba. Lo enviado sigue"
    " en el servidor, y lo guardado en una memoria USB se queda en ella."
)
_KEPT = "Por si acaso, lo de esta caja se aparta y no se borra."


class _LeavingSheet(OnceSheet):
    """What waits is told as it stands at every moment, and can be exported from here."""

    def __init__(self, host: QWidget, till: Till, title: str, sentence: str, action: str, icon: str) -> None:
        super().__init__(host, title, sentence, action=action, icon=icon, variant="danger", width=_WIDTH)
        self.till = till
        self.waiting = Waiting()
        self.exported = Carried(0)
        self._unsent, self.in_file = FactLine("cloud-check", "Sin enviar"), FactLine("circle-check", "Exportado")
        self.export = Button("Exportar…", icon="share-2")
        self.export.clicked.connect(self._ask_for_export)
        self._send = Button("Enviar ahora", icon="cloud-upload")
        self._send.clicked.connect(till.host.send_now)
        self.in_file.hide()
        self._unsent.say("Un momento…")
        self.main.setEnabled(False)  # until it is known what waits
        self._ways_out = QWidget()
        self._lay_out_ways_out()
        for widget in (self._unsent, self.in_file, self._ways_out):
            self.body.addWidget(widget)
        self._ways_out.hide()
        till.news.changed.connect(self._on_changed)
        self._read()

    def show_waiting(self, waiting: Waiting) -> None:
        self.waiting = waiting
        self._unsent.say(leaving_words.unsent(waiting), Tone.DANGER if waiting.operations else Tone.GOOD)
        self._ways_out.setVisible(bool(waiting.operations))
        self.main.setEnabled(not self.is_under_way())

    def show_exported(self, carried: Carried) -> None:
        self.exported = carried
        self.in_file.say(leaving_words.exported(carried), Tone.GOOD)
        self.in_file.show()

    def _ask_for_export(self) -> None:
        sheet = ExportSheet(self, self.till)
        sheet.exported.connect(self.show_exported)
        sheet.open()

    def _on_changed(self, tables: frozenset[str]) -> None:
        if "sync_queue" in tables:
            self._read()

    def _read(self) -> None:
        self.till.lane.read(what_waits, then=self.show_waiting)

    def _lay_out_ways_out(self) -> None:
        row = QHBoxLayout(self._ways_out)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.SMALL)
        row.addWidget(self.export, 1)
        row.addWidget(self._send, 1)


class SignOutSheet(_LeavingSheet):
    def __init__(self, host: QWidget, till: Till) -> None:
        super().__init__(host, till, f"Cerrar la sesión de {till.person.name}", _SIGN_OUT, "Cerrar sesión", "log-out")
        self.add_footer()

    def act(self) -> None:
        self.start()
        self.till.host.safety.sign_out_asked.emit(SignOut(self.close_sheet, self.show_problem))


class RemoveTillSheet(_LeavingSheet):
    def __init__(self, host: QWidget, till: Till) -> None:
        sentence = _REMOVE.format(name=till.device_name)
        super().__init__(host, till, "Quitar esta caja de esta computadora", sentence, "Quitar la caja", "trash-2")
        self._word = QLineEdit()
        self._word_row = FieldRow(f"Escriba {_WORD} para confirmar", self._word)
        self.body.addWidget(self._word_row)
        self.add_footer()

    def show_exported(self, carried: Carried) -> None:
        super().show_exported(carried)
        self.in_file.say(f"{leaving_words.exported(carried)} {_KEPT}", Tone.GOOD)
        self.forget_problem()

    def act(self) -> None:
        if self.waiting.operations and not self.exported.operations:
            self.say_problem("Lo que falta enviar se perdería: expórtelo primero, o espere a que se envíe.")
            self.export.setFocus()
        elif self._word.text().strip() != _WORD:
            self._word_row.set_problem(f"Escriba {_WORD}, con mayúsculas.")
            self._word_row.setFocus()
        else:
            self.start()
            asked = RemoveTill(self.exported.ids, self.close_sheet, self.show_problem)
            self.till.host.safety.removal_asked.emit(asked)
