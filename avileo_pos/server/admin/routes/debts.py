"""Deudas: who owes, and the account of one customer."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from avileo_pos.server.admin.pages import HOME, PageRoute
from avileo_pos.server.admin.queries import debts, statement
from avileo_pos.server.admin.queries.debts import read_debts
from avileo_pos.server.admin.queries.statement import read_account
from avileo_pos.server.admin.visit import PageNumber, TheVisit
from avileo_pos.server.http.bodies import WITHOUT_NUL

router = APIRouter(prefix=f"{HOME}/{{business_id}}/deudas", route_class=PageRoute)

Wanted = Annotated[str, Query(max_length=100, pattern=WITHOUT_NUL)]


@router.get("")
def show_all(visit: TheVisit, buscar: Wanted = "", pagina: PageNumber = 1) -> Response:
    return visit.show(
        "debts.html",
        lambda desk: {
            "debts": read_debts(desk, buscar, pagina),
            "wanted": buscar.strip(),
            "number": pagina,
            "on_a_page": debts.ON_A_PAGE,
        },
    )


@router.get("/{customer_id}")
def show_account(visit: TheVisit, customer_id: UUID, pagina: PageNumber = 1) -> Response:
    return visit.show(
        "account.html",
        lambda desk: {
            "account": read_account(desk, customer_id, pagina),
            "number": pagina,
            "on_a_page": statement.ON_A_PAGE,
        },
    )
