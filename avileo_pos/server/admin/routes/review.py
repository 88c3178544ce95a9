"""Por revisar: what central did not take, what it has a remark on, and what two people changed at once."""

from __future__ import annotations

from fastapi import APIRouter, Response

from avileo_pos.server.admin.pages import HOME, PageRoute
from avileo_pos.server.admin.queries import review
from avileo_pos.server.admin.queries.review import read_to_review
from avileo_pos.server.admin.visit import PageNumber, TheVisit

router = APIRouter(prefix=f"{HOME}/{{business_id}}/por-revisar", route_class=PageRoute)


@router.get("")
def show(visit: TheVisit, pagina: PageNumber = 1) -> Response:
    return visit.show(
        "review.html",
        lambda desk: {"found": read_to_review(desk, pagina), "number": pagina, "on_a_page": review.ON_A_PAGE},
    )
