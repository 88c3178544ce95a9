"""Signing in by email and password: at central the first time, and for 14 days after that without it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.permissions import Actor
from avileo_pos.replica.identity import TillIdentity, enrol, find_identity, read_actor
from avileo_pos.replica.sign_ins import (
    OfflineSignIn,
    count_failure,
    find_sign_in,
    forgive_failures,
    remember_sign_in,
)
from avileo_pos.replica.sync_state import read_place
from avileo_pos.replica.transaction import reads, write, writes
from avileo_pos.sync.central import Accounts, Membership
from avileo_pos.sync.engine import Run
from avileo_pos.usecases.queue import retry_once_known

LEASE: Final = timedelta(days=14)
WARNED_AFTER: Final = timedelta(days=10)
_HASHER: Final = PasswordHasher()


@dataclass(frozen=True, slots=True)
class SignedInHere:
    """`lease_ends_at` is until when this person may come in without central; `warn` says that it is near."""

    actor: Actor
    lease_ends_at: datetime
    warn: bool


def businesses_of(
    accounts: Accounts, keep_token: Callable[[str], None], email: str, password: str
) -> tuple[Membership, ...]:
    """Sign in at central, keep the token, and say where this person works.

    Raises BusinessRuleBroken: wrong_password, email_invalid, password_must_change, no_business; CentralTrouble, as
    WrongAddress where something else answers.
    """
    keep_token(accounts.sign_in(plain_email(email), password))
    return _workplaces(accounts)


def set_new_password(
    accounts: Accounts, keep_token: Callable[[str], None], email: str, handed: str, new: str
) -> tuple[Membership, ...]:
    """Come in by a password of one time, put a new one in its place, and say where this person works.

    Raises as `businesses_of`, and BusinessRuleBroken: password_not_new.
    """
    try:
        keep_token(accounts.sign_in(plain_email(email), handed))
    except BusinessRuleBroken:
        # The new one may be set already, and only the answer got lost on the way.
        return businesses_of(accounts, keep_token, email, new)
    accounts.change_password(handed, new)
    return _workplaces(accounts)


def open_till(
    accounts: Accounts,
    run: Run,
    membership: Membership,
    email: str,
    password: str,
    device_name: str,
    now: datetime,
    new_id: Callable[[], UUID] = uuid4,
) -> SignedInHere:
    """Make this replica the person's till: enrolled under its own receipt series, and open without central from now.

    Every person who signs in enrols the same device again, so that central knows for whom it may speak; what it refused
    of them because it did not is sent again. Raises CentralTrouble.
    """
    known = run(reads(find_identity))
    device_id = known.device_id if known else new_id()
    given = accounts.enrol(membership.business_id, device_id, device_name)
    till = TillIdentity(membership.business_id, device_id, device_name, given.receipt_series)
    run(writes(enrol, till, now, given.last_receipt))
    password_hash = _HASHER.hash(password)
    run(writes(remember_sign_in, plain_email(email), membership.member_id, password_hash, now))
    actor = Actor(membership.member_id, membership.name, membership.role)
    if run(reads(read_place)).catalog_ready:
        run(lambda replica: write(replica, actor, retry_once_known))
    return _signed_in(actor, now, now)


def sign_in_without_central(run: Run, email: str, password: str, now: datetime) -> SignedInHere:
    """Raises BusinessRuleBroken: needs_central (first time here, or the lease is over), wrong_password,
    too_many_attempts (until), catalog_not_here, member_inactive.
    """
    known = run(reads(find_sign_in, plain_email(email)))
    if known is None or now - known.confirmed_at > LEASE:
        raise BusinessRuleBroken("needs_central")
    if known.waits(now):
        raise BusinessRuleBroken("too_many_attempts", until=known.wait_until)
    _require_the_password(run, known, password, now)
    return _signed_in(run(reads(read_actor, known.member_id)), known.confirmed_at, now)


def _workplaces(accounts: Accounts) -> tuple[Membership, ...]:
    found = accounts.memberships()
    if not found:
        raise BusinessRuleBroken("no_business")
    return found


def plain_email(typed: str) -> str:
    return typed.strip().lower()


def _require_the_password(run: Run, known: OfflineSignIn, password: str, now: datetime) -> None:
    try:
        _HASHER.verify(known.password_hash, password)
    except VerificationError as trouble:
        run(writes(count_failure, known.email, now))
        raise BusinessRuleBroken("wrong_password") from trouble
    run(writes(forgive_failures, known.email))


def _signed_in(actor: Actor, confirmed_at: datetime, now: datetime) -> SignedInHere:
    return SignedInHere(actor, confirmed_at + LEASE, warn=now - confirmed_at > WARNED_AFTER)
