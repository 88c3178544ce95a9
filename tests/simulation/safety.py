"""What keeps a till's file safe, and what may become of that file: journal and copies, damage, theft.

From the first of these steps on the till's program starts as the product starts it, by `open_or_rescue`.
"""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final, TypeVar
from unittest.mock import patch

from sqlalchemy import Connection

from avileo_pos.handover import sealing
from avileo_pos.replica.bringing import bring_till
from avileo_pos.replica.copies import copies_in
from avileo_pos.replica.database import Replica
from avileo_pos.replica.errors import TillAlreadyHere
from avileo_pos.replica.keeping import Keeping
from avileo_pos.replica.rescue import Opened, open_or_rescue
from avileo_pos.replica.safe import ON_ANOTHER_DISK, Safe, chest_of, safes_of
from avileo_pos.settings import replica_path
from tests.simulation.checkers import Memory, Violation
from tests.simulation.decay import decay, lines_of, told_by_untouched
from tests.simulation.moments import Moments, TillCrashed, listening
from tests.simulation.people import enrol_by_password
from tests.simulation.shop import BUSINESS, PEOPLE
from tests.simulation.tills import SimulatedTill

if TYPE_CHECKING:
    from tests.simulation.world import World

T = TypeVar("T")
PASSWORD: Final = "gallina-clueca"
HERE: Final = "here"
ON_STICK: Final = "stick"
PAGE: Final = 4096
LONGEST_IN_A_PAGE: Final = 3000
"""A row of the queue with so many bytes of text does not go over the end of its page."""
WHOLLY: Final = ("gone", "empty")
FILLERS: Final = (b"\x00", b"\xff", b"0", b"\x0d", b"")


class Safety:
    """Remembers what was written where, so that no start of a program may come up with less."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._written: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._rotten: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._of_copies: dict[tuple[str, str, datetime], Memory] = {}
        self._opened: dict[str, Opened] = {}
        self._sticks: dict[str, Path] = {}
        self._stolen = 0

    def steps(self) -> Mapping[str, Callable[..., str]]:
        return {
            "keep": self.keep,
            "decay": self.decay,
            "look_through": self.look_through,
            "damage": self.damage,
            "steal": self.steal,
        }

    # --- Steps -------------------------------------------------------------------------------------------------------

    def keep(self, till: int, on_stick: bool, with_copy: bool) -> str:
        """The keeper's thread comes round: the journals know all that was done, here and on a stick if one is in."""
        kept = self._cared_for(self._world.tills[till])
        if on_stick:
            self._put_in_a_stick(kept)
        acts = (Keeping.follow, Keeping.copy) if with_copy else (Keeping.follow,)
        known = self._written_down(kept, self._sticks.get(kept.name) if on_stick else None, *acts)
        return f"{known} operations known" + (" and copied" if with_copy else "")

    def look_through(self, till: int) -> str:
        """The daily look at the file and its journals, which are whole again then."""
        kept = self._cared_for(self._world.tills[till])
        (Safe.beside(kept.file).folder / "checked").unlink(missing_ok=True)
        self._rotten[kept.name].clear()
        return f"{self._written_down(kept, self._sticks.get(kept.name), Keeping.round)} operations known"

    def decay(self, till: int, kind: str, where: int) -> str:
        """Of what lies beside the till, or on its stick, something rots. Every line that did not must be heeded."""
        kept = self._cared_for(self._world.tills[till])
        place, safe = Random(where).choice([*self._places(kept)])
        copies = {copy.path: copy.made_at for copy in copies_in(safe, kept.clock())}
        before = lines_of(safe)
        spoilt = decay(safe, kind, where)
        if spoilt is None:
            return "nothing lies there"
        if spoilt in copies:
            self._of_copies.pop((kept.name, place, copies[spoilt]), None)
            return f"a copy, {place}"
        lost = self._written[kept.name][place] - told_by_untouched(safe, before)
        self._written[kept.name][place] -= lost
        self._rotten[kept.name][place] |= lost
        return f"{len(lost)} operations of a journal, {place}"

    def damage(self, till: int, kind: str, where: int, crash_at: int) -> str:
        """The disk fails, and the program starts, is killed over it perhaps, and starts again."""
        spoilt = self._cared_for(self._world.tills[till])
        queue = spoilt.rows("SELECT id, status, data, depends_on, last_code FROM sync_queue ORDER BY seq")
        (spoilt.close if where % 2 else spoilt.crash)()
        before, log = _bytes_of(spoilt.file), _bytes_of(_log_of(spoilt.file))
        if not self._written[spoilt.name][HERE] and (kind == "row" or (kind in WHOLLY and not log)):
            kind = "nothing"  # else nothing would tell that there was a till, or what stood in the row
        _spoil(spoilt.file, kind, where, queue, self._written[spoilt.name][HERE])
        legible = _untouched(queue, before, _bytes_of(spoilt.file), log)
        asides = len(_set_aside(spoilt.file))
        opened = self._start_again(spoilt, crash_at, spoilt.open)
        is_another = kind in WHOLLY or opened.rescue is not None or len(_set_aside(spoilt.file)) > asides
        missing = self._missing(spoilt, queue)
        if unjustly := missing & legible:
            raise Violation("I1", f"{spoilt.name} could read {self._said(unjustly)}, and has lost it")
        is_told = opened.rescue is not None if is_another else opened.lost >= len(missing)
        if missing and not is_told:
            raise Violation("I1", f"{spoilt.name} has lost {self._said(missing)}, and nobody was told")
        if is_another:
            self._goes_on_from(spoilt)
        elif missing:
            self._world.checkers.went_back(spoilt, self._world.checkers.memories[spoilt.name])
        return f"{_told(opened)}, {'a new file' if is_another else 'the same file'}"

    def steal(self, till: int, crash_at: int) -> str:
        """The computer is gone for good; another one goes on from the stick, if there is one."""
        stolen = self._world.tills[till]
        if not self._written[stolen.name][ON_STICK]:
            return "no stick"
        place = self._sticks[stolen.name]
        self._world.market.went_with(stolen)
        stolen.close()
        self._forget_moments(stolen)
        _remove(*_beside(stolen.file))
        self._written[stolen.name].pop(HERE, None)
        self._rotten[stolen.name].pop(HERE, None)
        for copy in [each for each in self._of_copies if each[:2] == (stolen.name, HERE)]:
            del self._of_copies[copy]
        self._stolen += 1
        folder = stolen.file.parent / f"another-{self._stolen}"
        folder.mkdir()
        _name_after_the_business(place, stolen.file.stem)
        stolen.file = replica_path(folder, BUSINESS)

        def bring() -> None:
            with suppress(TillAlreadyHere):  # it was killed after all had been brought
                bring_till(place, PASSWORD, folder, clock=stolen.clock)
            stolen.open()

        opened = self._start_again(stolen, crash_at, bring)
        self._goes_on_from(stolen)
        return f"brought, {_told(opened)}"

    # --- How they are done -------------------------------------------------------------------------------------------

    def _cared_for(self, till: SimulatedTill) -> SimulatedTill:
        till.start = self._start
        return till

    def _start(self, till: SimulatedTill) -> Replica:
        """As the program starts. Whatever stands in a journal is in the queue then, or known to central.

        Where nothing tells whose it is, it waits until a person has signed in.
        """
        opened = open_or_rescue(till.file, self._safes(till), clock=till.clock, new_id=till.new_id)
        self._opened[till.name] = opened
        with closing(opened.replica.reader()) as reader:  # which is no moment of the program
            here = {operation_id for (operation_id,) in reader.execute("SELECT id FROM sync_queue")}
            is_enrolled = reader.execute("SELECT 1 FROM till_identity").fetchone() is not None
        written = set[str]().union(*self._written[till.name].values())
        discarded = self._world.checkers.discarded
        missing = self._not_at_central(written - here - discarded)
        if missing and is_enrolled:
            opened.replica.close()
            raise Violation("I1", f"{till.name} does not know {self._said(missing)} of its journal")
        return opened.replica

    def _start_again(self, till: SimulatedTill, crash_at: int, start: Callable[[], None]) -> Opened:
        self._forget_moments(till)
        stick = self._sticks.get(till.name)
        _crashing_once(crash_at, lambda: _files_in(*_beside(till.file), *([stick] if stick else [])), start)
        self._enrol_where_nothing_told_whose_it_was(till)
        till.due = self._world.now
        self._world.moments.touch(str(till.file))
        self._world.market.resume(till)
        return self._opened[till.name]

    def _enrol_where_nothing_told_whose_it_was(self, till: SimulatedTill) -> None:
        """The person signs in, where there is internet; what could be read waits for that, and for the next start."""
        if till.value("SELECT count(*) FROM till_identity"):
            return
        is_cut, till.line.is_cut = till.line.is_cut, False
        till.is_signed_out = False
        enrol_by_password(till, PEOPLE[self._world._people[self._world.tills.index(till)]], self._world.now)
        till.line.is_cut = is_cut
        self._world.checkers.people_changed = True
        first = self._opened[till.name]
        till.close()
        till.open()
        self._opened[till.name] = first

    def _goes_on_from(self, till: SimulatedTill) -> None:
        """The figures of the newest copy, or of a new file into which everything has still to come.

        The keeper of the program that has just started begins a journal of it.
        """
        self._rotten[till.name].clear()
        self._written_down(till, self._sticks.get(till.name), Keeping.follow)
        checkers = self._world.checkers
        now = till.clock()
        copies = [(copy.made_at, place) for place, safe in self._places(till) for copy in copies_in(safe, now)]
        legible = [each for made_at, place in copies if (each := (till.name, place, made_at)) in self._of_copies]
        if legible:
            newest = max(legible, key=lambda copy: (copy[2] <= now, copy[2]))
            checkers.went_back(till, deepcopy(self._of_copies[newest]))
        else:
            checkers.went_back(till, Memory(is_new=True))

    def _written_down(self, till: SimulatedTill, stick: Path | None, *acts: Callable[[Keeping], object]) -> int:
        """How many operations the journals know now."""
        copies = self._copies(till)
        with patch.object(Safe, "require_room_for", lambda *_: None):
            keeping = Keeping(till.file, stick, till.clock)
            for act in acts:
                act(keeping)
            keeping._reader.close()
        self._remember_copies(till, self._copies(till) - copies)
        known = {row["id"] for row in till.rows("SELECT id FROM sync_queue")}
        for place in (HERE, ON_STICK) if stick else (HERE,):
            self._written[till.name][place] |= known - self._rotten[till.name][place]
        return len(known)

    def _copies(self, till: SimulatedTill) -> set[tuple[str, datetime, int]]:
        """Where, of when, and which of several of the same second."""
        return {
            (place, copy.made_at, copy.path.stat().st_ino)
            for place, safe in self._places(till)
            for copy in copies_in(safe, till.clock())
        }

    def _remember_copies(self, till: SimulatedTill, made: set[tuple[str, datetime, int]]) -> None:
        """One on a stick is that which was made here, or the one before it of the same second, which has its name.

        Where that has rotted, it is nothing.
        """
        before = dict(self._of_copies)
        for place, made_at, _ in sorted(made):
            here = (till.name, HERE, made_at)
            if place == HERE:
                self._of_copies[here] = deepcopy(self._world.checkers.memories[till.name])
            elif here in self._of_copies:
                self._of_copies[till.name, ON_STICK, made_at] = before.get(here, self._of_copies[here])

    def _places(self, till: SimulatedTill) -> Iterator[tuple[str, Safe]]:
        return zip((HERE, ON_STICK), self._safes(till), strict=False)

    def _safes(self, till: SimulatedTill) -> tuple[Safe, ...]:
        return safes_of(till.file, self._sticks.get(till.name))

    def _missing(self, till: SimulatedTill, queue: list[dict[str, Any]]) -> set[str]:
        """What stood in the queue, was not discarded, and is known neither here nor at central."""
        here = {row["id"] for row in till.rows("SELECT id FROM sync_queue")}
        return self._not_at_central({row["id"] for row in queue if row["last_code"] != "discarded"} - here)

    def _put_in_a_stick(self, till: SimulatedTill) -> None:
        if till.name not in self._sticks:
            self._sticks[till.name] = till.file.parent / f"stick of {till.name}"
            self._sticks[till.name].mkdir()
            with patch.object(sealing, "_N", 2):  # a password is stretched as little as can be
                chest_of(till.file).lock_with(f"{till.user_id}@example.pe", PASSWORD)

    def _not_at_central(self, ids: set[str]) -> set[str]:
        checkers = self._world.checkers
        ids = {each for each in ids if each in checkers.ledger.done and not checkers.may_be_purged(each)}
        return ids - checkers.watch.look().receipts.keys() if ids else ids

    def _said(self, ids: set[str]) -> list[str]:
        return [str(self._world.checkers.ledger.done.get(each, each)) for each in sorted(ids)]

    def _forget_moments(self, till: SimulatedTill) -> None:
        self._world.moments.forget(str(till.file))
        self._world.power.pop(str(till.file), None)


def _told(opened: Opened) -> str:
    rescued = "" if opened.rescue is None else f", rescued with {opened.rescue.operations} from {opened.rescue.copy_of}"
    return f"{opened.came_back} came back, {opened.lost} lost{rescued}"


# --- The disk --------------------------------------------------------------------------------------------------------


def _spoil(file: Path, kind: str, where: int, queue: list[dict[str, Any]], journalled: set[str]) -> None:
    """`where` tells all of it: the place, how much, and what stands there now."""
    content, chance = bytearray(_bytes_of(file)), Random(where)
    match kind:
        case "gone":
            file.unlink()
            return
        case "empty":
            content.clear()
        case "cut":
            del content[chance.randrange(len(content)) :]
        case "pages":
            start, pages = chance.randrange(len(content) // PAGE) * PAGE, chance.choice((1, 1, 2, 5, 20))
            end, filler = min(start + pages * PAGE, len(content)), chance.choice(FILLERS)
            content[start:end] = filler * (end - start) if filler else chance.randbytes(end - start)
        case "row":
            said = Counter(row["data"] for row in queue)
            waiting = [
                row["data"].encode()
                for row in queue
                if row["status"] != "acked" and row["id"] in journalled and said[row["data"]] == 1
            ]
            data = chance.choice(waiting) if waiting else b""
            spoilt = data[:-3] + b"\xff\xff" + data[-1:]
            content = content.replace(data, spoilt) if len(data) > 3 else content
    file.write_bytes(content)


def _untouched(queue: list[dict[str, Any]], before: bytes, after: bytes, log: bytes) -> set[str]:
    """Of these operations every place in which their words stand is as it was, or they stand in the log."""
    return {
        row["id"]
        for row in queue
        if len(row["data"]) + len(row["depends_on"]) < LONGEST_IN_A_PAGE
        and (places := list(_places(row["data"].encode(), before))) + [0] * log.count(row["data"].encode())
        and all(before[place : place + PAGE] == after[place : place + PAGE] for place in places)
    }


def _places(words: bytes, content: bytes) -> Iterator[int]:
    """Where the pages begin on which they stand."""
    at = content.find(words)
    while at >= 0:
        yield at // PAGE * PAGE
        at = content.find(words, at + 1)


def _bytes_of(file: Path) -> bytes:
    return file.read_bytes() if file.exists() else b""


def _log_of(file: Path) -> Path:
    return file.with_name(f"{file.name}-wal")


def _beside(file: Path) -> list[Path]:
    """All that a till has on its disk."""
    return sorted(file.parent.glob(f"{file.stem}.*"))


def _files_in(*paths: Path) -> list[Path]:
    return [file for path in paths for file in (path.rglob("*") if path.is_dir() else [path]) if file.is_file()]


def _set_aside(file: Path) -> list[Path]:
    return list(file.parent.glob(f"{file.stem}.damaged-*"))


def _remove(*paths: Path) -> None:
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _name_after_the_business(place: Path, stem: str) -> None:
    """A till's file has the name of its business, which the simulator's have not, as they all lie in one folder."""
    on_stick = place / ON_ANOTHER_DISK
    if stem != str(BUSINESS):
        (on_stick / stem).rename(on_stick / str(BUSINESS))


# --- A crash in the midst of a start ---------------------------------------------------------------------------------


class _CrashOfAStart(Moments):
    """At the so manieth statement, or renaming of a file, the program is gone, and the disk is as it was then."""

    def __init__(self, at: int, files: Callable[[], list[Path]]) -> None:
        super().__init__()
        self._left = at
        self._files = files
        self._rename = Path.replace

    def reached(self, _program: str, _connection: Connection | None = None) -> None:
        self._left -= 1
        if self._left == 0:
            self._disk = {file: file.read_bytes() for file in self._files()}
        if self._left <= 0:
            raise TillCrashed

    def committing(self, program: str, connection: Connection) -> None:
        self.reached(program, connection)

    @property
    def is_over(self) -> bool:
        """Whether the program was killed, whatever its handlers made of that on the way out."""
        return self._left <= 0

    def rename(self, file: Path, target: Path) -> Path:
        self.reached(str(file))
        return self._rename(file, target)

    def leave_the_disk_as_it_was(self) -> None:
        _remove(*self._files())
        for file, content in self._disk.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)


def _crashing_once(at: int, files: Callable[[], list[Path]], start: Callable[[], None]) -> None:
    if not at:
        start()
        return
    crash = _CrashOfAStart(at, files)
    try:
        with listening(crash), patch.object(Path, "replace", lambda file, target: crash.rename(file, target)):
            start()
    except BaseException:
        if not crash.is_over:
            raise
        crash.leave_the_disk_as_it_was()
        start()
