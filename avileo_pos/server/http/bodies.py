"""The kinds of values that requests bring, each bounded and said in the specification."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from avileo_pos.domain.enums import BusinessUserRole

WITHOUT_NUL: Final = r"^[^\x00]*$"  # PostgreSQL cannot store one
_EMAIL: Final = r"^[^@\s\x00]{1,64}@[^@\s.\x00]+(\.[^@\s.\x00]+)+$"

Line = Annotated[str, Field(max_length=1000, pattern=WITHOUT_NUL)]
"""Any text of a sensible length, in Better Auth's requests."""

Token = Annotated[str, StringConstraints(max_length=100, pattern=WITHOUT_NUL)]
"""What a letter's link carries; whatever else somebody writes there opens nothing."""

Email = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=100, pattern=_EMAIL)]


def line(longest: int, *, shortest: int = 0) -> Any:
    """A text without blanks around it."""
    return StringConstraints(
        strip_whitespace=True, min_length=shortest, max_length=longest, pattern=WITHOUT_NUL, strict=True
    )


def left_out() -> Any:
    """The default of a field that a change need not name; only what is named is changed."""
    return Field(default=None, json_schema_extra=_without_default)


Role = Annotated[BusinessUserRole, Field(strict=False)]
SalesPoint = Annotated[str, line(100)] | None
Percent = Annotated[Decimal, Field(strict=False, ge=0, le=100, decimal_places=2)]

WebAddress = Annotated[str, Field(max_length=255, pattern=r"^https?://[^\s\x00]+$")]


class Body(BaseModel):
    """A request of ours: exact types, and nothing that nobody asked for."""

    model_config = ConfigDict(strict=True, extra="forbid")


class Changes(Body):
    """Fields to change; those that are left out stay as they are."""

    def named(self) -> dict[str, Any]:
        return self.model_dump(exclude_unset=True)


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)
