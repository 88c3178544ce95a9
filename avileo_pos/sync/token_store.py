"""Where a person's token for central is kept: in the system's keyring, and otherwise only for this run."""

from __future__ import annotations

import sys
from threading import Lock
from typing import Final
from uuid import UUID

import keyring
import structlog
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError

if sys.platform == "win32":
    from win32ctypes.pywin32 import pywintypes

    # Windows refuses with an error of its own, as to a person without a logon session (1312).
    KEYRING_TROUBLES: tuple[type[Exception], ...] = (KeyringError, pywintypes.error)
else:
    KEYRING_TROUBLES = (KeyringError,)

SERVICE: Final = "avileo-pos"
log = structlog.get_logger(__name__)


class TokenStore:
    """The token of one business at one central. `warning` is the code of a sentence once the keyring has failed.

    Never written to a plain file: where the system keeps no secrets, the person signs in at every start. It is asked
    on one thread while a sign-in sets it on another.
    """

    def __init__(self, address: str, business_id: UUID, backend: KeyringBackend | None = None) -> None:
        self._entry = f"{address}|{business_id}"
        self._backend = backend or keyring.get_keyring()
        self._token: str | None = None
        self._is_loaded = False
        self._turn = Lock()
        self.warning: str | None = None

    def get(self) -> str | None:
        with self._turn:
            if not self._is_loaded:
                self._load()
            return self._token

    def set(self, token: str) -> None:
        with self._turn:
            self._token, self._is_loaded = token, True
            try:
                self._backend.set_password(SERVICE, self._entry, token)
            except KEYRING_TROUBLES as trouble:
                self._keep_in_memory_only(trouble)

    def forget(self) -> None:
        known = self.get()
        with self._turn:
            self._token = None
            if known is None or self.warning:
                return
            try:
                self._backend.delete_password(SERVICE, self._entry)
            except KEYRING_TROUBLES as trouble:
                self._keep_in_memory_only(trouble)

    def _load(self) -> None:
        self._is_loaded = True
        try:
            self._token = self._backend.get_password(SERVICE, self._entry)
        except KEYRING_TROUBLES as trouble:
            self._keep_in_memory_only(trouble)

    def _keep_in_memory_only(self, trouble: Exception) -> None:
        self.warning = "no_keyring"
        log.warning("no_keyring", why=type(trouble).__name__)
