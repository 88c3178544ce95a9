"""A whole PostgreSQL 16 in one folder of ours: made once, started when needed, shared, and stopped by the last user.

The folder holds `data` (the cluster), `password`, `server.log` (and the log of the start before) and `lock`. Whoever
uses the server keeps one connection open, the keeper. The first one starts the server, the others join it, and the
last one to leave stops it. A server whose starter was killed goes on, and the next one to start takes it over.
"""

from __future__ import annotations

import atexit
import errno
import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

import psutil
import psycopg
from fasteners import InterProcessLock
from psycopg import sql

from avileo_pos.server.postgres.database import PostgresUnavailable
from avileo_pos.server.postgres.embedded_programs import Programs, server_binary
from avileo_pos.settings import make_private_folder

__all__ = ["EmbeddedPostgres", "server_binary"]

VERSION: Final = "16"
SUPERUSER: Final = "postgres"
KEEPER: Final = "avileo-pos keeper"
LONGEST_WAIT: Final = 300  # seconds, for another process that makes the cluster or for recovery after a crash
STARTS_TRIED: Final = 10
ROOM_NEEDED: Final = 64 * 2**20  # bytes: a new cluster takes 40 MB, and a running one writes its log 16 MB at a time

_DATA: Final = Path("data")
_UNFINISHED: Final = Path("data.unfinished")
_PASSWORD: Final = Path("password")
_LOG: Final = Path("server.log")

_TRY_AGAIN: Final = (
    "could not create any TCP/IP sockets",  # another program took the port since we found it free
    "pre-existing shared memory block",  # the last processes of a killed server are still leaving
)
_FASTER_BUT_FORGETFUL: Final = "fsync = off\nfull_page_writes = off\n"


class EmbeddedPostgres:
    """PostgreSQL in a folder, for one machine: `with EmbeddedPostgres(folder) as server: server.url()`."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        """`durable=False` lets a power cut destroy the data: for tests only."""
        self._folder = folder.absolute()
        self._durable = durable
        self._keeper: psycopg.Connection[tuple[object, ...]] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_trouble: object) -> None:
        self.stop()

    def start(self) -> str:
        """Start the server, or join it where it runs, and return the URL of its first database.

        Raises PostgresUnavailable: `not_installed`, `no_unprivileged_user`, `folder_unusable`, `folder_busy`,
        `other_version`, `password_lost`, `disk_full` or `start_failed`.
        """
        if self._keeper is None:
            with self._said_plainly():
                make_private_folder(self._folder)
                with self._alone():
                    self._keeper = self._join() or self._start_and_join()
            atexit.register(self.stop)
        return self.url()

    def is_made(self) -> bool:
        """Whether there is a cluster to start, or the first `start` would make one. Raises `folder_unusable`."""
        with self._said_plainly():
            return (self._folder / _DATA).exists()

    def stop(self) -> None:
        """Leave the server; the last one to leave shuts it down."""
        keeper, self._keeper = self._keeper, None
        if keeper is None:
            return
        atexit.unregister(self.stop)
        with self._said_plainly(), self._alone():
            last = _is_the_last(keeper)
            keeper.close()
            if last:
                _shut_down(Programs(self._folder))

    def url(self, database: str = "postgres") -> str:
        """The address of one of the server's databases, password included."""
        info = self._kept().info
        return f"postgresql://{SUPERUSER}:{info.password}@127.0.0.1:{info.port}/{database}"

    def create_database(self, name: str, template: str | None = None) -> str:
        """Make a database, a copy of `template` if given, unless it exists, and return its URL."""
        found = self._kept().execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if found is None:
            words = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            self._kept().execute(words.format(sql.Identifier(name), sql.Identifier(template or "template1")))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Remove a database and whoever is connected to it."""
        self._kept().execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _kept(self) -> psycopg.Connection[tuple[object, ...]]:
        if self._keeper is None:
            raise RuntimeError("the embedded PostgreSQL was not started")
        return self._keeper

    def _join(self) -> psycopg.Connection[tuple[object, ...]] | None:
        """A connection to the server that runs on our data, None when there is none."""
        give_up = time.monotonic() + LONGEST_WAIT
        while (port := _port_of_server_on(self._folder / _DATA)) is not None:
            try:
                return self._connect(port)
            except psycopg.OperationalError as trouble:
                if "password authentication failed" in str(trouble):
                    raise self._password_is_lost() from trouble
                if time.monotonic() > give_up:
                    raise PostgresUnavailable("start_failed", f"PostgreSQL does not answer: {trouble}") from trouble
            time.sleep(0.1)
        return None

    def _start_and_join(self) -> psycopg.Connection[tuple[object, ...]]:
        self._refuse_other_versions()
        programs = Programs(self._folder)
        self._make_cluster_once(programs)
        self._launch(programs)
        keeper = self._join()
        if keeper is None:
            raise PostgresUnavailable("start_failed", f"PostgreSQL stopped at once; see {self._folder / _LOG}.")
        return keeper

    def _make_cluster_once(self, programs: Programs) -> None:
        """Made aside and renamed, so that an interrupted attempt is never taken for a cluster."""
        if (self._folder / _DATA).exists():
            return
        shutil.rmtree(self._folder / _UNFINISHED, ignore_errors=True)
        self._choose_password_once()
        programs.give(self._folder / _PASSWORD)
        options = ["-U", SUPERUSER, "-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-instructions"]
        if not self._durable:
            options.append("--no-sync")
        made = programs.run("initdb", "-D", _UNFINISHED, "--pwfile", _PASSWORD, *options)
        if not made.succeeded:
            raise _why_it_failed(made.said, self._folder)
        (self._folder / _UNFINISHED).rename(self._folder / _DATA)

    def _refuse_other_versions(self) -> None:
        for cluster in (self._folder, self._folder / _DATA):
            version = cluster / "PG_VERSION"
            if version.exists() and (found := version.read_text(encoding="ascii").strip()) != VERSION:
                raise PostgresUnavailable(
                    "other_version",
                    f"{cluster} holds data of PostgreSQL {found} and only {VERSION} can open it here: "
                    "dump it with that version and restore it into a new folder.",
                )

    def _choose_password_once(self) -> None:
        file = self._folder / _PASSWORD
        if not file.exists():
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
                out.write(secrets.token_urlsafe(32))

    def _launch(self, programs: Programs) -> None:
        """Start the server on a free port; when another program takes that port meanwhile, on the next one."""
        log = self._folder / _LOG
        said = ""
        for _attempt in range(STARTS_TRIED):
            self._write_settings(_free_port())
            if log.exists():
                log.replace(log.with_suffix(".log.before"))
            wait = ["-w", "-t", str(LONGEST_WAIT)]
            started = programs.run("pg_ctl", "start", *wait, "-D", _DATA, "-l", _LOG)
            if started.succeeded:
                return
            said = log.read_text(encoding="utf-8", errors="replace") if log.exists() else started.said
            if not any(reason in said for reason in _TRY_AGAIN):
                break
            time.sleep(0.2)
        raise _why_it_failed(said, self._folder)

    def _write_settings(self, port: int) -> None:
        """Our settings win over initdb's, as `postgresql.auto.conf` is read last."""
        settings = self._folder / _DATA / "postgresql.auto.conf"
        settings.write_text(
            f"listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = ''\n"
            "timezone = 'UTC'\nlog_timezone = 'UTC'\nlc_messages = 'C'\nlog_checkpoints = off\n"
            + ("" if self._durable else _FASTER_BUT_FORGETFUL),
            encoding="utf-8",
        )

    def _connect(self, port: int) -> psycopg.Connection[tuple[object, ...]]:
        try:
            password = (self._folder / _PASSWORD).read_text(encoding="ascii")
        except FileNotFoundError as trouble:
            raise self._password_is_lost() from trouble
        return psycopg.connect(
            host="127.0.0.1",
            port=port,
            user=SUPERUSER,
            password=password,
            dbname="postgres",
            application_name=KEEPER,
            connect_timeout=10,
            autocommit=True,
        )

    def _password_is_lost(self) -> PostgresUnavailable:
        return PostgresUnavailable(
            "password_lost", f"{self._folder / _PASSWORD} no longer holds the password of this PostgreSQL: restore it."
        )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """While nobody else starts or stops the server of this folder."""
        lock = InterProcessLock(self._folder / "lock")
        if not lock.acquire(timeout=LONGEST_WAIT):
            raise PostgresUnavailable("folder_busy", f"Another process has kept {self._folder} locked for too long.")
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def _said_plainly(self) -> Iterator[None]:
        """The operating system's refusals as our own trouble."""
        try:
            yield
        except subprocess.TimeoutExpired as trouble:
            raise PostgresUnavailable("start_failed", "PostgreSQL's programs did not end in time.") from trouble
        except OSError as trouble:
            if trouble.errno == errno.ENOSPC:
                raise _disk_is_full(self._folder) from trouble
            raise PostgresUnavailable(
                "folder_unusable", f"PostgreSQL cannot be kept in {self._folder}: {trouble.strerror or trouble}."
            ) from trouble


def _port_of_server_on(data: Path) -> int | None:
    """The port of the server that runs on `data`, None when there is none.

    A process number in `postmaster.pid` proves nothing after a power cut: another program may have it by now. A
    server of ours is a process called postgres that stands in `data`.
    """
    note = data / "postmaster.pid"
    try:
        lines = note.read_text(encoding="utf-8", errors="replace").split("\n")
    except FileNotFoundError:
        return None
    pid = int(lines[0]) if lines[0].isdecimal() else 0
    if _is_server_on(data, pid):
        return int(lines[3]) if len(lines) > 3 and lines[3].isdecimal() else 0
    if psutil.pid_exists(pid):
        _let_the_killed_leave(data)
        note.unlink()  # PostgreSQL takes any process with that number for its own and would refuse to start.
    return None


def _is_server_on(data: Path, pid: int) -> bool:
    try:
        process = psutil.Process(pid)
        return process.name().startswith("postgres") and data.samefile(process.cwd())
    except (psutil.Error, OSError):
        return False


def _let_the_killed_leave(data: Path) -> None:
    """Wait until no process of a killed server is left, as two servers on the same data would destroy it."""
    give_up = time.monotonic() + LONGEST_WAIT
    while any(_is_server_on(data, pid) for pid in psutil.pids()):
        if time.monotonic() > give_up:
            raise PostgresUnavailable("folder_busy", f"Processes of a killed PostgreSQL still work on {data}.")
        time.sleep(0.1)


def _is_the_last(keeper: psycopg.Connection[tuple[object, ...]]) -> bool:
    """Whether no other keeper is connected; False also when the server is gone and nothing is left to stop."""
    try:
        others = "SELECT 1 FROM pg_stat_activity WHERE application_name = %s AND pid <> pg_backend_pid()"
        return keeper.execute(others, [KEEPER]).fetchone() is None
    except psycopg.OperationalError:
        return False


def _shut_down(programs: Programs) -> None:
    if not programs.run("pg_ctl", "stop", "-m", "fast", "-w", "-D", _DATA).succeeded:
        programs.run("pg_ctl", "stop", "-m", "immediate", "-w", "-D", _DATA)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _why_it_failed(said: str, folder: Path) -> PostgresUnavailable:
    """The trouble in what a program said, in one sentence."""
    # PostgreSQL words a full disk in many ways, "wrote only 4096 of 8192 bytes" among them.
    if shutil.disk_usage(folder).free < ROOM_NEEDED:
        return _disk_is_full(folder)
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    complaints = [line for line in lines if "FATAL" in line or "error" in line or "could not" in line]
    reason = (complaints or lines or ["it gave no reason"])[-1]
    return PostgresUnavailable("start_failed", f"PostgreSQL did not start in {folder}: {reason}")


def _disk_is_full(folder: Path) -> PostgresUnavailable:
    return PostgresUnavailable("disk_full", f"The disk that holds {folder} is full: free some space and start again.")
