"""What a form of a page brings."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Final, TypeAlias
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from avileo_pos.server.errors import Refused

_LARGEST: Final = 10_000  # bytes
_MOST_FIELDS: Final = 10
_NUL: Final = "\0"  # PostgreSQL cannot store one


async def typed_fields(request: Request) -> Mapping[str, str]:
    """By name what was typed; of a name that comes twice the last. Raises Refused 400."""
    body = await request.body()
    try:
        if len(body) > _LARGEST:
            raise ValueError("too long")
        typed = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"))
    except ValueError as trouble:
        raise Refused(HTTPStatus.BAD_REQUEST, "broken_form", "The form cannot be read.") from trouble
    if any(_NUL in value for value in typed.values()):
        raise Refused(HTTPStatus.BAD_REQUEST, "broken_form", "A text holds the character NUL.")
    return typed


Typed: TypeAlias = Annotated[Mapping[str, str], Depends(typed_fields)]
