"""Inicio: a day's sales and abonos by vendor, and what is por cobrar."""

from __future__ import annotations

from fastapi import APIRouter, Response

from avileo_pos.server.admin.pages import HOME, PageRoute
from avileo_pos.server.admin.queries.today import read_day
from avileo_pos.server.admin.visit import Day, TheVisit

router = APIRouter(prefix=f"{HOME}/{{business_id}}", route_class=PageRoute)


@router.get("")
def show(visit: TheVisit, dia: Day | None = None) -> Response:
    return visit.show("today.html", lambda desk: {"shown": read_day(desk, dia or desk.today)})
