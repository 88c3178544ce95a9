"""Guessing passwords takes longer and longer: a delay by account and one by address, shared by all workers.

An attempt counts as a failure from its beginning until it succeeds, so that many at once are no way around.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from avileo_pos.tables.server.sign_in_failures import sign_in_failures as failures

FORGOTTEN_AFTER: Final = timedelta(days=1)
LONGEST_DELAY: Final = timedelta(minutes=5)
_SWEPT_AT_ONCE: Final = 100


class TooManyAttempts(Exception):  # noqa: N818 - the name says what happened
    """It must wait `wait` before it is worth trying again."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(str(wait))
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Subject:
    """What is watched, and how many failures it has free."""

    name: str
    free_failures: int

    def delay_after(self, failures: int) -> timedelta:
        """Nothing while failures are free, then 2, 4, 8 ... seconds, up to 5 minutes."""
        beyond = failures - self.free_failures
        return min(timedelta(seconds=2 ** min(beyond, 16)), LONGEST_DELAY) if beyond > 0 else timedelta()


def account_subject(email: str) -> Subject:
    return Subject(f"account:{email.lower()}", free_failures=5)


def address_subject(address: str) -> Subject:
    """All tills of a market may share one IPv4 address; one line has a whole /64 of IPv6."""
    return Subject(f"address:{_line_of(address)}", free_failures=30)


def new_accounts_subject(address: str) -> Subject:
    return Subject(f"new-accounts:{_line_of(address)}", free_failures=20)


def begin_attempt(connection: Connection, now: datetime, *subjects: Subject) -> None:
    """Count an attempt against each subject. Raises TooManyAttempts, and then it must be rolled back."""
    for subject in sorted(subjects, key=lambda each: each.name):
        _count(connection, now, subject)
    sweep_failures(connection, now)


def attempt_succeeded(connection: Connection, now: datetime, account: Subject, *others: Subject) -> None:
    """Forget the account's failures, and take back this one attempt from the others.

    The others keep theirs, or whoever has an account of his own could clear his address with it between guesses.
    """
    connection.execute(delete(failures).where(failures.c.subject == account.name))
    for other in others:
        connection.execute(
            update(failures)
            .where(failures.c.subject == other.name, failures.c.failures > 0)
            .values(failures=failures.c.failures - 1, closed_until=now)
        )


def sweep_failures(connection: Connection, now: datetime) -> int:
    """Some of the failures that count no more go; how many did."""
    old = (
        select(failures.c.subject)
        .where(failures.c.last_failed_at <= now - FORGOTTEN_AFTER)
        .limit(_SWEPT_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    swept = delete(failures).where(failures.c.subject.in_(old)).returning(failures.c.subject)
    return len(connection.scalars(swept).all())


def new_businesses_subject(user_id: str) -> Subject:
    return Subject(f"new-businesses:{user_id}", free_failures=10)


def new_people_subject(user_id: str) -> Subject:
    """People whom one admin brings in: taken on with a new account, or invited."""
    return Subject(f"new-people:{user_id}", free_failures=100)


def codes_of_subject(user_id: str) -> Subject:
    """Invitations' codes that one person tries."""
    return Subject(f"codes-of:{user_id}", free_failures=10)


def codes_from_subject(address: str) -> Subject:
    return Subject(f"codes-from:{_line_of(address)}", free_failures=50)


def password_mails_subject(email: str) -> Subject:
    """Nobody's mailbox is filled by who asks for a new password in their name."""
    return Subject(f"password-mails:{email.lower()}", free_failures=3)


def password_mails_from_subject(address: str) -> Subject:
    return Subject(f"password-mails-from:{_line_of(address)}", free_failures=20)


def _count(connection: Connection, now: datetime, subject: Subject) -> None:
    new = insert(failures).values(subject=subject.name, failures=0, last_failed_at=now, closed_until=now)
    # An update that changes nothing locks the row and returns it, be it new or old.
    new_or_old = new.on_conflict_do_update(
        index_elements=[failures.c.subject], set_={"subject": new.excluded.subject}
    ).returning(failures)
    seen = connection.execute(new_or_old).one()
    if seen.closed_until > now:
        raise TooManyAttempts(seen.closed_until - now)
    count = 1 if seen.last_failed_at <= now - FORGOTTEN_AFTER else seen.failures + 1
    connection.execute(
        update(failures)
        .where(failures.c.subject == subject.name)
        .values(failures=count, last_failed_at=now, closed_until=now + subject.delay_after(count))
    )


def _line_of(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or ip_network((parsed, 64), strict=False))
