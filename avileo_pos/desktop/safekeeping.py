"""Serves «Respaldo», «Por enviar» and the till that comes from another computer: copies, the way back, and files that
carry operations."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from avileo_pos.desktop import safety_words
from avileo_pos.desktop.premises import Premises
from avileo_pos.desktop.safety_desk import Carried, CarryOperations
from avileo_pos.desktop.screens.sign_in.requests import BringTill
from avileo_pos.desktop.screens.sign_in.sign_in_page import SignInPage
from avileo_pos.desktop.shop import Shop
from avileo_pos.desktop.widgets.dialogs import MessageSheet
from avileo_pos.handover.handover_file import read_handover
from avileo_pos.replica.bringing import Brought, bring_till
from avileo_pos.replica.copies import Copy
from avileo_pos.replica.handover import hand_over, take_in, waiting_operations
from avileo_pos.replica.rescue import go_back
from avileo_pos.replica.safe import Safe
from avileo_pos.replica.transaction import reads
from avileo_pos.settings import central_address
from avileo_pos.tables.base import instant_text


class Safekeeping(QObject):
    """Lives in the GUI thread."""

    def __init__(self, premises: Premises, page: SignInPage, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._premises = premises
        self._window, self._errands = premises.window, premises.errands
        self._page = page
        desk = premises.window.safety
        desk.copy_asked.connect(self._copy)
        desk.place_chosen.connect(self._keep_in)
        desk.return_asked.connect(self._go_back)
        desk.carry_asked.connect(self._carry)
        page.bring_given.connect(self._bring)

    def _copy(self) -> None:
        self._premises.open_shop().keeper.copy()

    def _keep_in(self, folder: str) -> None:
        self._premises.settle_on(replace(self._premises.settings, second_place=folder))
        self._premises.open_shop().keeper.keep_in(self._premises.second_place)

    def _go_back(self, copy: Copy) -> None:
        """The shop closes, its file gives way to the copy, and the shop opens again."""
        shop = self._premises.open_shop()
        self._premises.leave()
        self._premises.reopen(
            shop.business_id, lambda: go_back(shop.path, copy, Safe.beside(shop.path), clock=self._premises.clock)
        )

    def _carry(self, asked: CarryOperations) -> None:
        shop = self._premises.open_shop()
        carry = _import if asked.inward else _export
        self._errands.run(lambda: carry(shop, asked, self._premises.clock()), then=asked.then, failed=asked.failed)

    def _bring(self, asked: BringTill) -> None:
        """Another computer's till goes on at this one, and on with the same stick."""
        folder = self._premises.folder

        def bring() -> Brought:
            central_address(asked.address)
            return bring_till(Path(asked.place), asked.password, folder, clock=self._premises.clock)

        self._premises.leave()
        self._errands.run(bring, then=partial(self._on_brought, asked.address), failed=self._page.show_bring_trouble)

    def _on_brought(self, address: str, brought: Brought) -> None:
        self._page.end_bringing()
        place = str(brought.place or "")
        settings = replace(self._premises.settings, central_address=central_address(address), second_place=place)
        self._premises.settle_on(settings)
        MessageSheet(self._window, *safety_words.of_bringing(brought.rescue)).open()
        self._premises.reopen(brought.business_id)


# --- Errands: these run on another thread and touch no widget --------------------------------------------------------


def _export(shop: Shop, asked: CarryOperations, now: datetime) -> Carried:
    """Raises BusinessRuleBroken, ReplicaTrouble."""
    handover = shop.lane.run(reads(waiting_operations, instant_text(now)))
    return hand_over(Path(asked.file), handover, asked.passphrase)


def _import(shop: Shop, asked: CarryOperations, _now: datetime) -> Carried:
    """Raises BusinessRuleBroken, ReplicaTrouble."""
    came_in = shop.lane.run(partial(take_in, read_handover(Path(asked.file), asked.passphrase)))
    shop.sync.wake()
    shop.keeper.follow()
    return came_in
