"""Better Auth's ids and tokens, and the signature with which a cookie carries one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import string
from typing import Final
from urllib.parse import unquote

_LETTERS: Final = string.ascii_letters + string.digits
_LENGTH: Final = 32


def new_id() -> str:
    """32 random characters of a-z, A-Z and 0-9: an id, or a session's token."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def signed(token: str, secret: str) -> str:
    """`token.signature`, the signature being the base64 of its HMAC-SHA256."""
    mac = hmac.new(secret.encode(), token.encode(), hashlib.sha256)
    return f"{token}.{base64.b64encode(mac.digest()).decode()}"


def token_of_cookie(value: str, secret: str) -> str | None:
    """The token of a percent-encoded signed cookie, None when the signature is not ours."""
    given = unquote(value)
    token = given.rpartition(".")[0]
    return token if token and hmac.compare_digest(given.encode(), signed(token, secret).encode()) else None


def token_of_bearer(value: str, secret: str) -> str | None:
    """The token of an `Authorization: Bearer`, which may be raw or signed."""
    return token_of_cookie(value, secret) if "." in value else value
