"""«Esta caja»: which till this is and what it has not sent; sharing without internet; signing out; taking it off."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from avileo_pos.desktop.market_desk import Whereabouts
from avileo_pos.desktop.screen import Screen
from avileo_pos.desktop.screens.this_till.leaving_sheets import RemoveTillSheet, SignOutSheet
from avileo_pos.desktop.screens.this_till.market_sheets import JoinSheet, ShareSheet
from avileo_pos.desktop.screens.this_till.this_till_form import ThisTillForm
from avileo_pos.desktop.sheets.handover_sheets import ExportSheet
from avileo_pos.desktop.till import Till
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.permissions import Actor, Permission
from avileo_pos.queries.queue import what_waits


class ThisTillScreen(Screen):
    KEY = "esta_caja"
    TITLE = "Esta caja"
    ICON = "settings"
    SHOWS = frozenset({"sync_queue"})

    def __init__(self, till: Till, parent: QWidget | None = None) -> None:
        super().__init__(till, parent)
        self.form = ThisTillForm(self)
        self.form.show_till(till.device_name, till.business.name, till.person.name)
        self.form.export_asked.connect(self._export)
        self.form.sign_out_asked.connect(self._sign_out)
        self.form.removal_asked.connect(self._ask_to_remove)
        self._desk = till.host.market
        self._desk.changed.connect(self.form.market.show_state)
        self.form.market.show_state(self._desk.state)
        self.form.market.share_asked.connect(self._ask_to_share)
        self.form.market.join_asked.connect(self._join)
        self.form.market.leave_asked.connect(self._desk.leave_asked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.form)

    def focus_start(self) -> None:
        self.form.sign_out.setFocus()

    def refresh(self) -> None:
        self.till.lane.read(what_waits, then=self.form.show_waiting)

    def _export(self) -> None:
        ExportSheet(self, self.till).open()

    def _ask_to_share(self) -> None:
        self.allowed(Permission.BUSINESS_SETTINGS, "Compartir desde esta caja con las otras.", self._share)

    def _share(self, _actor: Actor) -> None:
        ShareSheet(self, self.till).open()

    def _join(self) -> None:
        JoinSheet(self, self.till).open()

    def _sign_out(self) -> None:
        SignOutSheet(self, self.till).open()

    def _ask_to_remove(self) -> None:
        if self._desk.state.where is Whereabouts.HOST:
            self.till.host.show_problem(BusinessRuleBroken("still_sharing"))
            return
        self.allowed(Permission.BUSINESS_SETTINGS, "Quitar esta caja de esta computadora.", self._remove)

    def _remove(self, _actor: Actor) -> None:
        RemoveTillSheet(self, self.till).open()
