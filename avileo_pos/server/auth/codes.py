"""Short codes that a person reads from a paper and types: 10 characters, of which none looks like another.

The letters are Crockford's: no I, L, O or U. That makes 50 bits, which nobody guesses within the tries that he has;
as somebody who has stolen the table could, what is stored is sealed with central's secret.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH: Final = 10
_AS_TYPED: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def new_code() -> str:
    """A new one, as it is shown: `7K3QM-0XWZB`."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    return f"{letters[: _LENGTH // 2]}-{letters[_LENGTH // 2 :]}"


def sealed(code: str, secret: str) -> str | None:
    """What is stored of a code, however it was typed; None for what cannot be one."""
    plain = code.upper().translate(_AS_TYPED)
    if len(plain) != _LENGTH or not set(plain) <= set(_LETTERS):
        return None
    return hmac.new(secret.encode(), f"code:{plain}".encode(), hashlib.sha256).hexdigest()
