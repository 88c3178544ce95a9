"""Who comes in at the till: with central's word, with what the till knows of them, by a PIN; and who may stay in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from PySide6.QtCore import QObject, Signal

from avileo_pos.desktop.arrivals import Arrival, arrive, enrol, renew, sign_in_here_or_at_central
from avileo_pos.desktop.background.replica_lane import LaneClosed
from avileo_pos.desktop.premises import Premises
from avileo_pos.desktop.screens.sign_in.requests import (
    BusinessChoice,
    KnownPerson,
    OpenTill,
    SetNewPassword,
    SignInAtCentral,
    SignInHere,
)
from avileo_pos.desktop.screens.sign_in.sign_in_page import SignInPage
from avileo_pos.desktop.shop import Place
from avileo_pos.desktop.theme import Tone
from avileo_pos.desktop.till import Till
from avileo_pos.desktop.troubles import trouble_sentence, words_for
from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.permissions import Actor
from avileo_pos.replica.sign_ins import PersonHere, people_here
from avileo_pos.replica.transaction import reads
from avileo_pos.settings import central_address
from avileo_pos.sync.central import CentralTrouble, CentralUnreachable
from avileo_pos.sync.sign_in import LEASE, WARNED_AFTER, SignedInHere
from avileo_pos.sync.state import SyncState
from avileo_pos.usecases.approval import PinRefused, TakeOverByPin, take_over

log = structlog.get_logger(__name__)

SEES_A_PART: Final = "Con su PIN ve solo lo que vendieron los de esta caja. Para verlo todo, entre con su contraseña."
ADDRESS_LOST: Final = (
    "Esta computadora ya no sabe la dirección del servidor. Se vende igual; para enviar, entre por «Otra persona» y"
    " escríbala."
)


class Entrance(QObject):
    """Serves the sign-in page. Lives in the GUI thread."""

    entered = Signal(object)  # Till
    confirmed_too_late = Signal(object)  # Actor: central has let somebody in who has gone for good meanwhile

    def __init__(self, premises: Premises, page: SignInPage, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._premises = premises
        self._window, self._errands = premises.window, premises.errands
        self._page = page
        self._arrival: Arrival | None = None
        self._people: tuple[PersonHere, ...] = ()
        self._sees_a_part = False
        self._awaiting_catalog: Actor | None = None
        self._central_wants_a_password = False
        self._warned_of: set[str] = set()
        self._gone: set[UUID] = set()
        page.central_asked.connect(self._ask_central)
        page.till_asked.connect(self._ask_till)
        page.here_asked.connect(self._ask_here)
        page.new_password_given.connect(self._set_new_password)
        page.pin_given.connect(self._take_over)
        premises.window.lock_asked.connect(self.lock)
        premises.window.sign_in_asked.connect(self._sign_in_again)
        premises.reopening.connect(page.show_opening)
        premises.reopened.connect(self._ask_who_works)
        premises.sync_told.connect(self._let_in_with_the_catalog)
        premises.cannot_open.connect(self._begin_without_a_shop)
        premises.failed.connect(self._show_trouble)

    def begin_anew(self) -> None:
        """Nothing is open: whoever comes signs in at central."""
        self._page.start(self._premises.settings.central_address, ())

    def enter_as(self, address: str, email: str, password: str, device_name: str) -> None:
        """Sign in at central and open the person's first business, without the page asking."""
        who = SignInHere(email, password)

        def found(arrival: Arrival) -> None:
            self._arrival = arrival
            self._open_till_of(arrival.memberships[0].business_id, device_name)

        self._errands.run(lambda: arrive(address, who), then=found, failed=self._show_trouble)

    def lock(self) -> None:
        """Nobody works; synchronisation goes on."""
        self._window.leave()
        self._premises.open_shop().lane.person = None
        self._ask_who_works()

    def see_off(self, person: Actor) -> None:
        """They have gone for good, though central may be confirming them yet."""
        self._gone.add(person.member_id)

    # --- At central --------------------------------------------------------------------------------------------------

    def _ask_central(self, asked: SignInAtCentral) -> None:
        who = SignInHere(asked.email, asked.password)
        self._arrive(lambda: arrive(central_address(asked.address), who))

    def _set_new_password(self, asked: SetNewPassword) -> None:
        """Then on as if the person had come in by it."""
        who = SignInHere(asked.who.email, asked.who.password)
        if isinstance(asked.who, SignInAtCentral):
            address = asked.who.address
            self._arrive(lambda: arrive(central_address(address), who, asked.password))
            return
        shop = self._premises.open_shop()
        self._errands.run(
            lambda: renew(shop, who, self._premises.clock(), asked.password),
            then=self._let_in_and_sync,
            failed=self._show_trouble,
        )

    def _arrive(self, errand: Callable[[], Arrival]) -> None:
        self._errands.run(errand, then=self._choose_business, failed=self._show_trouble)

    def _choose_business(self, arrival: Arrival) -> None:
        self._arrival = arrival
        self._page.show_businesses(
            [BusinessChoice(each.business_id, each.business_name) for each in arrival.memberships]
        )

    def _ask_till(self, asked: OpenTill) -> None:
        self._open_till_of(asked.business_id, asked.device_name)

    def _open_till_of(self, business_id: UUID, device_name: str) -> None:
        arrival = self._arrival
        assert arrival is not None

        def opened() -> None:
            shop = self._premises.open_shop()
            self._errands.run(
                lambda: enrol(shop, arrival, business_id, device_name, self._premises.clock()),
                then=self._let_in_and_sync,
                failed=self._show_trouble,
            )

        self._premises.open(business_id, arrival.address, then=opened)

    # --- At this till ------------------------------------------------------------------------------------------------

    def _ask_who_works(self) -> None:
        shop = self._premises.open_shop()
        self._errands.run(lambda: shop.lane.run(reads(people_here)), then=self._show_people, failed=self._show_trouble)

    def _show_people(self, people: tuple[PersonHere, ...]) -> None:
        self._people = people
        now = self._premises.clock()
        known = [_known(person, now, wants_password=self._central_wants_a_password) for person in people]
        self._central_wants_a_password = False
        self._page.start(self._premises.settings.central_address, known)

    def _sign_in_again(self) -> None:
        """Central has signed this till out: only a password opens a new session there."""
        self._central_wants_a_password = True
        self.lock()

    def _ask_here(self, asked: SignInHere) -> None:
        """By what this till knows; by central for what only central can settle."""
        shop = self._premises.open_shop()
        self._errands.run(
            lambda: sign_in_here_or_at_central(shop, asked, self._premises.clock()),
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
        shop = self._premises.open_shop()
        self._errands.run(
            lambda: renew(shop, who, self._premises.clock()), then=self._on_confirmed, failed=self._note_unconfirmed
        )

    def _on_confirmed(self, signed_in: SignedInHere) -> None:
        if signed_in.actor.member_id in self._gone:
            self.confirmed_too_late.emit(signed_in.actor)
        else:
            self._premises.open_shop().sync.wake()

    def _note_unconfirmed(self, trouble: Exception) -> None:
        """Without an answer it can wait; what central refuses only this person can put right.

        Where the shop has closed meanwhile nobody waits for it any more.
        """
        if not isinstance(trouble, CentralTrouble | BusinessRuleBroken | LaneClosed):
            raise trouble
        log.info("sign_in_not_confirmed", why=str(trouble) or type(trouble).__name__)
        if isinstance(trouble, BusinessRuleBroken):
            self._window.say(f"El servidor no aceptó la entrada. {words_for(trouble)}", Tone.WARNING)

    def _take_over(self, asked: TakeOverByPin) -> None:
        somebody = Actor(asked.member_id, "", BusinessUserRole.VENDEDOR)
        self._premises.open_shop().lane.write(
            take_over, asked, then=self._let_in_by_pin, failed=self._show_trouble, actor=somebody
        )

    def _let_in_by_pin(self, answer: Actor | PinRefused) -> None:
        if isinstance(answer, PinRefused):
            self._page.show_refused(answer)
        else:
            self._sees_a_part = answer.role is BusinessUserRole.ADMIN_NEGOCIO and not self._till_is_sent_everything()
            self._let_in(answer)

    def _till_is_sent_everything(self) -> bool:
        """By the session with central, which is of whoever typed a password last."""
        last = max(self._people, key=lambda person: person.confirmed_at)
        return last.role is BusinessUserRole.ADMIN_NEGOCIO

    # --- In ----------------------------------------------------------------------------------------------------------

    def _let_in_and_sync(self, signed_in: SignedInHere) -> None:
        self._arrival = None
        sync = self._premises.open_shop().sync
        if not sync.isRunning():
            sync.start()
        sync.wake()
        self._let_in(signed_in.actor)

    def _let_in(self, actor: Actor) -> None:
        """As soon as there is a catalog, which a new till has only after its first pull."""
        self._awaiting_catalog = actor
        self._gone.discard(actor.member_id)
        self._errands.run(
            self._premises.open_shop().place_if_ready, then=self._show_shop_if_ready, failed=self._show_trouble
        )

    def _let_in_with_the_catalog(self, state: SyncState) -> None:
        if self._awaiting_catalog is None:
            return
        if state.catalog_ready:
            self._let_in(self._awaiting_catalog)
        elif state.code is not None:
            self._show_trouble(CentralUnreachable(state.code))

    def _show_shop_if_ready(self, place: Place | None) -> None:
        if place is not None and self._awaiting_catalog is not None:
            actor, self._awaiting_catalog = self._awaiting_catalog, None
            self._show_shop(actor, place)

    def _show_shop(self, actor: Actor, place: Place) -> None:
        shop = self._premises.open_shop()
        shop.lane.person = actor
        till = Till(shop.lane, shop.news, self._window, actor, place.business, place.device_name, self._premises.clock)
        self._window.enter(till)
        self._warn_once(shop.tokens.warning)
        if not self._premises.settings.central_address:
            self._window.say(ADDRESS_LOST, Tone.WARNING)
        elif self._sees_a_part:
            self._window.say(SEES_A_PART, Tone.WARNING)
        self._sees_a_part = False
        self.entered.emit(till)

    def _warn_once(self, code: str | None) -> None:
        """Of what holds for as long as the program runs: nobody wants to read it at every unlocking."""
        if code is not None and code not in self._warned_of:
            self._warned_of.add(code)
            self._window.say(trouble_sentence(code), Tone.WARNING)

    # --- Trouble -----------------------------------------------------------------------------------------------------

    def _show_trouble(self, trouble: Exception) -> None:
        self._awaiting_catalog, self._sees_a_part = None, False
        self._page.show_trouble(trouble)

    def _begin_without_a_shop(self, trouble: Exception) -> None:
        self.begin_anew()
        self._show_trouble(trouble)


def _known(person: PersonHere, now: datetime, *, wants_password: bool) -> KnownPerson:
    """The lease counts from when central last accepted the password; once it is over, a PIN does not open either."""
    age = now - person.confirmed_at
    hurry = max((LEASE - age) // timedelta(days=1), 0) if age > WARNED_AFTER else None
    has_pin = person.has_pin and age <= LEASE
    return KnownPerson(person.member_id, person.name, person.email, has_pin, hurry, wants_password)
