"""What an operator is told of a file that was brought from a till."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from avileo_pos.domain.business_day import format_moment
from avileo_pos.domain.money import format_soles
from avileo_pos.handover.handover_file import Handover
from avileo_pos.server.push.carried import Courier, KindOf, Survey, TakenIn

_LEFT_OUT = (
    "{count} left out: whoever did them has not signed in at that till, as far as this central knows, and they would"
    " be refused for good. They are taken once that person has signed in there."
)
_WAITING = (
    "{count} not taken: they depend on something that has not arrived. Import again when it has; if it never will,"
    " --without-missing takes them, with a stand-in for what they depend on."
)


def survey_text(handover: Handover, courier: Courier, survey: Survey) -> str:
    """What the file holds, a line for each kind."""
    return "\n".join(_survey_lines(handover, courier, survey))


def taken_text(taken: TakenIn) -> str:
    """What became of it."""
    return "\n".join(_taken_lines(taken))


def _survey_lines(handover: Handover, courier: Courier, survey: Survey) -> Iterator[str]:
    yield f"{_till(handover, courier)}, written {_moment(handover.written_at)}:"
    for kind in survey.kinds:
        yield f"  {_kind(kind)}"
    yield f"{len(handover.operations)} operations, {survey.known} of them known already."
    if survey.left_out:
        yield _LEFT_OUT.format(count=survey.left_out)


def _till(handover: Handover, courier: Courier) -> str:
    named = f"«{handover.device_name}» of «{courier.business_name}»"
    if courier.staff.device_is_revoked:
        return f"{named}, which was withdrawn"
    return named if courier.staff.device_is_known else f"{named}, which this central does not know"


def _kind(kind: KindOf) -> str:
    amount = f", {format_soles(Decimal(kind.amount).scaleb(-2))}" if kind.amount else ""
    period = f"{_moment(kind.first_at)} to {_moment(kind.last_at)}"
    return f"{kind.operations} {kind.operation_type} of {kind.collection}{amount}, {period}"


def _taken_lines(taken: TakenIn) -> Iterator[str]:
    yield f"{taken.new} new, {taken.known} known already, {taken.parked} put aside for «Por revisar»."
    if taken.conflicts:
        yield f"{taken.conflicts} of the new ones changed what somebody else had changed too; both values are kept."
    if taken.left_out:
        yield _LEFT_OUT.format(count=taken.left_out)
    if taken.waiting:
        yield _WAITING.format(count=taken.waiting)
    if taken.too_new:
        yield f"{taken.too_new} not taken: they were made by a newer program. Update central, and import again."


def _moment(text: str) -> str:
    return format_moment(datetime.fromisoformat(text))
