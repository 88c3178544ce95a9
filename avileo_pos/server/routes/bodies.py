"""The kinds of values that requests bring, each bounded and said in the specification."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

_WITHOUT_NUL: Final = r"^[^\x00]*$"  # PostgreSQL cannot store one
_EMAIL: Final = r"^[^@\s\x00]{1,64}@[^@\s.\x00]+(\.[^@\s.\x00]+)+$"

Line = Annotated[str, Field(max_length=1000, pattern=_WITHOUT_NUL)]
"""Any text of a sensible length, in Better Auth's requests."""

Email = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=100, pattern=_EMAIL)]


class Body(BaseModel):
    """A request of ours: exact types, and nothing that nobody asked for."""

    model_config = ConfigDict(strict=True, extra="forbid")
