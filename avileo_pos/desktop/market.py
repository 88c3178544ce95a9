"""Sharing in a market without internet, for the shop that is open: this till starts a branch, or joins another's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import UUID

import structlog
from PySide6.QtCore import QObject, Signal

from avileo_pos.desktop.background.branch_host import BranchHost, Sharing, typed_code
from avileo_pos.desktop.background.errands import Errands
from avileo_pos.desktop.background.local_central import LocalCentralFailed
from avileo_pos.desktop.background.receivers import is_there
from avileo_pos.desktop.market_desk import JoinBranch, MarketDesk, MarketState, ShareBranch, Whereabouts
from avileo_pos.desktop.shop import Shop
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.permissions import Permission
from avileo_pos.extras import missing_extras
from avileo_pos.protocol.branches import member_email
from avileo_pos.replica.identity import read_actor, read_identity
from avileo_pos.replica.sign_ins import PersonHere, people_here
from avileo_pos.replica.transaction import reads
from avileo_pos.settings import branch_folder, central_address
from avileo_pos.sync.central import CentralTrouble
from avileo_pos.sync.http_client import HttpCentral
from avileo_pos.sync.joining import join_branch
from avileo_pos.sync.neighbours import neighbours, own_addresses

log = structlog.get_logger(__name__)


class Market(QObject):
    """Serves the desk. Lives in the GUI thread; what takes long goes through `errands`."""

    joined = Signal(str, str)  # the address of the branch that is called from now on, and its till's name; none at home

    def __init__(
        self, shop: Shop, desk: MarketDesk, errands: Errands, address: str, name: str, parent: QObject | None = None
    ) -> None:
        """`address` and `name` are of the branch at which this till was when it was closed, if it was at one."""
        super().__init__(parent)
        self._shop = shop
        self._desk = desk
        self._errands = errands
        self._host = BranchHost(branch_folder(shop.path), shop.path, shop.business_id)
        self._asked_to_share: ShareBranch | None = None
        self._asked_to_join: JoinBranch | None = None
        self._is_closed = False
        desk.show_state(MarketState())
        if address:
            self._turn_to(address)
            desk.show_state(MarketState(Whereabouts.GUEST, name=name))
        if self._host.is_kept:
            errands.run(self._resume, then=self._on_sharing, failed=self._note_failed)
        self._connections = (
            (desk.share_asked, self._share),
            (desk.look_asked, self._look),
            (desk.join_asked, self._join),
            (desk.leave_asked, self._leave),
            (shop.sync.turned_home, self._on_home),
            (shop.sync.all_handed_on, self._on_all_handed_on),
        )
        for signal, answer in self._connections:
            signal.connect(answer)

    def sign_out(self) -> None:
        """This till forgets all tokens. A host goes on for the others."""
        self._shop.line.turn_home()
        self._on_home()

    def close(self) -> None:
        """What is shared is kept, and goes on when the program starts again."""
        self._is_closed = True
        for signal, answer in self._connections:
            signal.disconnect(answer)
        self._host.stop()
        self.deleteLater()

    # --- This till shares --------------------------------------------------------------------------------------------

    def _share(self, asked: ShareBranch) -> None:
        self._asked_to_share = asked
        self._errands.run(self._begin, then=self._on_begun, failed=asked.failed)

    def _on_begun(self, sharing: Sharing) -> None:
        self._on_sharing(sharing)
        if self._asked_to_share is not None and is_there(self._asked_to_share.then):
            self._asked_to_share.then()

    def _begin(self) -> Sharing:
        if missing_extras("server"):
            raise BusinessRuleBroken("sharing_not_installed")
        admin = _whose_view_is_an_admins(self._shop)
        sharing = self._served(partial(self._host.share, member_id=admin))
        self._turn_to(sharing.here)
        return sharing

    def _resume(self) -> Sharing:
        return self._served(self._host.go_on)

    def _end(self) -> Sharing:
        return self._served(self._host.end)

    def _served(self, serve: Callable[[str], Sharing]) -> Sharing:
        till = self._shop.lane.run(reads(read_identity))
        try:
            sharing = serve(till.device_name)
        except (LocalCentralFailed, OSError) as trouble:
            log.warning("cannot_share", why=str(trouble))
            raise BusinessRuleBroken("sharing_failed") from trouble
        if self._is_closed:
            self._host.stop()
        self._let_in(sharing.here, sharing.code)
        token = _token_of_who_shares(sharing)
        self._shop.line.share(self._shop.call_branch(sharing.here, lambda: token), self._host)
        return sharing

    def _on_sharing(self, sharing: Sharing) -> None:
        if sharing.is_ending:
            self._desk.show_state(replace(self._desk.state, keeps=True))
        else:
            self._desk.show_state(MarketState(Whereabouts.HOST, sharing.code, sharing.addresses))
        if self._shop.line.branch is not None:
            self.joined.emit(sharing.here, "")
        self._shop.sync.wake()

    def _note_failed(self, trouble: Exception) -> None:
        """What others sent here stays in its folder, for the next start."""
        if not isinstance(trouble, BusinessRuleBroken | CentralTrouble | OSError):
            raise trouble
        log.warning("branch_kept", why=str(trouble))
        self._desk.show_state(replace(self._desk.state, keeps=True))

    def _on_all_handed_on(self) -> None:
        if self._host.is_ending:
            self._errands.run(self._hand_on_the_last, then=self._on_handed_on, failed=self._note_failed)

    def _hand_on_the_last(self) -> bool:
        """Others may have sent something until the moment in which nobody could any more."""
        is_all = self._shop.line.hand_on()
        if is_all:
            self._shop.line.end_sharing()
            self._host.forget()
        return is_all

    def _on_handed_on(self, is_all: bool) -> None:
        if is_all:
            self._desk.show_state(replace(self._desk.state, keeps=False))

    # --- This till joins ---------------------------------------------------------------------------------------------

    def _look(self) -> None:
        business_id = self._shop.business_id
        self._errands.run(
            lambda: neighbours(business_id, own_addresses()), then=self._desk.found.emit, failed=self._on_not_looked
        )

    def _on_not_looked(self, trouble: Exception) -> None:
        if not isinstance(trouble, OSError):
            raise trouble
        log.info("nobody_can_be_looked_for", why=str(trouble))
        self._desk.found.emit(())

    def _join(self, asked: JoinBranch) -> None:
        self._asked_to_join = asked
        self._errands.run(partial(self._ask_in, asked), then=self._on_joined, failed=asked.failed)

    def _on_joined(self, address: str) -> None:
        asked = self._asked_to_join
        assert asked is not None
        self._turn_to(address)
        self._desk.show_state(MarketState(Whereabouts.GUEST, name=asked.name))
        self.joined.emit(address, asked.name)
        self._shop.sync.wake()
        if is_there(asked.then):
            asked.then()

    def _ask_in(self, asked: JoinBranch) -> str:
        address = central_address(asked.address if "://" in asked.address else f"http://{asked.address}")
        try:
            self._let_in(address, typed_code(asked.code))
        except BusinessRuleBroken as refused:
            raise BusinessRuleBroken("wrong_code") if refused.code == "wrong_password" else refused from None
        return address

    def _let_in(self, address: str, code: str) -> None:
        """For all who work at this till; who came in last at central is who calls, so that the till sees as much."""
        till = self._shop.lane.run(reads(read_identity))
        people = sorted(self._shop.lane.run(reads(people_here)), key=_confirmed_at)
        tokens = self._shop.tokens_at(address)
        with HttpCentral(address, tokens.get) as central:
            join_branch(central, tokens.set, till, [person.member_id for person in people], code)

    def _turn_to(self, address: str) -> None:
        self._shop.line.turn_to(self._shop.call_branch(address, self._shop.tokens_at(address).get))

    # --- Home --------------------------------------------------------------------------------------------------------

    def _leave(self) -> None:
        was_host = self._desk.state.where is Whereabouts.HOST
        self._shop.line.turn_home()
        self._desk.show_state(MarketState(keeps=was_host))
        self.joined.emit("", "")
        if was_host:
            self._errands.run(self._end, then=self._on_sharing, failed=self._note_failed)
        self._shop.sync.wake()

    def _on_home(self) -> None:
        """A host goes on for those who have not come home yet, until it is told to end."""
        is_host = self._desk.state.where is Whereabouts.HOST
        self._desk.show_state(replace(self._desk.state, keeps=True) if is_host else MarketState())
        self.joined.emit("", "")


def _token_of_who_shares(sharing: Sharing) -> str:
    """With which all that the branch took can be seen, whoever signs in and out at this till. Raises CentralTrouble."""
    with HttpCentral(sharing.here, lambda: None) as branch:
        return branch.sign_in(member_email(str(sharing.shared_by)), sharing.code)


def _whose_view_is_an_admins(shop: Shop) -> UUID:
    """What an admin's till knows of the business is all of it. Raises BusinessRuleBroken."""
    people = shop.lane.run(reads(people_here))
    if not people:
        raise BusinessRuleBroken("sharing_needs_admin")
    last = max(people, key=_confirmed_at)
    if not shop.lane.run(reads(partial(read_actor, member_id=last.member_id))).may(Permission.BUSINESS_SETTINGS):
        raise BusinessRuleBroken("sharing_needs_admin")
    return last.member_id


def _confirmed_at(person: PersonHere) -> datetime:
    return person.confirmed_at
