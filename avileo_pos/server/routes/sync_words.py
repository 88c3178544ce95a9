"""What the specification says of push, pull and digest, whose bodies msgspec reads and writes without FastAPI."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

import msgspec

from avileo_pos.protocol.words import DigestAnswer, Operation, PullPage, PushAnswer, PushRequest
from avileo_pos.server.openapi import refuses

_MESSAGES: Final = (PushRequest, Operation, PushAnswer, PullPage, DigestAnswer)
_JSON: Final = "application/json"


def sync_schemas() -> dict[str, dict[str, Any]]:
    """The messages and what they are made of, by name, for `components/schemas`."""
    _, schemas = msgspec.json.schema_components(_MESSAGES, ref_template="#/components/schemas/{name}")
    # What central reads one by one, so that a bad operation spoils no other, is to the schema any JSON.
    schemas["PushRequest"]["properties"]["operations"]["items"] = _named(Operation)
    schemas["Operation"]["properties"]["data"] = {"type": "object"}
    return schemas


def takes(message: type[msgspec.Struct]) -> dict[str, Any]:
    """`openapi_extra=` of a route whose body is this message, as it is or by gzip."""
    return {"requestBody": {"required": True, "content": {_JSON: {"schema": _named(message)}}}}


def answers(message: type[msgspec.Struct], *errors: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route that answers with this message to a till that is not too old, or with these errors."""
    whole: dict[int | str, dict[str, Any]] = {int(HTTPStatus.OK): {"content": {_JSON: {"schema": _named(message)}}}}
    return whole | refuses(HTTPStatus.UPGRADE_REQUIRED, *errors)


def _named(message: type[msgspec.Struct]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{message.__name__}"}
