"""Kilos: what each vendor took on a day, and what became of it."""

from __future__ import annotations

from fastapi import APIRouter, Response

from avileo_pos.server.admin.pages import HOME, PageRoute
from avileo_pos.server.admin.queries.distribuciones import read_distribuciones
from avileo_pos.server.admin.visit import Day, TheVisit

router = APIRouter(prefix=f"{HOME}/{{business_id}}/distribuciones", route_class=PageRoute)


@router.get("")
def show(visit: TheVisit, dia: Day | None = None) -> Response:
    return visit.show("distribuciones.html", lambda desk: {"shown": read_distribuciones(desk, dia or desk.today)})
