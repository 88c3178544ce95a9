"""What an email and a new password must be, refused in Better Auth's words."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final

from avileo_pos.domain.password import LONGEST, SHORTEST
from avileo_pos.server.errors import Refused

_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_LONGEST_EMAIL: Final = 254


def is_an_email(text: str) -> bool:
    """Whether one can sign in by it."""
    return len(text) <= _LONGEST_EMAIL and _EMAIL.fullmatch(text) is not None


def require_an_email(text: str) -> None:
    """Raises Refused 400."""
    if not is_an_email(text):
        raise Refused(HTTPStatus.BAD_REQUEST, "INVALID_EMAIL", "Invalid email")


def require_a_good_length(password: str) -> None:
    """Raises Refused 400."""
    if len(password) < SHORTEST:
        raise Refused(HTTPStatus.BAD_REQUEST, "PASSWORD_TOO_SHORT", "Password too short")
    if len(password) > LONGEST:
        raise Refused(HTTPStatus.BAD_REQUEST, "PASSWORD_TOO_LONG", "Password too long")
