"""The till's program: it opens a business, lets people in and out, and closes everything in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

import structlog
from PySide6.QtCore import QObject, QTimer, Signal

from avileo_pos.desktop import leaving_words, safety_words
from avileo_pos.desktop.background.errands import Errands, Failed
from avileo_pos.desktop.main_window import MainWindow
from avileo_pos.desktop.market import Market
from avileo_pos.desktop.safety_desk import Carried, CarryOperations, RemoveTill, SignOut
from avileo_pos.desktop.screens.sign_in.requests import (
    BringTill,
    BusinessChoice,
    KnownPerson,
    OpenTill,
    SetNewPassword,
    SignInAtCentral,
    SignInHere,
)
from avileo_pos.desktop.screens.sign_in.sign_in_page import SignInPage
from avileo_pos.desktop.shop import Place, Shop
from avileo_pos.desktop.theme import Tone
from avileo_pos.desktop.till import Till
from avileo_pos.desktop.troubles import trouble_sentence, words_for
from avileo_pos.desktop.widgets.dialogs import MessageSheet
from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.permissions import Actor
from avileo_pos.handover.handover_file import read_handover
from avileo_pos.replica.bringing import Brought, bring_till
from avileo_pos.replica.copies import Copy
from avileo_pos.replica.database import Clock, Replica
from avileo_pos.replica.errors import ReplicaInUse, ReplicaTrouble
from avileo_pos.replica.handover import hand_over, take_in, waiting_operations
from avileo_pos.replica.identity import TillIdentity, find_identity
from avileo_pos.replica.queue import AppliedOver
from avileo_pos.replica.removal import Removed, remove_till, unsent
from avileo_pos.replica.rescue import Opened, go_back, open_or_rescue
from avileo_pos.replica.safe import Safe, safes_of
from avileo_pos.replica.sign_ins import PersonHere, forget_sign_in, people_here
from avileo_pos.replica.transaction import reads, writes
from avileo_pos.settings import Settings, central_address, load_settings, replica_path, save_settings
from avileo_pos.sync.central import CentralTrouble, CentralUnreachable, Membership
from avileo_pos.sync.http_client import HttpCentral
from avileo_pos.sync.sign_in import (
    LEASE,
    WARNED_AFTER,
    SignedInHere,
    businesses_of,
    open_till,
    plain_email,
    set_new_password,
    sign_in_without_central,
)
from avileo_pos.sync.state import SyncState
from avileo_pos.sync.token_store import TokenStore
from avileo_pos.tables.base import instant_text
from avileo_pos.usecases.approval import PinRefused, TakeOverByPin, take_over

log = structlog.get_logger(__name__)

# What only central can settle: an unknown person, an old lease, a password that was changed elsewhere.
_ASK_CENTRAL: Final = frozenset({"needs_central", "wrong_password", "catalog_not_here", "member_inactive"})


# Before each screen that is built ahead: a key that falls into it waits for one screen, never for all.
_BREATH_MS: Final = 500


@dataclass(frozen=True, slots=True)
class _Arrival:
    """Somebody whom central knows, on the way into a business."""

    address: str
    token: str
    who: SignInHere
    memberships: tuple[Membership, ...]

    def membership(self, business_id: UUID) -> Membership:
        return next(each for each in self.memberships if each.business_id == business_id)


class TillProgram(QObject):
    """Lives in the GUI thread. `folder` holds the settings and the replicas of this Windows user."""

    entered = Signal(object)  # Till
    sample_asked = Signal()
    refused_to_start = Signal(str)  # a sentence; the program cannot run here

    def __init__(self, folder: Path, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.page = SignInPage()
        self.window = MainWindow(self.page)
        self.shop: Shop | None = None
        self._market: Market | None = None
        self._folder = folder
        self._clock = clock
        self._settings = load_settings(folder)
        self._errands = Errands(self)
        self._arrival: _Arrival | None = None
        self._awaiting_catalog: Actor | None = None
        self._central_wants_a_password = False
        self._warned_of: set[str] = set()
        self._gone: set[UUID] = set()
        self._breath = QTimer(self, interval=_BREATH_MS)
        self._connect()

    def start(self) -> None:
        """Open the business that was open last, and ask who works."""
        if self._settings.last_business:
            business_id = UUID(self._settings.last_business)
            self._open_replica(business_id, then=partial(self._reopened, business_id))
        else:
            self.page.start(self._settings.central_address, ())

    def close(self) -> None:
        """Finish what was asked for; what was not sent waits in the file."""
        self._errands.end()
        self._leave_shop()

    def enter_as(self, address: str, email: str, password: str, device_name: str) -> None:
        """Sign in at central and open the person's first business, without the page asking."""
        who = SignInHere(email, password)

        def found(arrival: _Arrival) -> None:
            self._arrival = arrival
            self._open_till_of(arrival.memberships[0].business_id, device_name)

        self._errands.run(lambda: _arrive(address, who), then=found, failed=self._show_trouble)

    # --- Who comes in ------------------------------------------------------------------------------------------------

    def _ask_central(self, asked: SignInAtCentral) -> None:
        who = SignInHere(asked.email, asked.password)
        self._errands.run(
            lambda: _arrive(central_address(asked.address), who), then=self._choose_business, failed=self._show_trouble
        )

    def _set_new_password(self, asked: SetNewPassword) -> None:
        """Then on as if the person had come in by it."""
        who = SignInHere(asked.who.email, asked.who.password)
        if isinstance(asked.who, SignInAtCentral):
            address = asked.who.address
            self._errands.run(
                lambda: _arrive(central_address(address), who, asked.password),
                then=self._choose_business,
                failed=self._show_trouble,
            )
            return
        shop, address = self._open_shop(), self._settings.central_address
        self._errands.run(
            lambda: _renew(shop, address, who, self._clock(), asked.password),
            then=self._let_in_and_sync,
            failed=self._show_trouble,
        )

    def _choose_business(self, arrival: _Arrival) -> None:
        self._arrival = arrival
        self.page.show_businesses(
            [BusinessChoice(each.business_id, each.business_name) for each in arrival.memberships]
        )

    def _ask_till(self, asked: OpenTill) -> None:
        self._open_till_of(asked.business_id, asked.device_name)

    def _open_till_of(self, business_id: UUID, device_name: str) -> None:
        """Into the business that is open already, or another in its place."""
        if self.shop is not None and self._settings.last_business == str(business_id):
            self._enrol(device_name, business_id)
            return
        self._leave_shop()

        def opened(opened_replica: Replica) -> None:
            self._begin_shop(opened_replica, business_id)
            self._enrol(device_name, business_id)

        self._open_replica(business_id, then=opened)

    def _enrol(self, device_name: str, business_id: UUID) -> None:
        shop, arrival = self._open_shop(), self._arrived()
        self._errands.run(
            lambda: _enrol(shop, arrival, business_id, device_name, self._clock()),
            then=self._let_in_and_sync,
            failed=self._show_trouble,
        )

    def _ask_here(self, asked: SignInHere) -> None:
        """By what this till knows; by central for what only central can settle."""
        shop, address = self._open_shop(), self._settings.central_address
        self._errands.run(
            lambda: _sign_in_here_or_at_central(shop, address, asked, self._clock()),
            then=self._let_in_by_password,
            failed=self._show_trouble,
        )

    def _let_in_by_password(self, answer: tuple[SignedInHere, SignInHere | None]) -> None:
        signed_in, to_confirm = answer
        if to_confirm is None:
            self._let_in_and_sync(signed_in)
        else:
            self._confirm_at_central(to_confirm)
            self._let_in(signed_in.actor)

    def _confirm_at_central(self, who: SignInHere) -> None:
        """The person is in; central renews the lease and the token when it can be reached."""
        shop, address = self._open_shop(), self._settings.central_address
        self._errands.run(
            lambda: _renew(shop, address, who, self._clock()), then=self._on_confirmed, failed=self._note_unconfirmed
        )

    def _on_confirmed(self, signed_in: SignedInHere) -> None:
        if signed_in.actor.member_id in self._gone:
            self._take_way_in(signed_in.actor, then=self._end_session, failed=self._show_trouble)
        else:
            self._open_shop().sync.wake()

    def _note_unconfirmed(self, trouble: Exception) -> None:
        """Without an answer it can wait; what central refuses only this person can put right."""
        if not isinstance(trouble, CentralTrouble | BusinessRuleBroken):
            raise trouble
        log.info("sign_in_not_confirmed", why=str(trouble))
        if isinstance(trouble, BusinessRuleBroken):
            self.window.say(f"El servidor no aceptó la entrada. {words_for(trouble)}", Tone.WARNING)

    def _take_over(self, asked: TakeOverByPin) -> None:
        somebody = Actor(asked.member_id, "", BusinessUserRole.VENDEDOR)
        self._open_shop().lane.write(
            take_over, asked, then=self._let_in_by_pin, failed=self._show_trouble, actor=somebody
        )

    def _let_in_by_pin(self, answer: Actor | PinRefused) -> None:
        if isinstance(answer, PinRefused):
            self.page.show_refused(answer)
        else:
            self._let_in(answer)

    def _let_in_and_sync(self, signed_in: SignedInHere) -> None:
        sync = self._open_shop().sync
        if not sync.isRunning():
            sync.start()
        sync.wake()
        self._let_in(signed_in.actor)

    def _let_in(self, actor: Actor) -> None:
        """As soon as there is a catalog, which a new till has only after its first pull."""
        self._awaiting_catalog = actor
        self._gone.discard(actor.member_id)
        self._errands.run(self._open_shop().place_if_ready, then=self._show_shop_if_ready, failed=self._show_trouble)

    def _show_shop_if_ready(self, place: Place | None) -> None:
        if place is not None and self._awaiting_catalog is not None:
            actor, self._awaiting_catalog = self._awaiting_catalog, None
            self._show_shop(actor, place)

    def _show_shop(self, actor: Actor, place: Place) -> None:
        shop = self._open_shop()
        shop.lane.person = actor
        till = Till(shop.lane, shop.news, self.window, actor, place.business, place.device_name, self._clock)
        self.window.enter(till)
        self._breath.start()
        self._warn_once(shop.tokens.warning)
        self.entered.emit(till)

    def _build_ahead(self) -> None:
        if not self.window.build_ahead():
            self._breath.stop()

    def _warn_once(self, code: str | None) -> None:
        """Of what holds for as long as the program runs: nobody wants to read it at every unlocking."""
        if code is not None and code not in self._warned_of:
            self._warned_of.add(code)
            self.window.say(trouble_sentence(code), Tone.WARNING)

    def _sign_in_again(self) -> None:
        """Central has signed this till out: only a password opens a new session there."""
        self._central_wants_a_password = True
        self.lock()

    def lock(self) -> None:
        """Nobody works; synchronisation goes on."""
        self.window.leave()
        self._open_shop().lane.person = None
        self._ask_who_works()

    # --- Who goes for good -------------------------------------------------------------------------------------------

    def _sign_out(self, asked: SignOut) -> None:
        """Nobody else is signed out by it, but the session with central was everybody's."""
        person = self._open_shop().lane.person
        assert person is not None
        self._take_way_in(person, then=partial(self._on_signed_out, asked, person), failed=asked.failed)

    def _take_way_in(self, person: Actor, then: Callable[[str | None], None], failed: Failed) -> None:
        shop = self._open_shop()
        self._errands.run(lambda: _sign_out_here(shop, person), then=then, failed=failed)

    def _on_signed_out(self, asked: SignOut, person: Actor, token: str | None) -> None:
        asked.done()
        self._gone.add(person.member_id)  # central may be confirming them yet
        self._arrival = None
        if self._market is not None:
            self._market.sign_out()
        self.lock()
        self._end_session(token)

    def _end_session(self, token: str | None) -> None:
        shop = self._open_shop()
        shop.sync.wake()
        if token is not None:
            self._errands.run(lambda: _end_session(shop.address, token), then=_nothing_more, failed=self._show_trouble)

    def _remove(self, asked: RemoveTill) -> None:
        shop = self._open_shop()
        self._errands.run(
            lambda: shop.lane.run(reads(unsent, asked.exported)),
            then=partial(self._take_away, asked),
            failed=asked.failed,
        )

    def _take_away(self, asked: RemoveTill, _unsent: int) -> None:
        """The settings forget the till first: were the power to go now, it could still be opened by signing in."""
        asked.done()
        shop, before = self._open_shop(), self._settings
        self._leave_shop()
        self._arrival = None
        self._settle_on(replace(before, last_business="", second_place=""))
        self.page.start(before.central_address, ())
        self._errands.run(
            lambda: _take_away(shop, asked.exported, self._clock()),
            then=self._on_taken_away,
            failed=partial(self._on_not_taken_away, before),
        )

    def _on_taken_away(self, removed: Removed) -> None:
        MessageSheet(self.window, *leaving_words.of_removal(removed)).open()

    def _on_not_taken_away(self, before: Settings, trouble: Exception) -> None:
        """The till goes on as it was."""
        business_id = UUID(before.last_business)
        self._settle_on(before)
        self._open_replica(business_id, then=partial(self._reopened, business_id))
        MessageSheet(self.window, "La caja no se quitó", words_for(trouble)).open()

    def _settle_on(self, settings: Settings) -> None:
        self._settings = settings
        save_settings(self._folder, settings)
        self.window.safety.second_place = settings.second_place

    # --- The business ------------------------------------------------------------------------------------------------

    def _open_replica(self, business_id: UUID, then: Callable[[Replica], None]) -> None:
        path, second_place = replica_path(self._folder, business_id), self._second_place()
        self._errands.run(
            lambda: open_or_rescue(path, safes_of(path, second_place), clock=self._clock),
            then=partial(self._on_opened, then),
            failed=self._cannot_open,
        )

    def _on_opened(self, then: Callable[[Replica], None], opened: Opened) -> None:
        then(opened.replica)
        said = safety_words.of_opening(opened)
        if said is not None:
            MessageSheet(self.window, *said).open()

    def _go_back(self, copy: Copy) -> None:
        """The shop closes, its file gives way to the copy, and the shop opens again."""
        shop, business_id = self._open_shop(), UUID(self._settings.last_business)
        path = shop.path
        self._leave_shop()
        self._errands.run(
            lambda: go_back(path, copy, Safe.beside(path), clock=self._clock),
            then=partial(self._on_opened, partial(self._reopened, business_id)),
            failed=self._cannot_open,
        )

    def _bring(self, asked: BringTill) -> None:
        """Another computer's till goes on at this one, and on with the same stick."""

        def bring() -> Brought:
            central_address(asked.address)
            return bring_till(Path(asked.place), asked.password, self._folder, clock=self._clock)

        self._leave_shop()
        self._errands.run(bring, then=partial(self._on_brought, asked), failed=self.page.show_bring_trouble)

    def _on_brought(self, asked: BringTill, brought: Brought) -> None:
        self.page.end_bringing()
        self._arrival = None
        self._settings = replace(
            self._settings, central_address=central_address(asked.address), second_place=str(brought.place or "")
        )
        self.window.safety.second_place = self._settings.second_place
        MessageSheet(self.window, *safety_words.of_bringing(brought.rescue)).open()
        self._open_replica(brought.business_id, then=partial(self._reopened, brought.business_id))

    def _keep_in(self, folder: str) -> None:
        self._settings = replace(self._settings, second_place=folder)
        save_settings(self._folder, self._settings)
        self._open_shop().keeper.keep_in(self._second_place())

    def _copy_now(self) -> None:
        self._open_shop().keeper.copy()

    def _carry(self, asked: CarryOperations) -> None:
        shop = self._open_shop()
        carry = _import if asked.inward else _export
        self._errands.run(lambda: carry(shop, asked, self._clock()), then=asked.then, failed=asked.failed)

    def _second_place(self) -> Path | None:
        return Path(self._settings.second_place) if self._settings.second_place else None

    def _reopened(self, business_id: UUID, replica: Replica) -> None:
        """Without a token central says that this till is signed out, and the person is told."""
        shop = self._begin_shop(replica, business_id)
        self._errands.run(
            lambda: shop.lane.run(reads(find_identity)), then=self._sync_if_enrolled, failed=self._show_trouble
        )
        self._ask_who_works()

    def _sync_if_enrolled(self, till: TillIdentity | None) -> None:
        """A new file in the place of a damaged one may be nobody's yet: signing in begins it."""
        if till is not None and self.shop is not None and not self.shop.sync.isRunning():
            self.shop.sync.start()

    def _begin_shop(self, replica: Replica, business_id: UUID) -> Shop:
        address = self._arrival.address if self._arrival else self._settings.central_address
        tokens, second_place = TokenStore(address, business_id), self._second_place()
        shop = Shop(replica, business_id, address, tokens, self.window.show_problem, self, second_place=second_place)
        shop.sync.state_changed.connect(self._show_sync)
        shop.sync.conflicts_found.connect(self._tell_conflicts)
        shop.keeper.told.connect(self.window.safety.show_state)
        self.window.round_asked.connect(shop.sync.wake)
        self.shop = shop
        if self._settings.last_business != str(business_id):
            self._settings = replace(self._settings, branch="", branch_name="")
        self._settings = replace(self._settings, central_address=address, last_business=str(business_id))
        save_settings(self._folder, self._settings)
        market = Market(
            shop, self.window.market, self._errands, self._settings.branch, self._settings.branch_name, self
        )
        market.joined.connect(self._remember_branch)
        self._market = market
        return shop

    def _remember_branch(self, address: str, name: str) -> None:
        self._settings = replace(self._settings, branch=address, branch_name=name)
        save_settings(self._folder, self._settings)

    def _leave_shop(self) -> None:
        shop, self.shop = self.shop, None
        if shop is not None:
            self.window.leave()
            self.window.round_asked.disconnect(shop.sync.wake)
            self._end_market()
            shop.close()

    def _end_market(self) -> None:
        market, self._market = self._market, None
        if market is not None:
            market.close()

    def _ask_who_works(self) -> None:
        shop = self._open_shop()
        self._errands.run(lambda: shop.lane.run(reads(people_here)), then=self._show_people, failed=self._show_trouble)

    def _show_people(self, people: tuple[PersonHere, ...]) -> None:
        now = self._clock()
        known = [_known(person, now, wants_password=self._central_wants_a_password) for person in people]
        self._central_wants_a_password = False
        self.page.start(self._settings.central_address, known)

    def _show_sync(self, state: SyncState) -> None:
        self.window.show_sync(state)
        if self._awaiting_catalog is None:
            return
        if state.catalog_ready:
            self._let_in(self._awaiting_catalog)
        elif state.code is not None:
            self._awaiting_catalog = None
            self.page.show_trouble(CentralUnreachable(state.code))

    def _tell_conflicts(self, conflicts: tuple[AppliedOver, ...]) -> None:
        fields = sum(len(each.conflicts) for each in conflicts)
        said = "un dato" if fields == 1 else f"{fields} datos"
        self.window.say(f"Otra persona había cambiado {said} que usted también cambió. Quedó lo suyo.", Tone.WARNING)

    # --- Trouble -----------------------------------------------------------------------------------------------------

    def _show_trouble(self, trouble: Exception) -> None:
        self._awaiting_catalog = None
        self.page.show_trouble(trouble)

    def _cannot_open(self, trouble: Exception) -> None:
        if isinstance(trouble, ReplicaInUse):
            self.refused_to_start.emit(trouble_sentence(trouble.code))
            return
        self.page.start(self._settings.central_address, ())
        if not isinstance(trouble, ReplicaTrouble):
            raise trouble
        self.page.show_trouble(trouble)

    # --- What must be there ------------------------------------------------------------------------------------------

    def _open_shop(self) -> Shop:
        assert self.shop is not None
        return self.shop

    def _arrived(self) -> _Arrival:
        assert self._arrival is not None
        return self._arrival

    def _connect(self) -> None:
        self.page.central_asked.connect(self._ask_central)
        self.page.till_asked.connect(self._ask_till)
        self.page.here_asked.connect(self._ask_here)
        self.page.new_password_given.connect(self._set_new_password)
        self.page.pin_given.connect(self._take_over)
        self.page.bring_given.connect(self._bring)
        self.page.sample_asked.connect(self.sample_asked)
        self.window.lock_asked.connect(self.lock)
        self.window.safety.second_place = self._settings.second_place
        self.window.safety.copy_asked.connect(self._copy_now)
        self.window.safety.place_chosen.connect(self._keep_in)
        self.window.safety.return_asked.connect(self._go_back)
        self.window.safety.carry_asked.connect(self._carry)
        self.window.safety.sign_out_asked.connect(self._sign_out)
        self.window.safety.removal_asked.connect(self._remove)
        self._breath.timeout.connect(self._build_ahead)
        self.window.sign_in_asked.connect(self._sign_in_again)


# --- Errands: these run on another thread and touch no widget --------------------------------------------------------


def _arrive(address: str, who: SignInHere, new_password: str | None = None) -> _Arrival:
    """By the password that the person has, and on with a new one if there is one. Raises as `set_new_password`."""
    tokens: list[str] = []
    with HttpCentral(address, lambda: tokens[-1] if tokens else None) as central:
        if new_password is None:
            memberships = businesses_of(central, tokens.append, who.email, who.password)
        else:
            memberships = set_new_password(central, tokens.append, who.email, who.password, new_password)
            who = replace(who, password=new_password)
    return _Arrival(address, tokens[-1], who, memberships)


def _enrol(shop: Shop, arrival: _Arrival, business_id: UUID, device_name: str, now: datetime) -> SignedInHere:
    """Raises CentralTrouble."""
    shop.tokens.set(arrival.token)
    shop.chest.lock_with(plain_email(arrival.who.email), arrival.who.password)
    with HttpCentral(arrival.address, shop.tokens.get) as central:
        return open_till(
            central,
            shop.lane.run,
            arrival.membership(business_id),
            arrival.who.email,
            arrival.who.password,
            device_name,
            now,
        )


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


def _sign_in_here_or_at_central(
    shop: Shop, address: str, who: SignInHere, now: datetime
) -> tuple[SignedInHere, SignInHere | None]:
    """Who has signed in, and what central still has to confirm. Raises BusinessRuleBroken, CentralTrouble."""
    try:
        return sign_in_without_central(shop.lane.run, who.email, who.password, now), who
    except BusinessRuleBroken as refused:
        if refused.code not in _ASK_CENTRAL:
            raise
        try:
            return _renew(shop, address, who, now), None
        except CentralUnreachable:
            raise refused from None


def _renew(shop: Shop, address: str, who: SignInHere, now: datetime, new_password: str | None = None) -> SignedInHere:
    """Sign in at central for the business that is open. Raises BusinessRuleBroken, CentralTrouble."""
    place = shop.place_if_ready()
    arrival = _arrive(address, who, new_password)
    if place is None or place.business.id not in {each.business_id for each in arrival.memberships}:
        raise BusinessRuleBroken("no_business")
    return _enrol(shop, arrival, place.business.id, place.device_name, now)


def _known(person: PersonHere, now: datetime, *, wants_password: bool) -> KnownPerson:
    """The lease counts from when central last accepted the password; once it is over, a PIN does not open either."""
    age = now - person.confirmed_at
    hurry = max((LEASE - age) // timedelta(days=1), 0) if age > WARNED_AFTER else None
    has_pin = person.has_pin and age <= LEASE
    return KnownPerson(person.member_id, person.name, person.email, has_pin, hurry, wants_password)
