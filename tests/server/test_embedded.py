"""The PostgreSQL that comes with us: started, shared, killed, found again, and refused in plain words."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from avileo_pos.server.postgres import embedded
from avileo_pos.server.postgres.database import PostgresUnavailable
from avileo_pos.server.postgres.embedded import EmbeddedPostgres, server_binary

ANOTHER_PROGRAM = """
import sys
from pathlib import Path
from avileo_pos.server.postgres.embedded import EmbeddedPostgres

server = EmbeddedPostgres(Path(sys.argv[1]), durable=False)
print(server.start(), flush=True)
sys.stdin.readline()
server.stop()
print("left", flush=True)
"""


@pytest.fixture(scope="module")
def made_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a cluster that was started and stopped once."""
    folder = tmp_path_factory.mktemp("made") / "postgres"
    with EmbeddedPostgres(folder, durable=False):
        pass
    return folder


@pytest.fixture
def folder(made_folder: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of that folder for one test; no server is left on it."""
    copy = tmp_path / "postgres"
    shutil.copytree(made_folder, copy)
    _give_like(made_folder, copy)
    yield copy
    if (process := _postmaster(copy)) is not None:
        process.kill()


def _give_like(model: Path, copy: Path) -> None:
    if sys.platform != "win32" and os.geteuid() == 0:
        owner = (model / "data").stat()
        for path in (copy, *copy.rglob("*")):
            os.chown(path, owner.st_uid, owner.st_gid)


def _postmaster(folder: Path) -> psutil.Process | None:
    note = folder / "data" / "postmaster.pid"
    if not note.exists():
        return None
    return psutil.Process(int(note.read_text(encoding="utf-8").split("\n")[0]))


def _running_postmaster(folder: Path) -> psutil.Process:
    process = _postmaster(folder)
    assert process is not None
    return process


def _another_program(folder: Path) -> tuple[subprocess.Popen[str], str]:
    program = subprocess.Popen(
        [sys.executable, "-c", ANOTHER_PROGRAM, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    return program, program.stdout.readline().strip()


def _ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
        assert row is not None
        return row[0]


def test_a_first_start_makes_a_postgresql_16_that_only_the_password_opens(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "central") as server:
        assert str(_ask(server.url(), "SHOW server_version")).startswith("16.")
        assert _ask(server.url(), "SHOW server_encoding") == "UTF8"
        assert _ask(server.url(), "SHOW fsync") == "on"
        assert _ask(server.url(), "SHOW listen_addresses") == "127.0.0.1"
        assert _ask(server.url(), "SHOW unix_socket_directories") == ""
        password = (tmp_path / "central" / "password").read_text(encoding="ascii")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(server.url().replace(password, "guessed"))
        if sys.platform != "win32":
            assert (tmp_path / "central" / "password").stat().st_mode & 0o777 == 0o600
    assert _postmaster(tmp_path / "central") is None


def test_what_was_stored_is_there_after_a_stop_and_a_start(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False) as server, psycopg.connect(server.url()) as connection:
        connection.execute("CREATE TABLE eggs AS SELECT 30 AS pieces")
    with EmbeddedPostgres(folder, durable=False) as server:
        assert _ask(server.url(), "SELECT pieces FROM eggs") == 30


def test_a_database_is_a_copy_of_its_template(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False) as server:
        with psycopg.connect(server.create_database("template_shop")) as connection:
            connection.execute("CREATE TABLE eggs AS SELECT 30 AS pieces")
        shop = server.create_database("shop", "template_shop")
        assert _ask(shop, "SELECT pieces FROM eggs") == 30
        assert server.create_database("shop", "template_shop") == shop
        server.drop_database("shop")
        with pytest.raises(psycopg.OperationalError, match="does not exist"):
            psycopg.connect(shop)


def test_two_programs_share_one_server_and_the_last_one_stops_it(folder: Path) -> None:
    first, first_url = _another_program(folder)
    with EmbeddedPostgres(folder, durable=False) as server:
        assert server.url() == first_url
        assert first.communicate("\n")[0] == "left\n"
        assert _ask(server.url(), "SELECT 1") == 1
    assert _postmaster(folder) is None


def test_programs_that_start_together_share_one_server(tmp_path: Path) -> None:
    programs = [_another_program(tmp_path / "central") for _ in range(3)]
    assert len({url for _, url in programs}) == 1
    for program, _ in programs:
        program.communicate("\n")
    assert _postmaster(tmp_path / "central") is None


def test_a_server_whose_program_was_killed_is_taken_over(folder: Path) -> None:
    program, url = _another_program(folder)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE eggs AS SELECT 30 AS pieces")
    program.kill()
    program.communicate()
    with EmbeddedPostgres(folder, durable=False) as server:
        assert server.url() == url
        assert _ask(server.url(), "SELECT pieces FROM eggs") == 30
    assert _postmaster(folder) is None


def test_a_killed_server_recovers_at_the_next_start_all_that_it_had_committed(folder: Path) -> None:
    """Also where a power cut may cost something: what an answer was given for must not be lost with a process."""
    killed = EmbeddedPostgres(folder, durable=False)
    with psycopg.connect(killed.start(), autocommit=True) as connection:
        connection.execute("CREATE TABLE eggs AS SELECT 30 AS pieces")
        process = _running_postmaster(folder)
        family = [process, *process.children()]
        connection.execute("UPDATE eggs SET pieces = 29")
        for each in family:
            each.kill()
    psutil.wait_procs(family)
    with EmbeddedPostgres(folder, durable=False) as server:
        assert _ask(server.url(), "SELECT pieces FROM eggs") == 29
    killed.stop()


def test_a_note_with_the_number_of_another_living_program_does_not_prevent_a_start(folder: Path) -> None:
    note = folder / "data" / "postmaster.pid"
    note.write_text(f"{os.getpid()}\n{note.parent}\n1\n5432\n\n127.0.0.1\n", encoding="utf-8")
    with EmbeddedPostgres(folder, durable=False) as server:
        assert _ask(server.url(), "SELECT 1") == 1


def test_a_port_that_another_program_takes_is_exchanged(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free_port = embedded._free_port
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        ports = iter([taken, free_port()])
        monkeypatch.setattr(embedded, "_free_port", lambda: next(ports))
        with EmbeddedPostgres(folder, durable=False) as server:
            assert f":{taken}/" not in server.url()
            assert _ask(server.url(), "SELECT 1") == 1


def test_an_interrupted_first_start_is_repeated(tmp_path: Path) -> None:
    unfinished = tmp_path / "data.unfinished"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("16\n", encoding="ascii")
    with EmbeddedPostgres(tmp_path, durable=False) as server:
        assert _ask(server.url(), "SELECT 1") == 1


@pytest.mark.parametrize("place", [".", "data"])
def test_the_data_of_another_version_is_refused_and_left_alone(tmp_path: Path, place: str) -> None:
    version = tmp_path / place / "PG_VERSION"
    version.parent.mkdir(exist_ok=True)
    version.write_text("15\n", encoding="ascii")
    before = tmp_path.stat()
    with pytest.raises(PostgresUnavailable, match="PostgreSQL 15") as refused:
        EmbeddedPostgres(tmp_path).start()
    assert refused.value.code == "other_version"
    assert tmp_path.stat().st_uid == before.st_uid


def test_a_lost_password_is_told(folder: Path) -> None:
    (folder / "password").unlink()
    with pytest.raises(PostgresUnavailable) as refused:
        EmbeddedPostgres(folder, durable=False).start()
    assert refused.value.code == "password_lost"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="ascii")
    with pytest.raises(PostgresUnavailable) as refused:
        EmbeddedPostgres(tmp_path / "file" / "central").start()
    assert refused.value.code == "folder_unusable"


def test_damaged_data_is_told_with_the_reason(folder: Path) -> None:
    (folder / "data" / "global" / "pg_control").unlink()
    with pytest.raises(PostgresUnavailable, match="pg_control") as refused:
        EmbeddedPostgres(folder, durable=False).start()
    assert refused.value.code == "start_failed"


def test_a_full_disk_is_told_whatever_postgresql_calls_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "data" / "global" / "pg_control").unlink()
    monkeypatch.setattr(embedded, "ROOM_NEEDED", shutil.disk_usage(folder).total + 1)
    with pytest.raises(PostgresUnavailable, match="is full") as refused:
        EmbeddedPostgres(folder, durable=False).start()
    assert refused.value.code == "disk_full"


def test_the_programs_of_version_16_are_found() -> None:
    said = subprocess.run([server_binary("pg_dump"), "--version"], capture_output=True, text=True, check=True).stdout
    assert " 16." in said
    with pytest.raises(PostgresUnavailable) as refused:
        server_binary("pg_nothing")
    assert refused.value.code == "not_installed"
