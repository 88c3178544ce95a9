"""Central's one way to refuse: a status, and `{code, message}` as the body."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import psycopg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import InterfaceError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.server.postgres.database import CentralBusy

log = structlog.get_logger(__name__)


class Refused(Exception):  # noqa: N818 - the name says what happened
    """The request is answered with `status` and `{code, message}`."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers


class ResyncNeeded(Refused):
    """What the till goes on from leads nowhere here: another epoch or view, a history that is lost, not one of ours."""

    def __init__(self) -> None:
        super().__init__(HTTPStatus.GONE, "resync", "Push first, then begin a snapshot.")


def refusal(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The answer to a request that is refused."""
    return JSONResponse({"code": code, "message": message}, status, headers)


def answer_errors_plainly(app: FastAPI) -> None:
    """Give every error that is foreseen the one form; for any other `RequestLog` answers."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(BusinessRuleBroken, _rule_broken)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(CentralBusy, _busy)
    app.add_exception_handler(NoFreeConnection, _busy)
    app.add_exception_handler(OperationalError, _without_database)
    app.add_exception_handler(InterfaceError, _without_database)
    app.add_exception_handler(ProgrammingError, _between_two_databases)
    app.add_exception_handler(ClientDisconnect, _gone)


def _refused(_request: Request, trouble: Exception) -> JSONResponse:
    assert isinstance(trouble, Refused)
    return refusal(trouble.status, trouble.code, trouble.message, trouble.headers)


def _rule_broken(_request: Request, trouble: Exception) -> JSONResponse:
    """The rule's own code, as at a till."""
    assert isinstance(trouble, BusinessRuleBroken)
    return refusal(HTTPStatus.UNPROCESSABLE_ENTITY, trouble.code, f"A rule forbids this: {trouble}.")


def _not_valid(_request: Request, trouble: Exception) -> JSONResponse:
    assert isinstance(trouble, RequestValidationError)
    found = (f"[{'.'.join(str(step) for step in error['loc'])}] {error['msg']}" for error in trouble.errors())
    return refusal(HTTPStatus.BAD_REQUEST, "VALIDATION_ERROR", "; ".join(found))


def _http_error(_request: Request, trouble: Exception) -> JSONResponse:
    assert isinstance(trouble, HTTPException)
    return refusal(trouble.status_code, HTTPStatus(trouble.status_code).name, str(trouble.detail), trouble.headers)


def _busy(_request: Request, _trouble: Exception) -> JSONResponse:
    return refusal(
        HTTPStatus.SERVICE_UNAVAILABLE, "CENTRAL_BUSY", "Central is busy; try again in a moment.", {"Retry-After": "1"}
    )


def _without_database(_request: Request, trouble: Exception) -> JSONResponse:
    log.error("database_unavailable", exc_info=trouble)
    return refusal(
        HTTPStatus.SERVICE_UNAVAILABLE, "DATABASE_UNAVAILABLE", "Central has no database now.", {"Retry-After": "5"}
    )


def _between_two_databases(request: Request, trouble: Exception) -> JSONResponse:
    """While a backup is put back the tables go, and are not yet ours when they come."""
    assert isinstance(trouble, ProgrammingError)
    if isinstance(trouble.orig, psycopg.errors.UndefinedTable | psycopg.errors.InsufficientPrivilege):
        return _without_database(request, trouble)
    raise trouble


def _gone(_request: Request, _trouble: Exception) -> JSONResponse:
    """Nobody reads this answer; it only tells the log that the request never arrived whole."""
    return refusal(HTTPStatus.BAD_REQUEST, "CLIENT_GONE", "The request did not arrive whole.")
