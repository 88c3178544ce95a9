"""The token: kept by the system where it can, in memory where it cannot, on the disk never."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from uuid import uuid4

import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.errors import PasswordDeleteError

from avileo_pos.sync.token_store import KEYRING_TROUBLES, TokenStore
from tests.replica.till import BUSINESS

CENTRAL = "https://central.example"


class SystemKeyring(KeyringBackend):
    """As Windows' own: entries by service and name, for as long as the test lasts."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.entries.pop((service, username), None) is None:
            raise PasswordDeleteError


class RefusingKeyring(SystemKeyring):
    """As the system's own where it keeps nothing for this person."""

    def __init__(self, trouble: type[Exception]) -> None:
        super().__init__()
        self._trouble = trouble

    def get_password(self, service: str, username: str) -> str | None:
        raise self._trouble

    def set_password(self, service: str, username: str, password: str) -> None:
        raise self._trouble


class SlowKeyring(SystemKeyring):
    """As one that the system first has to unlock: it answers only when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.is_asked, self.may_answer = Event(), Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.is_asked.set()
        self.may_answer.wait()
        return super().get_password(service, username)


@pytest.fixture
def system() -> SystemKeyring:
    return SystemKeyring()


def test_a_token_is_there_at_the_next_start(system: SystemKeyring) -> None:
    TokenStore(CENTRAL, BUSINESS, system).set("secret")
    again = TokenStore(CENTRAL, BUSINESS, system)
    assert (again.get(), again.warning) == ("secret", None)


def test_each_business_and_central_has_its_own_token(system: SystemKeyring) -> None:
    TokenStore(CENTRAL, BUSINESS, system).set("secret")
    assert TokenStore(CENTRAL, uuid4(), system).get() is None
    assert TokenStore("https://other.example", BUSINESS, system).get() is None


def test_a_forgotten_token_is_gone(system: SystemKeyring) -> None:
    store = TokenStore(CENTRAL, BUSINESS, system)
    store.set("secret")
    store.forget()
    store.forget()
    assert store.get() is None
    assert TokenStore(CENTRAL, BUSINESS, system).get() is None


def test_without_a_keyring_the_token_lasts_for_this_run_and_the_person_is_told() -> None:
    store = TokenStore(CENTRAL, BUSINESS, NoKeyring())
    assert store.get() is None
    store.set("secret")
    assert (store.get(), store.warning) == ("secret", "no_keyring")
    assert TokenStore(CENTRAL, BUSINESS, NoKeyring()).get() is None
    store.forget()
    assert store.get() is None


@pytest.mark.parametrize("trouble", KEYRING_TROUBLES)
def test_a_keyring_that_refuses_is_as_none(trouble: type[Exception]) -> None:
    store = TokenStore(CENTRAL, BUSINESS, RefusingKeyring(trouble))
    store.set("secret")
    assert (store.get(), store.warning) == ("secret", "no_keyring")
    assert TokenStore(CENTRAL, BUSINESS, RefusingKeyring(trouble)).get() is None


def test_who_signs_in_while_the_old_token_is_being_looked_up_is_not_forgotten() -> None:
    keyring = SlowKeyring()
    TokenStore(CENTRAL, BUSINESS, keyring).set("old")
    store = TokenStore(CENTRAL, BUSINESS, keyring)
    with ThreadPoolExecutor() as threads:
        looked_up = threads.submit(store.get)
        keyring.is_asked.wait()
        signed_in = threads.submit(store.set, "new")
        keyring.may_answer.set()
        signed_in.result()
        looked_up.result()
    assert store.get() == "new"


def test_nobody_is_signed_out_while_the_token_is_being_looked_up() -> None:
    keyring = SlowKeyring()
    TokenStore(CENTRAL, BUSINESS, keyring).set("secret")
    store = TokenStore(CENTRAL, BUSINESS, keyring)
    with ThreadPoolExecutor() as threads:
        first = threads.submit(store.get)
        keyring.is_asked.wait()
        second = threads.submit(store.get)
        keyring.may_answer.set()
        assert (first.result(), second.result()) == ("secret", "secret")
