"""Passwords as Better Auth stores them."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from avileo_pos.server.auth.passwords import hash_password, verify_password
from avileo_pos.server.auth.tokens import new_id, signed, token_of_bearer, token_of_cookie
from avileo_pos.server.postgres.database import CentralBusy

# Computed with Node 20: crypto.scryptSync(password.normalize("NFKC"), salt, 64, {N: 16384, r: 16, p: 1}).
MADE_BY_NODE = {
    "correct horse battery": "000102030405060708090a0b0c0d0e0f:"
    "70cc7d605f9fd0bfd324b3978bd79ee81076d98810046ed91604c3cb8aa69577"
    "61a2b0b97abf1e7c417ec4a9baa7bd1ce53449880d90dc1117c88d69b4f0b72e",
    "Pollo-Ñandú-２０２６ ﬁn": "000102030405060708090a0b0c0d0e0f:"
    "a9521b3703e09bf4e058261e99292bbcf78a72593b2ced8a3cf78abbed554a3e"
    "55552668761e6dcb5c841585d85bb0ed9faafc7355534827c1943242bb4d132e",
}
SECRET = "a-secret-of-at-least-32-characters!!"
TOKEN = "abcdefghijABCDEFGHIJ0123456789xy"
# Computed with Node 20: crypto.createHmac("sha256", SECRET).update(TOKEN).digest("base64").
SIGNED_BY_NODE = f"{TOKEN}.u8DNGB0s9V7RzkToqMYeW4K+VtVcz+x2WcfEZpSX+7o="


@pytest.mark.parametrize("password", MADE_BY_NODE)
def test_a_hash_made_elsewhere_opens_here(password: str) -> None:
    assert verify_password(password, MADE_BY_NODE[password])
    assert not verify_password(password + "x", MADE_BY_NODE[password])


def test_the_same_password_typed_on_another_keyboard_is_the_same() -> None:
    assert verify_password("Pollo-Ñandú-2026 fin", MADE_BY_NODE["Pollo-Ñandú-２０２６ ﬁn"])


def test_a_hash_has_its_own_salt_and_better_auth_s_form() -> None:
    first, second = hash_password("gallina negra"), hash_password("gallina negra")
    assert first != second
    assert re.fullmatch(r"[0-9a-f]{32}:[0-9a-f]{128}", first)
    assert verify_password("gallina negra", first)


@pytest.mark.parametrize("stored", [None, "", "nonsense", ":", "00:zz"])
def test_nothing_opens_where_no_password_is_stored(stored: str | None) -> None:
    assert not verify_password("gallina negra", stored)
    assert not verify_password("", stored)


def test_a_flood_of_passwords_is_turned_away_instead_of_queued() -> None:
    with ThreadPoolExecutor(40) as crowd:
        attempts = [crowd.submit(verify_password, "guess", MADE_BY_NODE["correct horse battery"]) for _ in range(40)]
    turned_away = [attempt for attempt in attempts if isinstance(attempt.exception(), CentralBusy)]
    answered = [attempt.result() for attempt in attempts if attempt not in turned_away]
    assert turned_away
    assert answered
    assert not any(answered)
    assert verify_password("correct horse battery", MADE_BY_NODE["correct horse battery"])


def test_a_token_is_signed_as_better_auth_signs_it() -> None:
    assert signed(TOKEN, SECRET) == SIGNED_BY_NODE
    assert token_of_cookie(SIGNED_BY_NODE.replace("+", "%2B").replace("=", "%3D"), SECRET) == TOKEN
    assert token_of_bearer(SIGNED_BY_NODE, SECRET) == TOKEN
    assert token_of_bearer(TOKEN, SECRET) == TOKEN


@pytest.mark.parametrize("forged", [TOKEN, f"x{SIGNED_BY_NODE}", f"{TOKEN}.", ".", "", SIGNED_BY_NODE[:-1] + "A"])
def test_a_cookie_that_we_did_not_sign_names_nobody(forged: str) -> None:
    assert token_of_cookie(forged, SECRET) is None


def test_an_id_is_32_letters_and_digits() -> None:
    ids = {new_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(re.fullmatch(r"[a-zA-Z0-9]{32}", each) for each in ids)
