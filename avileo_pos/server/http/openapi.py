"""What the specification says of errors: the one form, and which of them each address can give.

What follows from an operation's shape is added here: a body may be wrong, too slow or too large, parameters may be
wrong, a session may be missing or wait for a new password. A route names only what is its own, by `refuses`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from pydantic import BaseModel

_AUTOMATIC: Final = str(int(HTTPStatus.UNPROCESSABLE_ENTITY))
_OTHER_FORM: Final = "HTTPValidationError"


class Refusal(BaseModel):
    """Why a request is refused: a code for programs, a sentence for developers."""

    code: str
    message: str


def refuses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route that can answer with these errors."""
    return {int(status): {"model": Refusal, "description": HTTPStatus(status).phrase} for status in statuses}


def describe_errors(app: FastAPI, other_schemas: Mapping[str, dict[str, Any]]) -> None:
    """Make the specification of `app` tell the errors that it really gives, and schemas that FastAPI cannot know."""
    made_by_fastapi = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = made_by_fastapi()
            for operation in _operations(schema):
                _describe(operation)
            for model in (_OTHER_FORM, "ValidationError"):
                schema["components"]["schemas"].pop(model, None)
            schema["components"]["schemas"].update(other_schemas)
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the specification


def _operations(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in schema["paths"].values():
        yield from path.values()


def _describe(operation: dict[str, Any]) -> None:
    answers = operation["responses"]
    if _OTHER_FORM in str(answers.get(_AUTOMATIC)):
        del answers[_AUTOMATIC]
    for status in _by_shape(operation):
        answers.setdefault(str(int(status)), _answer(status))


def _by_shape(operation: dict[str, Any]) -> Iterator[HTTPStatus]:
    if "requestBody" in operation:
        yield HTTPStatus.BAD_REQUEST
        yield HTTPStatus.REQUEST_TIMEOUT
        yield HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    if "parameters" in operation:
        yield HTTPStatus.BAD_REQUEST
    if "security" in operation:
        yield HTTPStatus.UNAUTHORIZED
        yield HTTPStatus.FORBIDDEN


def _answer(status: HTTPStatus) -> dict[str, Any]:
    form = {"$ref": f"#/components/schemas/{Refusal.__name__}"}
    return {"description": status.phrase, "content": {"application/json": {"schema": form}}}
