"""What a till asks of central, and the ways in which central can fail to answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.protocol import DigestAnswer, PullPage, PushAnswer, PushRequest


class CentralTrouble(Exception):  # noqa: N818 - the names below say what happened
    """Central did not do it; `code` chooses the Spanish sentence."""

    def __init__(self, code: str, said: str = "") -> None:
        super().__init__(said or code)
        self.code = code


class CentralUnreachable(CentralTrouble):
    """No answer came: no_route, no_address, timeout, tls, interrupted."""


class WrongAddress(CentralUnreachable):
    """Something answers there, but not an Avileo central: not_central, redirected, address_needs_https."""


class CentralBusy(CentralTrouble):
    """Central cannot now: central_busy. `retry_after` is what it asks for, if anything."""

    def __init__(self, code: str = "central_busy", said: str = "", retry_after: timedelta | None = None) -> None:
        super().__init__(code, said)
        self.retry_after = retry_after


class SignedOut(CentralTrouble):
    """Central does not know this person any more, or not on this device: signed_out, device_revoked, ..."""


class RequestRefused(CentralTrouble):
    """Central will not take this request as it is."""

    def __init__(self, status: int, code: str, said: str = "") -> None:
        super().__init__(code, said)
        self.status = status


class TooOld(CentralTrouble):
    """This program must be updated before central takes all of it again."""

    def __init__(self) -> None:
        super().__init__("too_old")


class ResyncNeeded(CentralTrouble):
    """The cursor or a mark leads nowhere any more."""

    def __init__(self) -> None:
        super().__init__("resync_needed")


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What central gave to a device: its own receipt series, and the last number that is known to be used in it."""

    receipt_series: str
    last_receipt: int = 0


@dataclass(frozen=True, slots=True)
class Membership:
    """A business in which a person works."""

    business_id: UUID
    business_name: str
    member_id: UUID
    name: str
    role: BusinessUserRole


class Accounts(Protocol):
    """Signing in. All raise CentralTrouble of some kind.

    `sign_in` and `change_password` also BusinessRuleBroken("wrong_password"), `memberships`
    BusinessRuleBroken("password_must_change") for who came in by a password of one time.
    """

    def sign_in(self, email: str, password: str) -> str: ...

    def change_password(self, current: str, new: str) -> None: ...

    def memberships(self) -> tuple[Membership, ...]: ...

    def enrol(self, business_id: UUID, device_id: UUID, name: str) -> Enrolment: ...


class Central(Protocol):
    """All raise CentralTrouble of some kind."""

    def push(self, request: PushRequest) -> PushAnswer: ...

    def pull(
        self, business_id: UUID, device_id: UUID, cursor: str | None, limit: int, marks: Sequence[str] = ()
    ) -> PullPage: ...

    def digest(self, business_id: UUID, device_id: UUID) -> DigestAnswer: ...

    def enrol(self, business_id: UUID, device_id: UUID, name: str) -> Enrolment: ...
