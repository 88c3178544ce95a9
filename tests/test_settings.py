"""Where this machine keeps its files and whom it calls."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.settings import (
    COPY_NAME,
    FILE_NAME,
    Settings,
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
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([FILE_NAME, COPY_NAME])


@pytest.mark.parametrize("content", [None, "", "{", "[]", "\x00" * 200, '{"last_business": "no such id"}'])
def test_settings_that_the_disk_has_lost_are_told_by_their_copy(tmp_path: Path, content: str | None) -> None:
    saved = Settings("https://central.example", last_business=str(uuid4()), second_place="/stick")
    save_settings(tmp_path, saved)
    spoil(tmp_path / FILE_NAME, content)
    assert load_settings(tmp_path) == saved


@pytest.mark.parametrize("content", [None, "", "{"])
def test_without_any_the_replica_that_was_written_last_is_found(tmp_path: Path, content: str | None) -> None:
    older, newer = uuid4(), uuid4()
    for age, business in enumerate((newer, older)):
        replica_path(tmp_path, business).touch()
        os.utime(replica_path(tmp_path, business), (10**9 - age, 10**9 - age))
    (tmp_path / "notes.db").touch()
    save_settings(tmp_path, Settings())
    for name in (FILE_NAME, COPY_NAME):
        spoil(tmp_path / name, content)
    assert load_settings(tmp_path) == Settings(last_business=str(newer))


def test_what_was_done_last_may_stand_in_the_log_of_a_replica_alone(tmp_path: Path) -> None:
    at_work, closed = replica_path(tmp_path, uuid4()), replica_path(tmp_path, uuid4())
    log = at_work.with_name(f"{at_work.name}-wal")
    for age, file in enumerate((log, closed, at_work)):
        file.touch()
        os.utime(file, (10**9 - age, 10**9 - age))
    assert load_settings(tmp_path).last_business == at_work.stem


def spoil(file: Path, content: str | None) -> None:
    if content is None:
        file.unlink()
    else:
        file.write_text(content, encoding="utf-8")


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
