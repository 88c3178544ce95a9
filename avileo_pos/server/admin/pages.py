"""A page on its way to a browser: the template, the shop's way to write figures, and what the browser may keep."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from hashlib import blake2b
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from avileo_pos.domain.business_day import format_date, format_moment, format_time
from avileo_pos.domain.money import format_soles
from avileo_pos.domain.password import LONGEST, SHORTEST
from avileo_pos.domain.weight import format_kilos
from avileo_pos.server.admin.words import in_words, remarks, trouble_in_words, what_to_do, why_not_taken
from avileo_pos.server.business.desk import Forbidden
from avileo_pos.server.business.membership import NotAMember
from avileo_pos.spanish.fields import field_name
from avileo_pos.spanish.operations import kind_of
from avileo_pos.spanish.words import DISTRIBUCION_STATUSES, METHODS, unbroken

HOME: Final = "/admin"
STATIC_FILES: Final = {
    name: (Path(__file__).parent / "static" / name).read_bytes() for name in ("admin.css", "icon.svg", "icons.svg")
}
_VERSION: Final = blake2b(b"".join(STATIC_FILES.values()), digest_size=6).hexdigest()
_HEADERS: Final = {"Cache-Control": "no-store"}


class GoTo(Exception):  # noqa: N818 - the name says what happened
    """The person is sent on to another page."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class PageRoute(APIRoute):
    """An address for people: who may not look is told no more than of what does not exist, or led elsewhere."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        handle = super().get_route_handler()

        async def handle_for_a_person(request: Request) -> Response:
            try:
                return await handle(request)
            except GoTo as there:
                return sent_on(there.path)
            except (RequestValidationError, NotAMember):
                return problem(HTTPStatus.NOT_FOUND)
            except Forbidden:
                return page("owners_only.html", HTTPStatus.FORBIDDEN)

        return handle_for_a_person


def page(template: str, status: int = HTTPStatus.OK, **values: Any) -> HTMLResponse:
    """A page that nobody keeps, as it shows what a business earns."""
    return HTMLResponse(_TEMPLATES.get_template(template).render(values), status, _HEADERS)


def sent_on(path: str) -> RedirectResponse:
    """After a form a browser asks for the next page, so that going back sends nothing twice."""
    return RedirectResponse(path, HTTPStatus.SEE_OTHER, _HEADERS)


def problem(status: int, *, wait: int = 1, number: str = "") -> HTMLResponse:
    """Why there is nothing to see: `wait` are the seconds after which to try again, `number` stands in the log."""
    title, sentence = trouble_in_words(status, wait, number)
    return page("problem.html", status, title=title, sentence=sentence)


_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters |= {
    "soles": lambda amount: unbroken(format_soles(amount)),
    "kilos": lambda weight: unbroken(format_kilos(weight)),
    "date": format_date,
    "hour": format_time,
    "moment": format_moment,
    "in_words": in_words,
    "day_after": lambda day, days: day + timedelta(days=days),
}
_TEMPLATES.globals |= {
    "home": HOME,
    "version": _VERSION,
    "shortest_password": SHORTEST,
    "longest_password": LONGEST,
    "methods": tuple(METHODS.items()),
    "statuses": DISTRIBUCION_STATUSES,
    "kind_of": kind_of,
    "why_not_taken": why_not_taken,
    "what_to_do": what_to_do,
    "remarks": remarks,
    "field_name": field_name,
}
