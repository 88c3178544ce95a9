"""A working day without anybody: keys on the real widgets, central gone and back, and the accounts after it."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt

from avileo_pos.demo.accounts import debt_at_central, debt_of, differing_rows, pending_of, sales_of
from avileo_pos.demo.central import DemoCentral
from avileo_pos.demo.hands import Hands, NotSeen, settle, wait_for
from avileo_pos.desktop.app import make_app, utc_now
from avileo_pos.desktop.program import TillProgram
from avileo_pos.server.business import sample
from avileo_pos.server.business.sample import SampleMember

WINDOW: Final = (1366, 768)
NEW_CUSTOMER: Final = "Sra. Nélida Ñaupari"
_OPEN_DRAWER: Final = "¿Con cuánto sencillo abre la caja?"
_RECEIPTS: Final = ("Venta registrada", "Abono registrado")


@dataclass(slots=True)
class Findings:
    """What is printed at the end; money as text with 2 places."""

    ok: bool = False
    sales: int = 0
    pending: int = 0
    debt_till_1: str = ""
    debt_till_2: str = ""
    debt_central: str = ""
    differing_rows: list[str] = field(default_factory=list)
    screenshots: list[str] = field(default_factory=list)
    trouble: str = ""

    def as_json(self) -> str:
        return json.dumps({name: getattr(self, name) for name in self.__slots__}, ensure_ascii=False)


class ScriptedDay:
    """Rosa sells at the stall with central and without; Pepa looks on from the second till."""

    def __init__(self, folder: Path, central: DemoCentral, theme: str | None) -> None:
        self._folder = folder
        self._central = central
        self._app = make_app(folder, theme or "light")
        self._stall = self._new_till(1)
        self._house = self._new_till(2)
        self._rosa = Hands(self._stall.window, folder / "screenshots" / "till-1")
        self._pepa = Hands(self._house.window, folder / "screenshots" / "till-2")
        self._findings = Findings()

    def run(self) -> int:
        """Returns 0 only if everything held; the findings are the last line of stdout."""
        try:
            self._work()
            self._settle_accounts()
        except NotSeen as trouble:
            self._findings.trouble = str(trouble)
            self._rosa.photograph("trouble")
        finally:
            self._stall.close()
            self._house.close()
        self._findings.screenshots = [str(path) for path in (*self._rosa.screenshots, *self._pepa.screenshots)]
        sys.stdout.write(self._findings.as_json() + "\n")
        return 0 if self._findings.ok else 1

    def _work(self) -> None:
        for told, act in (
            ("Rosa enters her till", partial(self._enter, self._stall, self._rosa, sample.ROSA, "Caja 1")),
            ("She accepts the morning's kilos", self._accept_kilos),
            ("She opens the drawer and sells for cash", self._sell_for_cash),
            ("She looks at the keys, and buys ice", self._buy_ice),
            ("Central goes away", self._lose_central),
            ("She sells on credit to a new customer", self._sell_on_credit_to_a_new_customer),
            ("She takes an abono", self._take_abono),
            ("She voids the first sale", self._void_the_first_sale),
            ("She looks at what waits", self._look_at_the_queue),
            ("Central comes back, all is sent", self._regain_central),
            ("Pepa sees it on the second till", self._look_from_the_house),
        ):
            sys.stdout.write(f"{told}...\n")
            sys.stdout.flush()
            act()

    # --- The stall ---------------------------------------------------------------------------------------------------

    def _enter(self, till: TillProgram, hands: Hands, person: SampleMember, device: str) -> None:
        hands.sit_down()
        hands.photograph("entrar")
        entered: list[object] = []
        till.entered.connect(entered.append)
        till.enter_as(self._central.address, person.email, sample.PASSWORD, device)
        wait_for(lambda: entered, f"{person.name} to be let in")
        wait_for(lambda: pending_of(till) == 0, "the first round")

    def _accept_kilos(self) -> None:
        self._go_to(self._rosa, "mi_distribucion")
        if self._rosa.can("Recibí los kilos"):
            self._rosa.click("Recibí los kilos")
            self._wait_until_shown(self._stall)
        self._rosa.photograph("mi-distribucion")

    def _sell_for_cash(self) -> None:
        rosa = self._rosa
        self._go_to(rosa, "sale")
        rosa.photograph("nueva-venta")
        rosa.press("1", "2.485")
        rosa.photograph("pesar")
        rosa.press(Qt.Key.Key_F12)
        if rosa.wait_for_one_of(_OPEN_DRAWER, "Cobrar") == _OPEN_DRAWER:
            rosa.photograph("abrir-caja")
            rosa.press("80", Qt.Key.Key_Enter)
        rosa.wait_for_sheet("Cobrar")
        rosa.photograph("cobrar")
        rosa.press(Qt.Key.Key_Enter)
        self._put_receipt_away("nota-de-venta")

    def _buy_ice(self) -> None:
        rosa = self._rosa
        rosa.press(Qt.Key.Key_F1)
        rosa.wait_for_sheet("Teclas de «Nueva venta»")
        rosa.photograph("teclas")
        rosa.press(Qt.Key.Key_Escape, Qt.Key.Key_F7)
        rosa.wait_for_sheet("Gasto, retiro o ingreso")
        rosa.press("8", Qt.Key.Key_Tab, "Hielo")
        rosa.photograph("gasto")
        rosa.press(Qt.Key.Key_Enter)
        rosa.wait_for_no_sheet()

    def _sell_on_credit_to_a_new_customer(self) -> None:
        rosa = self._rosa
        rosa.press("2", "5.320", Qt.Key.Key_Enter)
        rosa.press(Qt.Key.Key_F2)
        rosa.wait_for_sheet("¿Quién compra?")
        rosa.press("Nélida", Qt.Key.Key_F2)
        rosa.wait_for_sheet("Nuevo cliente")
        rosa.write("Nombre", NEW_CUSTOMER)
        rosa.photograph("nuevo-cliente")
        rosa.press(Qt.Key.Key_Enter)
        rosa.wait_for_no_sheet()
        rosa.photograph("carrito-con-cliente")
        rosa.press(Qt.Key.Key_F12)
        rosa.wait_for_sheet(f"Cobrar a {NEW_CUSTOMER}")
        rosa.click("Crédito")
        rosa.photograph("cobrar-fiado")
        rosa.press(Qt.Key.Key_Enter)
        self._put_receipt_away("nota-fiada")

    def _take_abono(self) -> None:
        rosa = self._rosa
        self._go_to(rosa, "clientes")
        rosa.press("Nélida")
        rosa.choose_row("Clientes", NEW_CUSTOMER)
        wait_for(lambda: rosa.can("Abono"), "the customer's account")
        rosa.photograph("estado-de-cuenta")
        rosa.press(Qt.Key.Key_F3)
        rosa.wait_for_sheet(f"Abono de {NEW_CUSTOMER}")
        rosa.press("20.50")
        rosa.photograph("abono")
        rosa.press(Qt.Key.Key_Enter)
        self._put_receipt_away("recibo-de-abono")

    def _void_the_first_sale(self) -> None:
        rosa = self._rosa
        self._go_to(rosa, "historial")
        rosa.choose_row("Historial", "Cliente genérico")
        rosa.click("Anular…")
        wait_for(lambda: rosa.asks().startswith("Anular"), "the question why it is voided")
        rosa.press("Error de peso")
        rosa.photograph("anular")
        rosa.press(Qt.Key.Key_Enter)
        rosa.wait_for_no_sheet()
        self._wait_until_shown(self._stall)
        rosa.photograph("historial")

    def _look_at_the_queue(self) -> None:
        self._go_to(self._rosa, "por_enviar")
        self._rosa.photograph("por-enviar")

    def _put_receipt_away(self, name: str) -> None:
        wait_for(lambda: self._rosa.asks().startswith(_RECEIPTS), "the receipt")
        self._rosa.photograph(name)
        self._rosa.press(Qt.Key.Key_Enter)
        self._rosa.wait_for_no_sheet()

    def _go_to(self, hands: Hands, key: str) -> None:
        till = self._stall if hands is self._rosa else self._house
        till.window.open_screen(key)
        self._wait_until_shown(till)

    def _wait_until_shown(self, till: TillProgram) -> None:
        """What a screen asks of the lane has come when a later piece is done; then it has to find its room.

        Twice, as what was done before may be what makes it ask.
        """
        assert till.shop is not None
        for _ in range(2):
            settle()
            till.shop.place_if_ready()
        settle()

    # --- Central -----------------------------------------------------------------------------------------------------

    def _lose_central(self) -> None:
        wait_for(lambda: pending_of(self._stall) == 0, "what was sold to be sent")
        self._central.stop()

    def _regain_central(self) -> None:
        self._central.start()
        self._stall.window.send_now()
        wait_for(lambda: pending_of(self._stall) == 0, "everything to be sent")
        wait_for(lambda: self._rosa.says("En línea"), "the till to say so")
        self._wait_until_shown(self._stall)
        self._rosa.photograph("todo-enviado")

    # --- The house ---------------------------------------------------------------------------------------------------

    def _look_from_the_house(self) -> None:
        self._enter(self._house, self._pepa, sample.ADMIN, "Caja 2")
        wait_for(lambda: not differing_rows(self._stall, self._house), "the same rows on both tills")
        for key in ("sale", "clientes", "historial", "distribuciones", "por_enviar"):
            self._go_to(self._pepa, key)
            self._pepa.photograph(key)

    # --- The accounts ------------------------------------------------------------------------------------------------

    def _settle_accounts(self) -> None:
        found = self._findings
        debts = [debt_of(self._stall), debt_of(self._house), debt_at_central(self._folder / "central")]
        found.debt_till_1, found.debt_till_2, found.debt_central = map(str, debts)
        found.sales = sales_of(self._house)
        found.pending = pending_of(self._stall) + pending_of(self._house)
        found.differing_rows = differing_rows(self._stall, self._house)
        sold, is_whole = found.sales >= 2, not found.pending and not found.differing_rows
        found.ok = sold and is_whole and len(set(debts)) == 1 and debts[0] != Decimal(0)

    def _new_till(self, number: int) -> TillProgram:
        folder = self._folder / f"till-{number}"
        folder.mkdir(exist_ok=True)
        program = TillProgram(folder, utc_now)
        program.window.resize(*WINDOW)
        return program
