"""Better Auth's addresses for a new password: by the old one, or by a link that comes by mail."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from avileo_pos.server.auth.current_person import PersonOfAnyPassword
from avileo_pos.server.auth.exchange import address_of, caller_of, hand_over
from avileo_pos.server.auth.origin import from_our_own_pages, require_own_address
from avileo_pos.server.auth.password_change import change_password
from avileo_pos.server.auth.password_reset import onward, opens_a_reset, send_reset_letter, set_forgotten_password
from avileo_pos.server.central import TheCentral
from avileo_pos.server.http.bodies import Token
from avileo_pos.server.http.openapi import refuses
from avileo_pos.server.routes.auth_words import (
    ChangePassword,
    Done,
    DoneWithMessage,
    PasswordChanged,
    RequestPasswordReset,
    ResetPassword,
    UserAnswer,
)

router = APIRouter(
    prefix="/api/auth",
    tags=["auth"],
    dependencies=[Depends(from_our_own_pages)],
    responses=refuses(HTTPStatus.FORBIDDEN),
)

_IF_IT_EXISTS: Final = "If this email exists in our system, check your email for the reset link"


@router.post("/change-password")
def change(
    body: ChangePassword, person: PersonOfAnyPassword, request: Request, response: Response, central: TheCentral
) -> PasswordChanged:
    opened = change_password(
        central,
        person,
        body.current_password,
        body.new_password,
        caller_of(request),
        sign_out_elsewhere=body.revoke_other_sessions,
    )
    if opened is not None:
        hand_over(response, central, opened)
    return PasswordChanged(token=None if opened is None else opened.token, user=UserAnswer.of(person.user))


@router.post("/request-password-reset")
def request_password_reset(body: RequestPasswordReset, request: Request, central: TheCentral) -> DoneWithMessage:
    send_reset_letter(central, body.email, address_of(request), body.redirect_to)
    return DoneWithMessage(message=_IF_IT_EXISTS)


@router.post("/reset-password")
def reset_password(
    body: ResetPassword,
    central: TheCentral,
    token: Annotated[Token, Query()] = "",
) -> Done:
    set_forgotten_password(central, body.token or token, body.new_password)
    return Done()


@router.get(
    "/reset-password/{token}",
    status_code=HTTPStatus.FOUND,
    response_class=RedirectResponse,
    responses=refuses(HTTPStatus.FORBIDDEN),
)
def follow_the_letter(
    token: Annotated[Token, Path()],
    central: TheCentral,
    callback_url: Annotated[str, Query(alias="callbackURL", max_length=1000)],
) -> RedirectResponse:
    """On to the page that asks for the new password, which learns whether the token is still good."""
    require_own_address(callback_url, central.settings)
    with central.database.transaction() as connection:
        is_good = opens_a_reset(connection, token, central.now())
    told = {"token": token} if is_good else {"error": "INVALID_TOKEN"}
    return RedirectResponse(onward(callback_url, **told), HTTPStatus.FOUND)
