"""A shop of three tills, two workers and one PostgreSQL, in which something is killed again and again."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random
from typing import Final

import psutil

from avileo_pos.replica.database import utc_now
from avileo_pos.server.business.sample import ADMIN, LUIS, ROSA
from avileo_pos.server.postgres.database import Database
from avileo_pos.server.postgres.embedded import EmbeddedPostgres
from avileo_pos.server.postgres.embedded_programs import Programs
from tests.invariants import assert_promises_hold
from tests.journeys.shop import Shop
from tests.journeys.till import Till
from tests.postgres import running_postgres, served
from tests.processes.cashier import Place, work_until_killed
from tests.processes.fault_proxy import FaultProxy
from tests.sample_central import migrate_and_seed

WORKERS: Final = 2
LONGEST_WAIT: Final = 120  # seconds, for something to start or to end


@dataclass(slots=True)
class Toll:
    """What was killed, how the line behaved, and what came of it."""

    killed: Counter[str] = field(default_factory=Counter)
    lines: Counter[str] = field(default_factory=Counter)
    operations: int = 0


def survive(kills: int, seed: int, folder: Path, told: Callable[[str], None] = lambda _words: None) -> Toll:
    """Let people work while so many processes are killed; then everything has to be there, once.

    Raises AssertionError where a promise is broken or a process ended by itself.
    """
    random = Random(seed)
    with _a_shop(folder) as (shop, postgres):
        places = [_leave(till, folder) for till in shop.tills]
        with ExitStack() as running:
            central = running.enter_context(_Central(shop, folder))
            proxy = FaultProxy(central.port, random.getrandbits(32))
            running.enter_context(proxy.open())
            tills = [running.enter_context(_TillProcess(place, proxy.address, random)) for place in places]
            toll = _kill(kills, random, tills, central, postgres, told)
        toll.lines = proxy.drawn
        _come_back(shop, places)
        toll.operations = sum(len(till.committed) for till in shop.tills)
        assert_promises_hold(shop)
    return toll


# --- The shop --------------------------------------------------------------------------------------------------------


@contextmanager
def _a_shop(folder: Path) -> Iterator[tuple[Shop, _Postgres]]:
    """Three people have signed in at their tills, and central is not served any more."""
    postgres = _Postgres(folder / "postgres")
    try:
        with running_postgres(postgres.folder) as server:
            url = server.lasting_database(migrate_and_seed)
            with served(url) as database, Database.connect(url) as owner:
                shop = Shop(database, owner, folder)
                shop.clock.now = utc_now()
                try:
                    for person in (ADMIN, ROSA, LUIS):
                        shop.till(person)
                    shop.close_central()
                    yield shop, postgres
                finally:
                    shop.close()
    finally:
        postgres.end()


def _leave(till: Till, folder: Path) -> Place:
    """The program ends; its file stays for the processes."""
    assert till.token is not None
    till.replica.close()
    notes = folder / f"{till.file.stem}.notes"
    notes.touch()
    return Place(till.file, "", till.token, till.actor.member_id, notes)


def _come_back(shop: Shop, places: list[Place]) -> None:
    """The line is mended: the tills are opened once more, with all that was ever done at them."""
    shop.clock.now = utc_now()
    shop.open_central()
    for till, place in zip(shop.tills, places, strict=True):
        till.start_again()
        till.remember()
        noted = set(place.notes.read_text(encoding="ascii").split())
        assert noted <= till.committed.keys(), f"{till.file.name} has lost what a receipt was given for"


# --- What is killed --------------------------------------------------------------------------------------------------


def _kill(
    kills: int,
    random: Random,
    tills: list[_TillProcess],
    central: _Central,
    postgres: _Postgres,
    told: Callable[[str], None],
) -> Toll:
    toll = Toll()
    for number in range(1, kills + 1):
        time.sleep(random.uniform(0.1, 0.8))
        name, kill = random.choices(
            (
                ("till", random.choice(tills).kill),
                ("worker", central.kill_a_worker),
                ("central", central.kill),
                ("backend of PostgreSQL", postgres.kill_a_backend),
                ("PostgreSQL", postgres.kill),
                ("pause of a till", random.choice(tills).pause),
                ("pause of a worker", central.pause_a_worker),
            ),
            (40, 16, 5, 10, 5, 12, 12),
        )[0]
        kill(random)
        toll.killed[name] += 1
        for till in tills:
            till.require_alive()
        if number % 50 == 0:
            told(f"{number} of {kills}: {dict(toll.killed)}")
    return toll


class _TillProcess:
    """A till that is started anew as often as it is killed."""

    def __init__(self, place: Place, address: str, random: Random) -> None:
        self._place = Place(place.file, address, place.token, place.member_id, place.notes)
        self._process = self._started(random)

    def __enter__(self) -> _TillProcess:
        return self

    def __exit__(self, *_trouble: object) -> None:
        self._end()

    def kill(self, random: Random) -> None:
        self._end()
        self._process = self._started(random)

    def pause(self, random: Random) -> None:
        assert self._process.pid is not None
        _pause(psutil.Process(self._process.pid), random)

    def require_alive(self) -> None:
        assert self._process.is_alive(), f"{self._place.file.name} ended by itself: {self._process.exitcode}"

    def _started(self, random: Random) -> BaseProcess:
        forked = get_context("forkserver")
        forked.set_forkserver_preload(["tests.processes.cashier"])  # so that a till is back within a moment
        process = forked.Process(target=work_until_killed, args=(self._place, random.getrandbits(32)))
        process.start()
        return process

    def _end(self) -> None:
        self._process.kill()
        self._process.join()


class _Central:
    """`avileo-server serve` with its workers; whoever looks after it starts it again when it was killed."""

    def __init__(self, shop: Shop, folder: Path) -> None:
        self.port = shop.port
        self._url = shop.database.engine.url.render_as_string(hide_password=False)
        self._log = folder / "central.log"

    def __enter__(self) -> _Central:
        self._process = self._started()
        return self

    def __exit__(self, *_trouble: object) -> None:
        self._end()

    def kill(self, _random: Random) -> None:
        self._end()
        self._process = self._started()

    def kill_a_worker(self, random: Random) -> None:
        for worker in self._one_of_the_workers(random):
            worker.kill()

    def pause_a_worker(self, random: Random) -> None:
        for worker in self._one_of_the_workers(random):
            _pause(worker, random)

    def _one_of_the_workers(self, random: Random) -> list[psutil.Process]:
        """None while it is still starting."""
        with suppress(psutil.NoSuchProcess):
            workers = [each for each in psutil.Process(self._process.pid).children() if "spawn_main" in _words(each)]
            return random.sample(workers, min(1, len(workers)))
        return []

    def _started(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "avileo_pos.server", "serve", "--port", str(self.port)]
        options = ["--workers", str(WORKERS), "--requests-per-session", "0", "--requests-per-address", "0"]
        with self._log.open("ab") as log:
            return subprocess.Popen(
                command + options, env=os.environ | {"DATABASE_URL": self._url}, stdout=log, stderr=log
            )

    def _end(self) -> None:
        family = [psutil.Process(self._process.pid), *psutil.Process(self._process.pid).children(recursive=True)]
        for each in family:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        self._process.wait(LONGEST_WAIT)
        psutil.wait_procs(family[1:], LONGEST_WAIT)


class _Postgres:
    """The embedded server, started again on the same port by whoever looks after it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def kill(self, _random: Random) -> None:
        server = self._server()
        family = [server, *server.children(recursive=True)]
        for each in family:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        psutil.wait_procs(family, LONGEST_WAIT)
        self._start_again()

    def kill_a_backend(self, random: Random) -> None:
        """After which PostgreSQL ends all others and recovers by itself."""
        with suppress(psutil.NoSuchProcess, IndexError):
            random.choice(self._server().children()).kill()

    def end(self) -> None:
        """Whoever knew that it runs may have lost sight of it when it was killed."""
        with EmbeddedPostgres(self.folder):
            pass

    def _server(self) -> psutil.Process:
        note = self.folder / "data" / "postmaster.pid"
        return psutil.Process(int(note.read_text(encoding="utf-8").split("\n", 1)[0]))

    def _start_again(self) -> None:
        give_up = time.monotonic() + LONGEST_WAIT
        programs = Programs(self.folder)
        while not programs.run("pg_ctl", "start", "-w", "-D", Path("data"), "-l", Path("server.log")).succeeded:
            assert time.monotonic() < give_up, "PostgreSQL does not come back"
            time.sleep(0.2)


def _words(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


def _pause(process: psutil.Process, random: Random) -> None:
    with suppress(psutil.NoSuchProcess):
        process.suspend()
        try:
            time.sleep(random.uniform(0.1, 1.5))
        finally:
            process.resume()
