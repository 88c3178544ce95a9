"""The page to which a letter leads who has forgotten the password: two fields, without a script."""

from __future__ import annotations

from html import escape
from http import HTTPStatus
from string import Template
from typing import Annotated, Final
from urllib.parse import parse_qs

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from avileo_pos.domain.password import LONGEST, SHORTEST
from avileo_pos.server.auth.password_reset import PAGE, opens_a_reset, set_forgotten_password
from avileo_pos.server.central import Central, TheCentral
from avileo_pos.server.errors import Refused
from avileo_pos.server.routes.bodies import Token

router = APIRouter(prefix=PAGE, include_in_schema=False)


_MOST_FIELDS: Final = 10
_HEADERS: Final = {
    "Cache-Control": "no-store",
    # The address holds the token, which no other site may learn.
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
}
_OVER: Final = "Este enlace ya no sirve. Pida otro desde la pantalla de entrada."
_DIFFERENT: Final = "Las dos contraseñas no son iguales."
_SENTENCES: Final = {
    "PASSWORD_TOO_SHORT": f"La contraseña necesita al menos {SHORTEST} caracteres.",
    "PASSWORD_TOO_LONG": f"La contraseña puede tener hasta {LONGEST} caracteres.",
    "INVALID_TOKEN": _OVER,
}


@router.get("/{token}")
def ask(token: Annotated[Token, Path()], central: TheCentral) -> HTMLResponse:
    with central.database.transaction() as connection:
        is_good = opens_a_reset(connection, token, central.now())
    return _form() if is_good else _page(f"<p>{_OVER}</p>", HTTPStatus.BAD_REQUEST)


@router.post("/{token}")
async def take(token: Annotated[Token, Path()], request: Request, central: TheCentral) -> HTMLResponse:
    typed = (await request.body()).decode(errors="replace")
    return await run_in_threadpool(_set, central, token, typed)


def _set(central: Central, token: str, typed: str) -> HTMLResponse:
    try:
        fields = parse_qs(typed, max_num_fields=_MOST_FIELDS)
    except ValueError:
        fields = {}
    password, again = (fields.get(name, [""])[0] for name in ("password", "again"))
    if password != again:
        return _form(_DIFFERENT)
    try:
        set_forgotten_password(central, token, password)
    except Refused as refused:
        return _form(_SENTENCES[refused.code])
    return _page("<p>Listo. Ya puede entrar con su contraseña nueva.</p>")


def _form(problem: str = "") -> HTMLResponse:
    said = f'<p role="alert">{escape(problem)}</p>' if problem else ""
    status = HTTPStatus.BAD_REQUEST if problem else HTTPStatus.OK
    return _page(_FORM.substitute(problem=said, shortest=SHORTEST, longest=LONGEST), status)


def _page(content: str, status: HTTPStatus = HTTPStatus.OK) -> HTMLResponse:
    return HTMLResponse(_PAGE.substitute(content=content), status, _HEADERS)


_FORM: Final = Template("""
<form method="post">
  $problem
  <label>Contraseña nueva
    <input type="password" name="password" autocomplete="new-password" autofocus required
      minlength="$shortest" maxlength="$longest" aria-describedby="rule"></label>
  <label>Otra vez, igual
    <input type="password" name="again" autocomplete="new-password" required></label>
  <p id="rule">Al menos $shortest caracteres.</p>
  <button>Guardar</button>
</form>""")

_PAGE: Final = Template("""<!doctype html>
<html lang="es-PE">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Contraseña nueva · Avileo</title>
<style>
  body { font: 1.125rem/1.5 system-ui, sans-serif; max-width: 24rem; margin: 3rem auto; padding: 0 1rem;
    color: #1c1917; background: #fff }
  label { display: block; margin: 1rem 0 }
  input, button { display: block; width: 100%; box-sizing: border-box; font: inherit; padding: .75rem }
  button { color: #fff; background: #9a3412; border: 0; border-radius: .5rem }
  [role=alert] { color: #b91c1c; font-weight: 600 }
</style>
</head>
<body><main><h1>Contraseña nueva</h1>$content</main></body>
</html>
""")
