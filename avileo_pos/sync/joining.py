"""A till turns to a branch of its central: with the branch's code, as the same device, under its own receipt series."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import UUID

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.protocol.branches import member_email
from avileo_pos.replica.identity import TillIdentity
from avileo_pos.sync.central import Accounts


def join_branch(
    accounts: Accounts, keep_token: Callable[[str], None], till: TillIdentity, people: Iterable[UUID], code: str
) -> None:
    """Let the till speak there for these members, as it does at central; the last one is who calls from then on.

    Who became a member after the branch began is unknown there, and works on at the till with the sight of another.
    Raises BusinessRuleBroken("wrong_password") when nobody is let in, as for a wrong code; CentralTrouble.
    """
    refused: BusinessRuleBroken | None = None
    is_in = False
    for member_id in people:
        try:
            keep_token(accounts.sign_in(member_email(str(member_id)), code))
        except BusinessRuleBroken as trouble:
            refused = trouble
            continue
        accounts.enrol(till.business_id, till.device_id, till.device_name)
        is_in = True
    if refused is not None and not is_in:
        raise refused
