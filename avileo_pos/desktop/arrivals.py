"""How a person comes to work at a till: by central's word, or by what the till knows of them.

These are errands: they run on another thread than the window's and touch no widget.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from avileo_pos.desktop.screens.sign_in.requests import SignInHere
from avileo_pos.desktop.shop import Shop
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.sync.central import CentralUnreachable, Membership
from avileo_pos.sync.http_client import HttpCentral
from avileo_pos.sync.sign_in import (
    SignedInHere,
    businesses_of,
    open_till,
    plain_email,
    set_new_password,
    sign_in_without_central,
)

# What only central can settle: an unknown person, an old lease, a password that was changed elsewhere.
_ASK_CENTRAL: Final = frozenset({"needs_central", "wrong_password", "catalog_not_here", "member_inactive"})


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody whom central knows, on the way into a business."""

    address: str
    token: str
    who: SignInHere
    memberships: tuple[Membership, ...]

    def membership(self, business_id: UUID) -> Membership:
        return next(each for each in self.memberships if each.business_id == business_id)


def arrive(address: str, who: SignInHere, new_password: str | None = None) -> Arrival:
    """By the password that the person has, and on with a new one if there is one. Raises as `set_new_password`."""
    tokens: list[str] = []
    with HttpCentral(address, lambda: tokens[-1] if tokens else None) as central:
        if new_password is None:
            memberships = businesses_of(central, tokens.append, who.email, who.password)
        else:
            memberships = set_new_password(central, tokens.append, who.email, who.password, new_password)
            who = replace(who, password=new_password)
    return Arrival(address, tokens[-1], who, memberships)


def enrol(shop: Shop, arrival: Arrival, business_id: UUID, device_name: str, now: datetime) -> SignedInHere:
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


def renew(shop: Shop, who: SignInHere, now: datetime, new_password: str | None = None) -> SignedInHere:
    """Sign in at central for the business that is open. Raises BusinessRuleBroken, CentralTrouble, LaneClosed."""
    arrival = arrive(shop.address, who, new_password)
    place = shop.place_if_ready()  # of a till that was taken off meanwhile nobody keeps a token
    if place is None or place.business.id not in {each.business_id for each in arrival.memberships}:
        raise BusinessRuleBroken("no_business")
    return enrol(shop, arrival, place.business.id, place.device_name, now)


def sign_in_here_or_at_central(shop: Shop, who: SignInHere, now: datetime) -> tuple[SignedInHere, SignInHere | None]:
    """Who has signed in, and what central still has to confirm. Raises BusinessRuleBroken, CentralTrouble."""
    try:
        return sign_in_without_central(shop.lane.run, who.email, who.password, now), who
    except BusinessRuleBroken as refused:
        if refused.code not in _ASK_CENTRAL:
            raise
        try:
            return renew(shop, who, now), None
        except CentralUnreachable:
            raise refused from None
