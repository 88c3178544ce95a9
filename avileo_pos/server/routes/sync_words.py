"""What the specification says of push, pull and digest, whose bodies msgspec reads and writes without FastAPI."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

import msgspec

from avileo_pos.protocol.branches import NextPush
from avileo_pos.protocol.words import DigestAnswer, Operation, PullPage, PushAnswer, PushRequest
from avileo_pos.server.http.openapi import refuses

_MESSAGES: Final = (PushRequest, Operation, PushAnswer, PullPage, DigestAnswer, NextPush)
_JSON: Final = "application/json"
# A moment that exists, as far as a pattern can say it.
_MONTH_AND_DAY: Final = (
    "(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8])"
)
_DAY: Final = f"(19|20|21)[0-9]{{2}}-({_MONTH_AND_DAY})"
_TIME: Final = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z"


def sync_schemas() -> dict[str, dict[str, Any]]:
    """The messages and what they are made of, by name, for `components/schemas`."""
    _, schemas = msgspec.json.schema_components(_MESSAGES, ref_template="#/components/schemas/{name}")
    # What central reads one by one, so that a bad operation spoils no other, is to the schema any JSON.
    schemas["PushRequest"]["properties"]["operations"]["items"] = _named(Operation)
    schemas["Operation"]["properties"]["data"] = {"type": "object"}
    schemas["PushRequest"]["properties"]["client_time"]["pattern"] = f"^{_DAY}T{_TIME}$"
    return schemas


def takes(message: type[msgspec.Struct]) -> dict[str, Any]:
    """`openapi_extra=` of a route whose body is this message, as it is or by gzip."""
    return {"requestBody": {"required": True, "content": {_JSON: {"schema": _named(message)}}}}


def answers(message: type[msgspec.Struct], *errors: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route that answers with this message to a till that is not too old, or with these errors."""
    whole: dict[int | str, dict[str, Any]] = {int(HTTPStatus.OK): {"content": {_JSON: {"schema": _named(message)}}}}
    too_old = {"description": "The till's protocol, which the header X-Avileo-Protocol may tell, is not served."}
    refused = refuses(HTTPStatus.UPGRADE_REQUIRED, *errors)
    return whole | refused | {HTTPStatus.UPGRADE_REQUIRED: refused[HTTPStatus.UPGRADE_REQUIRED] | too_old}


def _named(message: type[msgspec.Struct]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{message.__name__}"}
