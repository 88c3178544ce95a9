"""No trouble of the world reaches a person without a sentence."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import avileo_pos
from avileo_pos.desktop.troubles import trouble_sentence
from avileo_pos.replica.errors import ReplicaTrouble

HOUSE = Path(avileo_pos.__file__).parent
# Those that carry a code to the till, with the place of the code among their arguments.
CARRIERS = {
    "Refusal": 0,
    "CentralUnreachable": 0,
    "WrongAddress": 0,
    "CentralBusy": 0,
    "SignedOut": 0,
    "RequestRefused": 1,
}


def carried_codes() -> Iterator[str]:
    for module in [*(HOUSE / "server").rglob("*.py"), *(HOUSE / "sync").rglob("*.py")]:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id=carrier), args=arguments) if carrier in CARRIERS:
                    yield from _stated_at(CARRIERS[carrier], arguments)


def _stated_at(place: int, arguments: list[ast.expr]) -> Iterator[str]:
    match arguments[place : place + 1]:
        case [ast.Constant(value=str() as code)]:
            yield code


def kinds_of_replica_trouble() -> list[type[ReplicaTrouble]]:
    return [ReplicaTrouble, *ReplicaTrouble.__subclasses__()]


@pytest.mark.parametrize("code", sorted(set(carried_codes())))
def test_every_code_that_central_or_the_way_to_it_can_say_has_a_sentence(code: str) -> None:
    assert "motivo" not in trouble_sentence(code)


@pytest.mark.parametrize("kind", kinds_of_replica_trouble())
def test_every_trouble_with_the_tills_file_has_a_sentence(kind: type[ReplicaTrouble]) -> None:
    assert "motivo" not in trouble_sentence(kind.code)


def test_an_unknown_code_is_told_as_it_is() -> None:
    assert trouble_sentence("moon_is_full") == "No se pudo (motivo «moon_is_full»)."
