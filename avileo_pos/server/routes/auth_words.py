"""What Better Auth's clients send and are answered."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from avileo_pos.server.auth.sessions import Session
from avileo_pos.server.auth.users import User
from avileo_pos.server.http.bodies import Line


class _Words(BaseModel):
    """In JavaScript's spelling; what a client says beyond what is known is not minded."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, validate_by_alias=True, strict=True)


class SignUp(_Words):
    name: Line
    email: Line
    password: Line
    remember_me: bool = True


class SignIn(_Words):
    email: Line
    password: Line
    remember_me: bool = True


class ChangePassword(_Words):
    current_password: Line
    new_password: Line
    revoke_other_sessions: bool = False


class RequestPasswordReset(_Words):
    email: Line
    redirect_to: Line = ""


class ResetPassword(_Words):
    new_password: Line
    token: Line = ""


class RevokeSession(_Words):
    token: Line


class UpdateUser(_Words):
    name: Line | None = None
    image: Line | None = None
    email: object = None


class Ok(BaseModel):
    ok: Literal[True] = True


class Success(BaseModel):
    success: Literal[True] = True


class Done(BaseModel):
    status: Literal[True] = True


class DoneWithMessage(Done):
    message: str


class UserAnswer(_Words):
    id: str
    name: str
    email: str
    email_verified: bool
    image: str | None
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, person: User) -> Self:
        return cls(
            id=person.id,
            name=person.name,
            email=person.email,
            email_verified=person.email_verified,
            image=person.image,
            created_at=_instant(person.created_at),
            updated_at=_instant(person.updated_at),
        )


class SessionAnswer(_Words):
    id: str
    token: str
    user_id: str
    expires_at: str
    created_at: str
    updated_at: str
    ip_address: str | None
    user_agent: str | None

    @classmethod
    def of(cls, current: Session) -> Self:
        return cls(
            id=current.id,
            token=current.token,
            user_id=current.user_id,
            expires_at=_instant(current.expires_at),
            created_at=_instant(current.created_at),
            updated_at=_instant(current.updated_at),
            ip_address=current.ip_address,
            user_agent=current.user_agent,
        )


class SignedUp(BaseModel):
    token: str
    user: UserAnswer


class SignedInAnswer(SignedUp):
    redirect: Literal[False] = False


class PasswordChanged(BaseModel):
    """The token of a new session, where all others were ended."""

    token: str | None
    user: UserAnswer


class CurrentSession(BaseModel):
    session: SessionAnswer
    user: UserAnswer


def _instant(moment: datetime) -> str:
    """As JavaScript writes it: `2026-11-22T15:42:07.123Z`."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
