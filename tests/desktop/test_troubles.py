"""No trouble of the world reaches a person without a sentence."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from keyring.backends.fail import Keyring as NoKeyring

import avileo_pos
from avileo_pos.desktop.troubles import code_of, trouble_sentence, words_for
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.replica.errors import DiskFull, ReplicaTrouble
from avileo_pos.sync.central import CentralTrouble, CentralUnreachable, ResyncNeeded, TooOld
from avileo_pos.sync.token_store import TokenStore

HOUSE = Path(avileo_pos.__file__).parent
# Those that carry a code to the till, with the place of the code among their arguments.
CARRIERS = {
    "Refusal": 0,
    "Refused": 1,
    "refusal": 1,
    "CentralUnreachable": 0,
    "WrongAddress": 0,
    "CentralBusy": 0,
    "SignedOut": 0,
    "RequestRefused": 1,
}
# What central says to pages that a till never asks for, and what the till understands without showing it.
NEVER_SHOWN = {
    "invalid_origin",
    "user_already_exists_use_another_email",
    "invalid_email_or_password",
    "invalid_email",
    "invalid_password",
    "email_can_not_be_updated",
    "no_fields_to_update",
    "password_too_short",
    "password_too_long",
    "unauthorized",
    "body_too_large",
    "resync",
    "broken_form",
    "note_too_long",
    "bad_name",
    "already_member",
    "client_gone",
    "email_has_account",
    "invalid_callback_url",
    "invalid_token",
    "invitation_for_another",
    "invitation_not_found",
    "member_inactive",
    "not_a_ruc",
    "not_born_yet",
    "not_for_you",
    "not_for_yourself",
    "not_found",
    "password_not_new",
    "reset_password_disabled",
    "works_elsewhere",
}


def carried_codes() -> set[str]:
    return {code.lower() for code in _stated_codes()}


def _stated_codes() -> Iterator[str]:
    for module in [*(HOUSE / "server").rglob("*.py"), *(HOUSE / "sync").rglob("*.py")]:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id=carrier), args=arguments) if carrier in CARRIERS:
                    yield from _stated_at(CARRIERS[carrier], arguments)
                case ast.ClassDef(bases=[ast.Name(id=carrier)]) if carrier in CARRIERS:
                    yield from _stated_by_kind(node, CARRIERS[carrier])


def _stated_by_kind(kind: ast.ClassDef, place: int) -> Iterator[str]:
    """A kind of its own names its code where it starts its base."""
    for node in ast.walk(kind):
        match node:
            case ast.Call(func=ast.Attribute(attr="__init__"), args=arguments):
                yield from _stated_at(place, arguments)


def _stated_at(place: int, arguments: list[ast.expr]) -> Iterator[str]:
    match arguments[place : place + 1]:
        case [ast.Constant(value=str() as code)]:
            yield code


def kinds_of_replica_trouble() -> list[type[ReplicaTrouble]]:
    return [ReplicaTrouble, *ReplicaTrouble.__subclasses__()]


@pytest.mark.parametrize("code", sorted(carried_codes() - NEVER_SHOWN))
def test_every_code_that_central_or_the_way_to_it_can_say_has_a_sentence(code: str) -> None:
    assert "motivo" not in trouble_sentence(code)


def test_what_is_never_shown_is_still_said() -> None:
    assert carried_codes() >= NEVER_SHOWN


@pytest.mark.parametrize("trouble", [TooOld(), ResyncNeeded()], ids=lambda trouble: trouble.code)
def test_what_ends_a_round_has_a_sentence(trouble: CentralTrouble) -> None:
    assert "motivo" not in words_for(trouble)


@pytest.mark.parametrize("kind", kinds_of_replica_trouble())
def test_every_trouble_with_the_tills_file_has_a_sentence(kind: type[ReplicaTrouble]) -> None:
    assert "motivo" not in words_for(kind())


def test_a_computer_that_keeps_no_passwords_is_told_calmly() -> None:
    tokens = TokenStore("https://central.example", uuid4(), backend=NoKeyring())  # type: ignore[no-untyped-call]
    tokens.set("token")
    assert tokens.warning is not None
    assert "no guarda contraseñas" in trouble_sentence(tokens.warning)


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (BusinessRuleBroken("sale_is_empty"), "Agregue al menos un producto."),
        (CentralUnreachable("no_route"), "No se llega al servidor."),
        (DiskFull(), "El disco está lleno. No se guardó: libere espacio y vuelva a intentar."),
    ],
)
def test_a_known_trouble_is_told_by_its_sentence(
    trouble: BusinessRuleBroken | CentralTrouble | ReplicaTrouble, words: str
) -> None:
    assert (words_for(trouble), code_of(trouble)) == (words, trouble.code)


def test_what_nobody_foresaw_flies_to_the_crash_window() -> None:
    with pytest.raises(ZeroDivisionError):
        words_for(ZeroDivisionError())
    assert code_of(ZeroDivisionError()) == ""


def test_an_unknown_code_is_told_as_it_is() -> None:
    assert trouble_sentence("moon_is_full") == "No se pudo (motivo «moon_is_full»)."
