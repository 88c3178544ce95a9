"""Who goes for good, a person from a till or a till from its computer: nothing that was not sent is lost by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import UUID

import structlog
from PySide6.QtCore import QObject

from avileo_pos.desktop import leaving_words
from avileo_pos.desktop.background.errands import Failed
from avileo_pos.desktop.entrance import Entrance
from avileo_pos.desktop.premises import Premises
from avileo_pos.desktop.safety_desk import RemoveTill, SignOut
from avileo_pos.desktop.shop import Shop
from avileo_pos.desktop.troubles import words_for
from avileo_pos.desktop.widgets.dialogs import MessageSheet
from avileo_pos.domain.permissions import Actor
from avileo_pos.replica.removal import Removed, remove_till, unsent
from avileo_pos.replica.sign_ins import forget_sign_in
from avileo_pos.replica.transaction import reads, writes
from avileo_pos.settings import Settings
from avileo_pos.sync.central import CentralTrouble
from avileo_pos.sync.http_client import HttpCentral

log = structlog.get_logger(__name__)


class Departure(QObject):
    """Serves «Esta caja». Lives in the GUI thread."""

    def __init__(self, premises: Premises, entrance: Entrance, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._premises = premises
        self._window, self._errands = premises.window, premises.errands
        self._entrance = entrance
        premises.window.safety.sign_out_asked.connect(self._sign_out)
        premises.window.safety.removal_asked.connect(self._remove)
        entrance.confirmed_too_late.connect(self._sign_out_again)

    # --- A person ----------------------------------------------------------------------------------------------------

    def _sign_out(self, asked: SignOut) -> None:
        """Nobody else is signed out by it, but the session with central was everybody's."""
        person = self._premises.open_shop().lane.person
        assert person is not None
        self._take_way_in(person, then=partial(self._on_signed_out, asked, person), failed=asked.failed)

    def _sign_out_again(self, person: Actor) -> None:
        self._take_way_in(person, then=self._end_session, failed=self._premises.failed.emit)

    def _take_way_in(self, person: Actor, then: Callable[[str | None], None], failed: Failed) -> None:
        shop = self._premises.open_shop()
        self._errands.run(lambda: _sign_out_here(shop, person), then=then, failed=failed)

    def _on_signed_out(self, asked: SignOut, person: Actor, token: str | None) -> None:
        asked.done()
        self._entrance.see_off(person)
        if self._premises.market is not None:
            self._premises.market.sign_out()
        self._entrance.lock()
        self._end_session(token)

    def _end_session(self, token: str | None) -> None:
        shop = self._premises.open_shop()
        shop.sync.wake()
        if token is not None:
            self._errands.run(
                lambda: _end_session(shop.address, token), then=_nothing_more, failed=self._premises.failed.emit
            )

    # --- A till ------------------------------------------------------------------------------------------------------

    def _remove(self, asked: RemoveTill) -> None:
        shop = self._premises.open_shop()
        self._errands.run(
            lambda: shop.lane.run(reads(unsent, asked.exported)),
            then=partial(self._take_away, asked),
            failed=asked.failed,
        )

    def _take_away(self, asked: RemoveTill, _unsent: int) -> None:
        """The settings forget the till first: were the power to go now, it could still be opened by signing in."""
        asked.done()
        shop, before = self._premises.open_shop(), self._premises.settings
        self._premises.leave()
        self._premises.settle_on(replace(before, last_business="", second_place=""))
        self._entrance.begin_anew()
        self._errands.run(
            lambda: _take_away(shop, asked.exported, self._premises.clock()),
            then=self._on_taken_away,
            failed=partial(self._on_not_taken_away, before),
        )

    def _on_taken_away(self, removed: Removed) -> None:
        MessageSheet(self._window, *leaving_words.of_removal(removed)).open()

    def _on_not_taken_away(self, before: Settings, trouble: Exception) -> None:
        """The till goes on as it was."""
        self._premises.settle_on(before)
        self._premises.reopen(UUID(before.last_business))
        MessageSheet(self._window, "La caja no se quitó", words_for(trouble)).open()


# --- Errands: these run on another thread and touch no widget --------------------------------------------------------


def _sign_out_here(shop: Shop, person: Actor) -> str | None:
    """The token with which this till spoke to central until now; it is kept nowhere any more."""
    token = shop.tokens.get()
    shop.lane.run(writes(forget_sign_in, person.member_id))
    shop.forget_tokens()
    return token


def _end_session(address: str, token: str) -> None:
    """At central too, if it answers; else the session ends there by its age."""
    with HttpCentral(address, lambda: token) as central:
        try:
            central.sign_out()
        except CentralTrouble as trouble:
            log.info("session_not_ended", why=trouble.code)


def _take_away(shop: Shop, exported: frozenset[str], now: datetime) -> Removed:
    """Of a shop that is closed. Raises BusinessRuleBroken, ReplicaTrouble."""
    removed = remove_till(shop.path, exported, now)
    shop.forget_tokens()
    return removed


def _nothing_more(_answer: None) -> None:
    """It was the last to be done."""
