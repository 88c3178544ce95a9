"""Central's database goes into a file and comes back from it, whole or not at all."""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from avileo_pos.server.cli import EXIT_CANNOT_BACK_UP
from avileo_pos.server.postgres.embedded_programs import server_binary
from tests.postgres import TestPostgres
from tests.sample_central import migrate_and_seed
from tests.server.test_cli import central, rows


def in_use(url: str) -> None:
    """The sample business at a central that has served."""
    migrate_and_seed(url)
    assert central("restored", url=url).returncode == 0


@pytest.fixture(scope="module")
def url(postgres: TestPostgres) -> Iterator[str]:
    """The sample business, which nobody changes."""
    with postgres.database(in_use) as url:
        yield url


@pytest.fixture(scope="module")
def backup(url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("backups") / "central.backup"
    made = central("backup", str(file), url=url)
    assert made.returncode == 0, made.stderr
    return file


def test_a_backup_is_a_new_file_for_its_owner_alone(backup: Path, url: str) -> None:
    assert [file.name for file in backup.parent.iterdir()] == [backup.name]
    if sys.platform != "win32":
        assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    before = backup.read_bytes()
    again = central("backup", str(backup), url=url)
    assert (again.returncode, backup.read_bytes()) == (EXIT_CANNOT_BACK_UP, before)
    assert "is there already" in again.stderr


def test_a_backup_that_cannot_be_written_leaves_nothing(url: str, tmp_path: Path) -> None:
    refused = central("backup", str(tmp_path / "nowhere" / "central.backup"), url=url)
    assert refused.returncode == EXIT_CANNOT_BACK_UP
    assert "cannot be written" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_empty_database_becomes_what_the_backup_holds(backup: Path, url: str, postgres: TestPostgres) -> None:
    with postgres.database() as empty:
        back = central("restore", str(backup), url=empty)
        assert back.returncode == 0, back.stderr
        assert contents(empty) == contents(url)
        assert epoch(empty) != epoch(url)


def test_a_database_in_use_is_replaced_only_on_demand(backup: Path, postgres: TestPostgres) -> None:
    with postgres.database(in_use) as used:
        change(used, "UPDATE products SET name = 'Cuy'")
        before = contents(used)
        refused = central("restore", str(backup), url=used)
        assert refused.returncode == EXIT_CANNOT_BACK_UP
        assert "--replace" in refused.stderr
        assert contents(used) == before
        assert central("restore", str(backup), "--replace", url=used).returncode == 0
        assert rows(used, "SELECT count(*) FROM products WHERE name = 'Cuy'") == 0


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("cut", "is no backup of a central, or not a whole one. pg_restore failed: "),
        ("text", "is no backup of a central, or not a whole one. pg_restore failed: "),
        ("foreign", "is a backup, but not of an avileo-server."),
        ("missing", "cannot be read: "),
    ],
)
def test_a_file_that_is_no_whole_backup_changes_nothing(
    broken: str, said: str, backup: Path, url: str, postgres: TestPostgres, tmp_path: Path
) -> None:
    file = tmp_path / "broken.backup"
    if broken == "cut":
        file.write_bytes(backup.read_bytes()[:-2_000])
    elif broken == "text":
        file.write_text("a letter to the casera", encoding="utf-8")
    elif broken == "foreign":
        make_foreign_backup(file, postgres)
    before = contents(url), epoch(url)
    refused = central("restore", str(file), "--replace", url=url)
    assert refused.returncode == EXIT_CANNOT_BACK_UP
    assert refused.stderr.count("\n") == 1
    assert f"{file} {said}" in refused.stderr
    assert (contents(url), epoch(url)) == before


def test_a_backup_of_a_newer_program_is_left_alone(postgres: TestPostgres, tmp_path: Path, url: str) -> None:
    file = tmp_path / "newer.backup"
    with postgres.database(in_use) as newer:
        assert central("migrate", url=newer).returncode == 0
        change(newer, "INSERT INTO alembic_version VALUES ('server_9999')")
        dump(newer, file)
    refused = central("restore", str(file), "--replace", url=url)
    assert refused.returncode == EXIT_CANNOT_BACK_UP
    assert "newer avileo-server" in refused.stderr


def test_a_backup_that_fails_in_the_middle_changes_nothing(backup: Path, postgres: TestPostgres) -> None:
    with postgres.database(in_use) as used:
        change(used, NO_MORE_INDEXES)
        before = contents(used), epoch(used)
        refused = central("restore", str(backup), "--replace", url=used)
        assert refused.returncode == EXIT_CANNOT_BACK_UP
        assert "nothing was changed" in refused.stderr
        assert "the disk is on fire" in refused.stderr
        assert (contents(used), epoch(used)) == before


def test_a_role_that_does_not_see_all_rows_may_not_try(postgres: TestPostgres, backup: Path) -> None:
    with postgres.database(in_use) as used:
        role = f"blind_{used[-8:]}"
        change(used, f"CREATE ROLE {role} LOGIN PASSWORD 'x'; GRANT SELECT ON alembic_version TO {role}")
        change(used, "ALTER TABLE products ENABLE ROW LEVEL SECURITY")
        blind = str(make_url(used).set(username=role).render_as_string(hide_password=False))
        change(used, f"ALTER ROLE {role} PASSWORD '{make_url(used).password}'")
        for command in (("backup", f"{backup}.2"), ("restore", str(backup), "--replace")):
            refused = central(*command, url=blind)
            assert refused.returncode == EXIT_CANNOT_BACK_UP
            assert f"«{role}» does not see all rows" in refused.stderr
        change(used, f"DROP OWNED BY {role}; DROP ROLE {role}")


NO_MORE_INDEXES = """
    CREATE SCHEMA aside;
    CREATE FUNCTION aside.refuse() RETURNS event_trigger LANGUAGE plpgsql
      AS $$ BEGIN RAISE EXCEPTION 'the disk is on fire'; END $$;
    CREATE EVENT TRIGGER no_more_indexes ON ddl_command_start WHEN TAG IN ('CREATE INDEX')
      EXECUTE FUNCTION aside.refuse();
"""
OURS_ALONE = {"central_identity", "sync_counters", "alembic_version"}


def contents(url: str) -> dict[str, tuple[int, str]]:
    """Of each table how many rows it has, and a digest of them; but for what a new epoch changes."""
    with psycopg.connect(url) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return {name: digest(connection, name) for (name,) in names if name not in OURS_ALONE}


def digest(connection: psycopg.Connection[Any], table: str) -> tuple[int, str]:
    question = "SELECT count(*), md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {} t"
    found = connection.execute(sql.SQL(question).format(sql.Identifier(table))).fetchone()
    assert found is not None
    return found[0], found[1]


def epoch(url: str) -> str:
    with psycopg.connect(url) as connection:
        [(found,)] = connection.execute("SELECT epoch FROM central_identity").fetchall()
    return str(found)


def change(url: str, statement: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(statement)


def dump(url: str, file: Path) -> None:
    subprocess.run([server_binary("pg_dump"), "--format=custom", f"--file={file}", url], check=True)


def make_foreign_backup(file: Path, postgres: TestPostgres) -> None:
    with postgres.database() as other:
        change(other, "CREATE TABLE gallinas (id int)")
        dump(other, file)
