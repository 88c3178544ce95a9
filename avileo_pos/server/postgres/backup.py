"""Putting the database into a file and back: PostgreSQL's own programs, and nothing half done.

A backup is pg_dump's custom format of the schema `public`, made under another name and renamed when it is whole.
Restoring is one transaction: the schema goes and the backup's comes with a mark that makes central begin a new epoch,
so that whoever asks meanwhile sees the old history or the new one, and tills send again what the backup lost.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.engine import URL

from avileo_pos.migrations import unknown_steps
from avileo_pos.server.postgres.database import Database
from avileo_pos.server.postgres.embedded_programs import WITHOUT_CONSOLE, server_binary

_OURS: Final = "TABLE public central_identity "
_HIDDEN: Final = """
    SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind = 'r' AND row_security_active(c.oid)
"""
_BEFORE: Final = "BEGIN;\nDROP SCHEMA IF EXISTS public CASCADE;\n"
# What a new database has; and the mark of another history, at which any central begins a new epoch.
_AFTER: Final = """
ALTER SCHEMA public OWNER TO pg_database_owner;
GRANT USAGE ON SCHEMA public TO PUBLIC;
UPDATE public.central_identity SET system_identifier = 'from a backup', timeline = 0;
COMMIT;
"""


class CannotBackUp(Exception):  # noqa: N818 - the name says what happened
    """Nothing was changed; the message is a sentence for the operator."""


def back_up(database: Database, file: Path) -> int:
    """Write all of the database into a new file, for its owner's eyes only, and return its size in bytes.

    Raises CannotBackUp, PostgresUnavailable.
    """
    if file.exists():
        raise CannotBackUp(f"{file} is there already; choose another name.")
    _require_to_see_everything(database)
    unfinished = file.with_name(f".{file.name}.unfinished-{os.getpid()}")
    try:
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        _run(database, "pg_dump", "--format=custom", "--schema=public", f"--file={unfinished}", _address(database))
        _require_a_backup(database, unfinished)
        _make_durable(unfinished)
        unfinished.rename(file)
    except OSError as trouble:
        raise CannotBackUp(f"{file} cannot be written: {trouble.strerror or trouble}.") from trouble
    finally:
        unfinished.unlink(missing_ok=True)
    return file.stat().st_size


def restore(database: Database, file: Path, *, replace: bool) -> None:
    """Put a backup into the database, in place of what it holds if `replace`. Its shape may be an older version's.

    Raises CannotBackUp, PostgresUnavailable.
    """
    _require_a_backup(database, file)
    _require_to_see_everything(database)
    with database.engine.connect() as connection:
        if not replace and _holds_people(connection):
            raise CannotBackUp(
                "The database is in use. To lose all that it holds and take the backup instead, say --replace."
            )
    database.engine.dispose()
    _play_back(database, file)


def _require_a_backup(database: Database, file: Path) -> None:
    """Read all of it, so that a file which ends too early is known before anything is touched."""
    _require_to_read(file)
    try:
        listed = _run(database, "pg_restore", "--list", str(file))
        _run(database, "pg_restore", f"--file={os.devnull}", str(file))
    except CannotBackUp as trouble:
        raise CannotBackUp(f"{file} is no backup of a central, or not a whole one. {trouble}") from trouble
    if _OURS not in listed:
        raise CannotBackUp(f"{file} is a backup, but not of an avileo-server.")
    taken = _run(database, "pg_restore", "--data-only", "--table=alembic_version", "--file=-", str(file))
    if unknown_steps(frozenset(re.findall(r"^(?:server|shared)_\w+$", taken, re.MULTILINE))):
        raise CannotBackUp(f"{file} was made by a newer avileo-server. Install that version.")


def _require_to_read(file: Path) -> None:
    try:
        file.open("rb").close()
    except OSError as trouble:
        raise CannotBackUp(f"{file} cannot be read: {trouble.strerror or trouble}.") from trouble


def _require_to_see_everything(database: Database) -> None:
    with database.engine.connect() as connection:
        hidden = connection.exec_driver_sql(_HIDDEN).scalar_one()
    if hidden:
        raise CannotBackUp(
            f"«{database.engine.url.username}» does not see all rows, as row-level security binds it. Give in "
            "OWNER_DATABASE_URL a role that is a superuser or has BYPASSRLS."
        )


def _holds_people(connection: Connection) -> bool:
    is_made = connection.exec_driver_sql("SELECT to_regclass('public.\"user\"') IS NOT NULL").scalar_one()
    return bool(is_made and connection.exec_driver_sql('SELECT EXISTS (SELECT FROM public."user")').scalar_one())


def _play_back(database: Database, file: Path) -> None:
    """psql commits only once pg_restore has ended well; without that word all stays as it was."""
    script = ("--no-owner", "--no-privileges", "--file=-", str(file))
    quiet = ("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--output={os.devnull}")
    with (
        _start(database, "pg_restore", *script, stdout=subprocess.PIPE) as reading,
        _start(database, "psql", *quiet, _address(database), stdin=subprocess.PIPE) as writing,
    ):
        _play(reading, writing)
        complaints = [each.stderr.read() for each in (writing, reading) if each.stderr is not None and each.wait() != 0]
    if complaints:
        raise CannotBackUp(f"The backup could not be put back, and nothing was changed: {_complaint(complaints[0])}")


def _play(reading: subprocess.Popen[bytes], writing: subprocess.Popen[bytes]) -> None:
    assert reading.stdout is not None
    assert writing.stdin is not None
    try:
        with writing.stdin as database:
            database.write(_BEFORE.encode())
            shutil.copyfileobj(reading.stdout, database)
            if reading.wait() == 0:
                database.write(_AFTER.encode())
    except BrokenPipeError:
        reading.kill()  # psql has given up, and says why


def _run(database: Database, program: str, *arguments: str) -> str:
    """What the program wrote. Raises CannotBackUp with what it complained of."""
    with _start(database, program, *arguments, stdout=subprocess.PIPE) as running:
        said, complained = running.communicate()
    if running.returncode != 0:
        raise CannotBackUp(f"{program} failed: {_complaint(complained)}")
    return said.decode(errors="replace")


def _start(
    database: Database,
    program: str,
    *arguments: str,
    stdin: int = subprocess.DEVNULL,
    stdout: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """A program of the server's own version: what an older or newer one writes it may not understand."""
    return subprocess.Popen(
        [server_binary(program, _version_of(database)), *arguments],
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env=_environment(database.engine.url),
        creationflags=WITHOUT_CONSOLE,
    )


def _version_of(database: Database) -> int:
    with database.engine.connect() as connection:
        return int(connection.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10_000


def _environment(url: URL) -> Mapping[str, str]:
    """Ours with English messages; the password stands here, as everybody may read a command line."""
    password = {} if url.password is None else {"PGPASSWORD": str(url.password)}
    return os.environ | {"LC_ALL": "C"} | password


def _address(database: Database) -> str:
    """As PostgreSQL's programs take it, without the password."""
    url = database.engine.url.set(drivername="postgresql", password=None).difference_update_query(["password"])
    return url.render_as_string(hide_password=False)


def _make_durable(file: Path) -> None:
    with file.open("rb+") as written:
        os.fsync(written.fileno())


def _complaint(said: bytes) -> str:
    """The first error in what a program said, in one line."""
    lines = [line.strip() for line in said.decode(errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return (errors or lines or ["it gave no reason"])[0]
