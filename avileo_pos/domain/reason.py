"""The reason that a person must give for an unusual act."""

from avileo_pos.domain.errors import BusinessRuleBroken


def required_reason(reason: str, code: str = "reason_required", **details: object) -> str:
    """The reason without blanks around it. Raises BusinessRuleBroken(code, **details) when nothing is left."""
    said = reason.strip()
    if not said:
        raise BusinessRuleBroken(code, **details)
    return said
