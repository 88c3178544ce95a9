"""A dressed application without a screen; a Qt warning or a thread left behind fails the test."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from avileo_pos.desktop.theme import apply_theme
from tests.desktop.at_the_till import AtTheTill
from tests.postgres import TestPostgres
from tests.sample_central import SampleCentral, sample_central
from tests.sync.test_token_store import SystemKeyring

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(scope="session", autouse=True)
def dressed(qapp: QApplication) -> None:
    apply_theme(qapp)


@pytest.fixture(scope="session", autouse=True)
def collected_between_tests_only() -> Iterator[None]:
    """As in the program: a collector that runs inside an event may destroy the very widget that handles it."""
    gc.disable()
    gc.freeze()  # what stands by now need not be looked through after each test
    yield
    gc.unfreeze()
    gc.enable()


@pytest.fixture(autouse=True)
def no_thread_left_behind() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = [thread for thread in threading.enumerate() if thread not in before and not is_qt_made(thread)]
    assert left + running_qthreads() == []
    gc.collect()


@pytest.fixture
def system() -> Iterator[SystemKeyring]:
    """A computer that keeps passwords."""
    before, opened = keyring.get_keyring(), SystemKeyring()
    keyring.set_keyring(opened)
    yield opened
    keyring.set_keyring(before)


@pytest.fixture
def served(postgres: TestPostgres) -> Iterator[SampleCentral]:
    """To stand before `till` in each test, so that the till is gone before its central is."""
    with sample_central(postgres) as central:
        yield central


@pytest.fixture
def till(qtbot: QtBot, tmp_path: Path) -> Iterator[AtTheTill]:
    """The program on a computer where nobody has signed in yet."""
    at_the_till = AtTheTill(qtbot, tmp_path / "till")
    yield at_the_till
    at_the_till.leave()


def is_qt_made(thread: threading.Thread) -> bool:
    """Python's stand-in for a thread that Qt started; it outlives the thread itself."""
    return isinstance(thread, threading._DummyThread)


def running_qthreads() -> list[QThread]:
    """Of all that still stand; one that went with its program may wait for the collector yet."""
    threads = [thing for thing in gc.get_objects() if issubclass(type(thing), QThread)]
    return [thread for thread in threads if isValid(thread) and thread.isRunning()]
