"""The business that is open on this computer: opened from its file, synchronised, left, and found again next time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

import structlog
from PySide6.QtCore import QObject, Signal

from avileo_pos.desktop import safety_words
from avileo_pos.desktop.background.errands import Errands
from avileo_pos.desktop.main_window import MainWindow
from avileo_pos.desktop.market import Market
from avileo_pos.desktop.shop import Shop
from avileo_pos.desktop.theme import Tone
from avileo_pos.desktop.troubles import trouble_sentence
from avileo_pos.desktop.widgets.dialogs import MessageSheet
from avileo_pos.replica.database import Clock, Replica
from avileo_pos.replica.errors import ReplicaInUse
from avileo_pos.replica.identity import TillIdentity, find_identity
from avileo_pos.replica.queue import AppliedOver
from avileo_pos.replica.rescue import Opened, open_or_rescue
from avileo_pos.replica.safe import safes_of
from avileo_pos.replica.transaction import reads
from avileo_pos.settings import Settings, load_settings, replica_path, save_settings
from avileo_pos.sync.token_store import TokenStore

log = structlog.get_logger(__name__)

_NOT_KEPT: Final = "El disco no guardó este ajuste: vale hasta que cierre el programa. Revise si está lleno."


class Premises(QObject):
    """At most one shop is open, in `window`. Lives in the GUI thread, as whoever serves the shop; what takes long goes
    through `errands`. `folder` holds the settings and the replicas.
    """

    reopening = Signal()
    reopened = Signal()  # the shop goes on, perhaps with another file: who works?
    sync_told = Signal(object)  # SyncState
    cannot_open = Signal(object)  # Exception: no shop is open
    refused_to_start = Signal(str)  # a sentence; the program cannot run here
    failed = Signal(object)  # Exception

    def __init__(
        self, folder: Path, clock: Clock, window: MainWindow, errands: Errands, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.shop: Shop | None = None
        self.market: Market | None = None
        self.folder = folder
        self.settings = load_settings(folder)
        self.clock = clock
        self.window = window
        self.errands = errands
        window.safety.second_place = self.settings.second_place

    def open_shop(self) -> Shop:
        """Where one is known to be open."""
        assert self.shop is not None
        return self.shop

    @property
    def second_place(self) -> Path | None:
        return Path(self.settings.second_place) if self.settings.second_place else None

    def settle_on(self, settings: Settings) -> None:
        """From now on; where the disk does not take it, until the program ends: nobody is kept from selling by that."""
        before, self.settings = self.settings, settings
        self.window.safety.second_place = settings.second_place
        try:
            save_settings(self.folder, settings)
        except OSError as trouble:
            log.warning("settings_not_kept", why=type(trouble).__name__)
            if settings != before:
                self.window.say(_NOT_KEPT, Tone.WARNING)

    def open(self, business_id: UUID, address: str, then: Callable[[], None]) -> None:
        """Have this business open, in the place of another if need be, and call central at `address`."""
        if self.shop is not None and self.shop.business_id == business_id:
            if self.shop.address == address:
                then()
                return
            self.shop.tokens.forget()  # nobody would know of it any more, and it opens central still
        self.leave()

        def opened(replica: Replica) -> None:
            self._begin(replica, business_id, address)
            then()

        self._open_file(self._opening(business_id), opened)

    def reopen(self, business_id: UUID, opening: Callable[[], Opened] | None = None) -> None:
        """The business goes on where no shop is open: from its file as it lies there, or as `opening` makes it."""
        self.reopening.emit()
        self._open_file(opening or self._opening(business_id), partial(self._go_on, business_id))

    def leave(self) -> None:
        """What was not sent waits in the file."""
        shop, self.shop = self.shop, None
        if shop is not None:
            self.window.leave()
            self.window.round_asked.disconnect(shop.sync.wake)
            self._end_market()
            shop.close()

    def _opening(self, business_id: UUID) -> Callable[[], Opened]:
        path, second_place = replica_path(self.folder, business_id), self.second_place
        return lambda: open_or_rescue(path, safes_of(path, second_place), clock=self.clock)

    def _open_file(self, opening: Callable[[], Opened], then: Callable[[Replica], None]) -> None:
        self.errands.run(opening, then=partial(self._on_opened, then), failed=self._on_not_opened)

    def _on_opened(self, then: Callable[[Replica], None], opened: Opened) -> None:
        then(opened.replica)
        said = safety_words.of_opening(opened)
        if said is not None:
            MessageSheet(self.window, *said).open()

    def _on_not_opened(self, trouble: Exception) -> None:
        if isinstance(trouble, ReplicaInUse):
            self.refused_to_start.emit(trouble_sentence(trouble.code))
        else:
            self.cannot_open.emit(trouble)

    def _go_on(self, business_id: UUID, replica: Replica) -> None:
        """Without a token central says that this till is signed out, and the person is told."""
        shop = self._begin(replica, business_id, self.settings.central_address)
        self.errands.run(
            lambda: shop.lane.run(reads(find_identity)), then=self._sync_if_enrolled, failed=self.failed.emit
        )
        self.reopened.emit()

    def _sync_if_enrolled(self, till: TillIdentity | None) -> None:
        """A new file in the place of a damaged one may be nobody's yet: signing in begins it."""
        if till is not None and self.shop is not None and not self.shop.sync.isRunning():
            self.shop.sync.start()

    def _begin(self, replica: Replica, business_id: UUID, address: str) -> Shop:
        tokens = TokenStore(address, business_id)
        shop = Shop(
            replica, business_id, address, tokens, self.window.show_problem, self, second_place=self.second_place
        )
        shop.sync.state_changed.connect(self.window.show_sync)
        shop.sync.state_changed.connect(self.sync_told)
        shop.sync.conflicts_found.connect(self._tell_conflicts)
        shop.keeper.told.connect(self.window.safety.show_state)
        self.window.round_asked.connect(shop.sync.wake)
        self.shop = shop
        if self.settings.last_business != str(business_id):
            self.settings = replace(self.settings, branch="", branch_name="")
        self.settle_on(replace(self.settings, central_address=address, last_business=str(business_id)))
        self._begin_market(shop)
        return shop

    def _tell_conflicts(self, conflicts: tuple[AppliedOver, ...]) -> None:
        fields = sum(len(each.conflicts) for each in conflicts)
        said = "un dato" if fields == 1 else f"{fields} datos"
        self.window.say(f"Otra persona había cambiado {said} que usted también cambió. Quedó lo suyo.", Tone.WARNING)

    def _begin_market(self, shop: Shop) -> None:
        branch, name = self.settings.branch, self.settings.branch_name
        self.market = Market(shop, self.window.market, self.errands, branch, name, self)
        self.market.joined.connect(self._remember_branch)

    def _end_market(self) -> None:
        market, self.market = self.market, None
        if market is not None:
            market.close()

    def _remember_branch(self, address: str, name: str) -> None:
        self.settle_on(replace(self.settings, branch=address, branch_name=name))
