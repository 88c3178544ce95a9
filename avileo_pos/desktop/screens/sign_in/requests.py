"""What the sign-in page asks of the program, and what it is told."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SignInAtCentral:
    """The first time of a person on this till, which needs central. The address is as it was typed."""

    address: str
    email: str
    password: str


@dataclass(frozen=True, slots=True)
class OpenTill:
    """`who` has signed in at central; this till shall be one of that business, under that name."""

    who: SignInAtCentral
    business_id: UUID
    device_name: str


@dataclass(frozen=True, slots=True)
class SignInHere:
    """A person who is known on this till, with the password; central need not answer."""

    email: str
    password: str


@dataclass(frozen=True, slots=True)
class SetNewPassword:
    """`who` came in by a password of one time, and has put this one in its place."""

    who: SignInAtCentral | SignInHere
    password: str


@dataclass(frozen=True, slots=True)
class BringTill:
    """Copies and journal of a till lie in `place`, opened by the password of somebody who signed in at it."""

    address: str
    place: str
    password: str


@dataclass(frozen=True, slots=True)
class BusinessChoice:
    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody who has signed in on this till before.

    `days_left` is how long this is still possible without central, None while there is no hurry. `wants_password` when
    central has signed the person out: a PIN goes on opening the till, but only the password lets it send.
    """

    member_id: UUID
    name: str
    email: str
    has_pin: bool
    days_left: int | None = None
    wants_password: bool = False
