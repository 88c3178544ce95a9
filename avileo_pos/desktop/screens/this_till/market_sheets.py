"""Beginning to share without internet, and joining a till that shares."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from avileo_pos.desktop.market_desk import JoinBranch, Neighbour, ShareBranch
from avileo_pos.desktop.sheets.once_sheet import OnceSheet
from avileo_pos.desktop.till import Till
from avileo_pos.desktop.widgets.choice_bar import ChoiceBar
from avileo_pos.desktop.widgets.field_row import FieldRow

_WIDTH = 560
_SHARE = (
    "Las otras cajas del negocio que estén en esta misma red podrán unirse a esta. Mantenga esta computadora prendida y"
    " Avileo abierto. La primera vez tarda alrededor de un minuto."
)
_JOIN = (
    "Esta caja trabajará con la que comparte hasta que vuelva el internet. Lo que venda se guarda aquí, como siempre."
)
_BY_HAND = ""


class ShareSheet(OnceSheet):
    def __init__(self, host: QWidget, till: Till) -> None:
        super().__init__(host, "Compartir sin internet", _SHARE, action="Compartir", icon="share-2", width=_WIDTH)
        self.till = till
        self._progress = QLabel("Preparando…")
        self._progress.setProperty("look", "muted")
        self._progress.hide()
        self.body.addWidget(self._progress)
        self.add_footer()

    def focus_start(self) -> None:
        self.main.setFocus()

    def act(self) -> None:
        self.start()
        self._progress.show()
        self.till.host.market.share_asked.emit(ShareBranch(self._on_shared, self._on_failed))

    def _on_shared(self) -> None:
        self.close_sheet()
        self.till.host.say("Las otras cajas ya pueden unirse, con el código que se ve en «Esta caja».")

    def _on_failed(self, trouble: Exception) -> None:
        self._progress.hide()
        self.show_problem(trouble)


class JoinSheet(OnceSheet):
    """Who shares is looked for as soon as it opens; an address can be typed meanwhile."""

    def __init__(self, host: QWidget, till: Till) -> None:
        super().__init__(host, "Unirse a otra caja", _JOIN, action="Unirse", icon="log-in", width=_WIDTH)
        self.till = till
        self._found: dict[str, Neighbour] = {}
        self._choice: ChoiceBar | None = None
        self._looking = QLabel("Buscando cajas en esta red…")
        self._looking.setProperty("look", "muted")
        self._looking.setWordWrap(True)
        self.address, self.code = QLineEdit(), QLineEdit()
        self.address.setPlaceholderText("192.168.1.20:51234")
        self._address_row = FieldRow("Dirección", self.address, hint="Se lee en la otra caja, en «Esta caja».")
        self._code_row = FieldRow("Código", self.code, hint="Doce letras y números, se lee en la otra caja.")
        self.beside = {
            "wrong_code": self._code_row,
            **dict.fromkeys(("address_invalid", "not_central", "no_route", "no_address", "timeout"), self._address_row),
        }
        for widget in (self._looking, self._address_row, self._code_row):
            self.body.addWidget(widget)
        self.add_footer()
        till.host.market.found.connect(self.show_found)
        till.host.market.look_asked.emit()

    def focus_start(self) -> None:
        self.code.setFocus()

    def show_found(self, found: tuple[Neighbour, ...]) -> None:
        if self._choice is not None:
            return
        if not found:
            self._looking.setText("No se encontró ninguna por sí sola: escriba la dirección.")
            return
        self._found = {each.address: each for each in found}
        self._looking.setText("¿A cuál?" if len(found) > 1 else f"Se encontró «{found[0].name}».")
        options = [*((each.address, each.name) for each in found), (_BY_HAND, "Otra dirección")]
        self._choice = ChoiceBar("Caja que comparte", options, look="pills")
        self._choice.chosen.connect(self._on_chosen)
        self.body.insertWidget(self.body.indexOf(self._address_row), self._choice)
        self._on_chosen(found[0].address)

    def act(self) -> None:
        chosen = self._choice.current() if self._choice else _BY_HAND
        address = chosen or self.address.text().strip()
        if not address:
            self._address_row.set_problem("Escriba la dirección de la caja que comparte.")
            self._address_row.setFocus()
        elif not self.code.text().strip():
            self._code_row.set_problem("Escriba el código de la caja que comparte.")
            self._code_row.setFocus()
        else:
            self.start()
            name = self._found[chosen].name if chosen else address
            asked = JoinBranch(name, address, self.code.text(), self._on_joined, self.show_problem)
            self.till.host.market.join_asked.emit(asked)

    def _on_chosen(self, address: str) -> None:
        self._address_row.setVisible(address == _BY_HAND)

    def _on_joined(self) -> None:
        self.close_sheet()
        self.till.host.say("Esta caja ya comparte con la otra. En un momento se ven sus ventas y deudas.")
