"""Where this machine keeps its files and whom it calls."""

from __future__ import annotations

import sys
from pathlib import Path
from uuid import uuid4

import pytest

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.settings import (
    FILE_NAME,
    Settings,
    businesses_here,
    central_address,
    data_directory,
    load_settings,
    replica_path,
    save_settings,
)


def test_settings_are_as_they_were_saved(tmp_path: Path) -> None:
    saved = Settings("https://central.example", theme="dark", last_business=str(uuid4()))
    save_settings(tmp_path, saved)
    assert load_settings(tmp_path) == saved
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"theme": "pink"}', '{"from_a_newer_program": 1}'])
def test_a_file_that_cannot_be_read_is_a_new_machine(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE_NAME).write_text(content, encoding="utf-8")
    assert load_settings(tmp_path) == Settings()


def test_a_crash_while_saving_leaves_the_old_settings(tmp_path: Path) -> None:
    saved = Settings("https://central.example")
    save_settings(tmp_path, saved)
    (tmp_path / f"{FILE_NAME}.unfinished").write_text('{"central_addr', encoding="utf-8")
    assert load_settings(tmp_path) == saved


def test_the_folder_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AVILEO_DATA_DIR", str(tmp_path / "by environment"))
    assert data_directory() == tmp_path / "by environment"
    assert data_directory(str(tmp_path / "by option")) == tmp_path / "by option"
    assert (tmp_path / "by option").is_dir()


def test_a_new_folder_is_for_this_person_only(tmp_path: Path) -> None:
    folder = data_directory(str(tmp_path / "till"))
    closed_to_others = 0o700 if sys.platform != "win32" else 0o777  # there the folder above decides
    assert folder.stat().st_mode & 0o777 == closed_to_others


def test_the_businesses_of_this_machine_are_its_files(tmp_path: Path) -> None:
    here = sorted([uuid4(), uuid4()])
    for business in here:
        replica_path(tmp_path, business).touch()
    (tmp_path / "notes.db").touch()
    assert businesses_here(tmp_path) == tuple(here)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("central.example", "https://central.example"),
        (" https://Central.example:8443/ ", "https://central.example:8443"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://192.168.1.20:8000", "http://192.168.1.20:8000"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
    ],
)
def test_an_address_may_be_typed_as_people_do(typed: str, address: str) -> None:
    assert central_address(typed) == address


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "address_invalid"),
        ("https://", "address_invalid"),
        ("ftp://central.example", "address_invalid"),
        ("mi central", "address_invalid"),
        ("https://central.example/other", "address_invalid"),
        ("https://central.example:ninety", "address_invalid"),
        ("http://central.example", "address_needs_https"),
        ("http://8.8.8.8", "address_needs_https"),
    ],
)
def test_an_address_that_cannot_be_or_would_show_passwords_is_refused(typed: str, code: str) -> None:
    with pytest.raises(BusinessRuleBroken, match=code):
        central_address(typed)
