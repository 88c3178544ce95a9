"""Por revisar: what central did not take, what it remarked on, what two people changed at once; and ticking it off."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from avileo_pos.domain.permissions import Permission
from avileo_pos.server.admin.forms import Typed
from avileo_pos.server.admin.pages import HOME, PageRoute, sent_on
from avileo_pos.server.admin.queries import review
from avileo_pos.server.admin.queries.review import read_reviewed
from avileo_pos.server.admin.visit import PageNumber, TheVisit
from avileo_pos.server.auth.origin import from_our_own_pages
from avileo_pos.server.business.reviews import LONGEST_NOTE, Reviewable, ReviewedBefore, tick_off
from avileo_pos.server.errors import Refused

router = APIRouter(prefix=f"{HOME}/{{business_id}}/por-revisar", route_class=PageRoute)


@router.get("")
def show(visit: TheVisit, pagina: PageNumber = 1) -> Response:
    return _list(visit, pagina, done=False)


@router.get("/revisado")
def show_done(visit: TheVisit, pagina: PageNumber = 1) -> Response:
    return _list(visit, pagina, done=True)


@router.post("/{kind}/{subject_id}", dependencies=[Depends(from_our_own_pages)])
def tick(visit: TheVisit, kind: Reviewable, subject_id: UUID, typed: Typed) -> Response:
    """Pressed twice it is ticked off once."""
    note = typed.get("note", "").strip()
    if len(note) > LONGEST_NOTE:
        raise Refused(HTTPStatus.BAD_REQUEST, "note_too_long", f"A note has up to {LONGEST_NOTE} characters.")
    with suppress(ReviewedBefore):
        ticking = partial(tick_off, kind=kind, subject_id=subject_id, note=note)
        visit.at_the_desk(ticking, Permission.OPERATION_DISCARD)
    return sent_on(f"{visit.path}/por-revisar")


def _list(visit: TheVisit, number: int, *, done: bool) -> Response:
    shown = {"done": done, "number": number, "on_a_page": review.ON_A_PAGE, "longest_note": LONGEST_NOTE}
    return visit.show("review.html", lambda desk: {"found": read_reviewed(desk, number, done=done), **shown})
