"""What a new password must be."""

from avileo_pos.domain.errors import BusinessRuleBroken

SHORTEST = 8
LONGEST = 128


def require_new_password(password: str, again: str) -> str:
    """Raises BusinessRuleBroken: password_too_short (shortest), password_too_long (longest), passwords_differ."""
    if len(password) < SHORTEST:
        raise BusinessRuleBroken("password_too_short", shortest=SHORTEST)
    if len(password) > LONGEST:
        raise BusinessRuleBroken("password_too_long", longest=LONGEST)
    if password != again:
        raise BusinessRuleBroken("passwords_differ")
    return password
