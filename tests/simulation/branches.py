"""A market without internet: tills that start branches, join them, come home, and what they hand on to central.

The till's own code begins, keeps and ends a branch; here its program runs in this process, on a database of the run.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch
from uuid import UUID

import httpx
import msgspec
from sqlalchemy.exc import InterfaceError, OperationalError

from avileo_pos.desktop.background import branch_host
from avileo_pos.desktop.background.branch_host import BranchHost, Sharing
from avileo_pos.desktop.background.local_central import LocalCentralFailed
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.permissions import Permission
from avileo_pos.protocol.branches import BranchPoint, TakenPush, member_email
from avileo_pos.replica.errors import ReplicaTrouble
from avileo_pos.replica.identity import read_identity
from avileo_pos.replica.transaction import reads
from avileo_pos.server import branches
from avileo_pos.server.auth.users import find_user
from avileo_pos.server.branches import CannotBranch, begin_branch, next_push
from avileo_pos.server.business.desk import at_the_desk
from avileo_pos.server.central import Central, ServerSettings
from avileo_pos.server.errors import Refused
from avileo_pos.server.postgres.database import CentralBusy
from avileo_pos.sync.central import CentralTrouble
from avileo_pos.sync.central_line import CentralLine
from avileo_pos.sync.http_client import HttpCentral
from avileo_pos.sync.joining import join_branch
from avileo_pos.sync.state import RoundOutcome
from tests.simulation.backups import Backup, put_back
from tests.simulation.central import SimulatedCentral
from tests.simulation.databases import BranchDatabase
from tests.simulation.moments import CentralCrashed
from tests.simulation.network import Line
from tests.simulation.shop import BUSINESS
from tests.simulation.tills import SimulatedTill

if TYPE_CHECKING:
    from tests.simulation.world import World

SETTINGS: Final = ServerSettings(secret="of nobody, as no session is signed here", public_url="http://branch")
NOT_DONE: Final = (BusinessRuleBroken, CentralTrouble, LocalCentralFailed, ReplicaTrouble)
_STEPS: Final = ("share", "join", "cable", "leave", "meet", "image", "image_back", "die")
TURNS_OF_A_MEETING: Final = 4
SECONDS_OF_A_TURN: Final = 300
_LAST_PUSH: Final = "SELECT coalesce(max(audit_number), 0) FROM sync_operations"
_NUMBER: Final = "number"
ANYBODY: Final = "0.0.0.0"


class Branch(SimulatedCentral):
    """Answers as long as its till's program runs, and others than that as long as it is open to them."""

    def __init__(
        self, number: int, database: BranchDatabase, point: BranchPoint, clock: Callable[[], datetime]
    ) -> None:
        super().__init__(database.as_service, database.owner, BUSINESS)
        self.number = number
        self.program = database.program
        self.point = point
        self.clock = clock
        self.epoch = point.named(f"branch-{number}")
        self.is_up = self.is_open = False
        database.owner.execute("UPDATE central_identity SET epoch = %s", (self.epoch,))

    @property
    def address(self) -> str:
        return _address(self.number)

    @property
    def last_push(self) -> int:
        [[number]] = self.owner.execute(_LAST_PUSH)
        return int(number)

    def stop(self) -> None:
        self.is_up = self.is_open = False

    def answer(self, request: httpx.Request) -> httpx.Response:
        if not self.is_up:
            raise httpx.ConnectError("nobody is there")
        return super().answer(request)

    def _served(self, request: httpx.Request) -> bytes:
        match request.url.path:
            case "/api/auth/sign-in/email":
                said = msgspec.json.decode(request.content)
                return msgspec.json.encode({"token": self._token(said["email"], said["password"])})
            case "/api/sync/pushes":
                user_id = request.headers["authorization"].removeprefix("Bearer ")
                work = partial(next_push, after=int(request.url.params["after"]))
                central = Central(self.database, SETTINGS, self.clock)
                found = at_the_desk(central, BUSINESS, user_id, work, Permission.BUSINESS_SETTINGS)
                return msgspec.json.encode(found)
        return super()._served(request)

    def _token(self, email: str, code: str) -> str:
        with self.database.transaction() as connection:
            person, password = find_user(connection, email)
        if person is None or password != code:
            raise Refused(401, "INVALID_EMAIL_OR_PASSWORD", "Invalid email or password")
        return person.id


class Door(SimulatedCentral):
    """A branch as others than its host find it on the network."""

    def __init__(self, branch: Branch) -> None:
        super().__init__(branch.database, branch.owner, BUSINESS)
        self._branch = branch

    def answer(self, request: httpx.Request) -> httpx.Response:
        if not self._branch.is_open:
            raise httpx.ConnectError("nobody is there")
        return self._branch.answer(request)


class BranchProgram:
    """`avileo-server` in a folder, in the place of LocalCentral."""

    def __init__(self, market: Market, folder: Path, host: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._market = market
        self._is_open = host == ANYBODY
        self._file = folder / _NUMBER
        if not self._file.exists():
            self._file.write_text(str(len(market.begun)))
        self._number = int(self._file.read_text())

    @property
    def address(self) -> str:
        return _address(self._number)

    @property
    def port(self) -> int:
        return self._number

    def do(self, command: str, file: str, *_options: str, told: str) -> None:
        """Raises LocalCentralFailed, also where the program dies over it."""
        assert command == "branch"
        try:
            self._market.begin(self._number, Path(file), told.strip())
        except (CannotBranch, CentralBusy, CentralCrashed, OperationalError, InterfaceError) as trouble:
            raise LocalCentralFailed(str(trouble)) from trouble

    def start(self) -> None:
        branch = self._market.begun[self._number]
        branch.is_up, branch.is_open = True, self._is_open

    def stop(self) -> None:
        if self._number < len(self._market.begun):
            self._market.begun[self._number].stop()


@dataclass
class Place:
    """What a PC keeps of sharing beside its till's file. `at` is the branch that it calls, `hosts` its own one."""

    folder: Path
    host: BranchHost
    at: Branch | None = None
    hosts: Branch | None = None
    hands_on: bool = False
    tokens: dict[int, str] = field(default_factory=dict)
    code: str = ""
    image: tuple[int, Backup, bytes] | None = None

    @property
    def state_file(self) -> Path:
        return self.folder / "branch.json"


class HandedOut:
    """The host's own branch, as it is asked for what it took: each question is a moment of the till's program."""

    def __init__(self, branch: HttpCentral, asking: Callable[[], None]) -> None:
        self._branch = branch
        self._asking = asking

    def next_push(self, business_id: UUID, after: int) -> TakenPush | None:
        self._asking()
        return self._branch.next_push(business_id, after)


class Market:
    """All branches of a schedule, and where each till is. Without a step of sharing in it nothing here is asked."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.is_open = any(_is_of_sharing(step) for step in world.schedule.steps)
        self.begun: list[Branch] = []
        self.ended: set[str] = set()
        self._places: dict[Path, Place] = {}
        self._clients: list[HttpCentral] = []

    @contextmanager
    def running(self) -> Iterator[None]:
        """Branches begin in this process, and a code is its own hash."""
        if not self.is_open:
            yield
            return
        try:
            with (
                patch.object(branch_host, "LocalCentral", partial(BranchProgram, self)),
                patch.object(branch_host, "announced", lambda *_told: nullcontext()),
                patch.object(branch_host, "own_addresses", lambda: ()),
                patch.object(branches, "hash_password", str),
            ):
                yield
        finally:
            for client in self._clients:
                client.close()

    def steps(self) -> Mapping[str, Callable[..., str]]:
        return {name: getattr(self, name) for name in _STEPS}

    # --- Steps -------------------------------------------------------------------------------------------------------

    def share(self, which: int, is_cut: int) -> str:
        """A till lets others join it; `is_cut` when there is no internet."""
        host = self._world.tills[which]
        place = self._place_of(host)
        host.line.is_cut = bool(is_cut)
        if place.at is not None:
            return "at a branch already"
        return self._tried(host, lambda: self._begin(host, place))

    def join(self, which: int, is_cut: int) -> str:
        guest = self._world.tills[which]
        place = self._place_of(guest)
        guest.line.is_cut = bool(is_cut)
        host = next((each for each in self._places.values() if each.hosts and each.hosts.is_open), place)
        if place.at is not None or host is place:
            return "nobody to join"
        return self._tried(guest, lambda: self._join(guest, place, host))

    def cable(self, which: int, is_cut: int) -> str:
        """The internet goes, or is back."""
        self._world.tills[which].line.is_cut = bool(is_cut)
        return "cut" if is_cut else "mended"

    def leave(self, which: int) -> str:
        """A person turns the till home; a host shares no more, and ends for good once all is handed on."""
        till = self._world.tills[which]
        place = self._place_of(till)
        was_host = place.hosts is not None and place.at is place.hosts
        place.at = None
        self._line(till).turn_home()
        return self._tried(till, lambda: self._serve(till, place, place.host.end).epoch) if was_host else "home"

    def meet(self) -> str:
        """Nobody is disturbed for a while: all who share have seen each other's acts, and nothing of theirs waits."""
        met = [place for place, till in enumerate(self._world.tills) if self._shares_now(till)]
        for which in met:
            self._world.tills[which].find_room()
        for which in met * TURNS_OF_A_MEETING:
            self._world.pass_time(SECONDS_OF_A_TURN)
            self._world.perform(["round", which, []])
        self._world.checkers.always()
        self._world.checkers.met([till for till in self._world.tills if self._shares_now(till)])
        return f"{len(met)} tills"

    def image(self, which: int) -> str:
        """Of a host's whole PC."""
        host = self._world.tills[which]
        place = self._place_of(host)
        if place.hosts is None:
            return "no host"
        self._world.perform(["copy", which])
        place.image = len(host.copies) - 1, place.hosts.backup(), place.state_file.read_bytes()
        return "taken"

    def image_back(self, which: int) -> str:
        """A host's PC is as it was, with its file and its branch, in the same epoch."""
        host = self._world.tills[which]
        place = self._place_of(host)
        if place.hosts is None or place.image is None:
            return "no image"
        copy, backup, state = place.image
        put_back(place.hosts.owner, str(BUSINESS), backup)
        place.state_file.write_bytes(state)
        self._world.checkers.branch_went_back(place.hosts)
        return self._world.perform(["rewind", which, copy])

    def die(self, which: int) -> str:
        """A PC is gone for good, with the branch that it hosts; whoever stood there goes on at another."""
        dead = self._world.tills[which]
        left = next((till for till in self._world.tills if till is not dead), None)
        if left is None:
            return "the only till"
        self.went_with(dead)
        self._world.without(dead, left)
        return "gone"

    # --- As the till's program does it -------------------------------------------------------------------------------

    def line_of(self, till: SimulatedTill) -> Any:
        """What the engine calls, from the start of the program on."""
        if not self.is_open:
            return till.central
        line = CentralLine(till.central, BUSINESS, till.clock)
        place = self._places.get(till.file)
        if place is not None and place.at is not None:
            line.turn_to(self._client(till, place, place.at))
        return line

    def resume(self, till: SimulatedTill) -> None:
        """The program has started again, and with it the branch that is kept."""
        place = self._places.get(till.file)
        if place is None:
            return
        if place.hosts is not None:
            place.hosts.stop()
        place.hands_on = False
        place.host = BranchHost(place.folder, till.file, BUSINESS)
        if place.host.is_kept:
            with suppress(*NOT_DONE):
                self._serve(till, place, place.host.go_on)

    def went_with(self, till: SimulatedTill) -> None:
        """Its PC is gone for good, and the branch that it hosted."""
        place = self._places.pop(till.file, None)
        if place is not None and place.hosts is not None:
            place.hosts.stop()
            self.ended -= self.taken_by(place.hosts)

    def sync(self, till: SimulatedTill) -> RoundOutcome:
        """What the till's own thread does in each turn."""
        if not self.is_open:
            return till.sync()
        line, place = self._line(till), self._place_of(till)
        if line.look_home():
            place.at = None
        outcome = till.sync()
        try:
            if line.hand_on() and place.host.is_ending and line.hand_on():
                self._end(till, place)
        except CentralTrouble as trouble:
            self._world.told.append(f"not_handed_on {trouble.code}")
        return outcome

    # --- Asked by the world and the checkers -------------------------------------------------------------------------

    @property
    def served(self) -> list[Branch]:
        """The branches that are kept, on some PC."""
        return [place.hosts for place in self._places.values() if place.hosts is not None]

    @property
    def is_quiet(self) -> bool:
        """Whether all tills are at home, and central has what their branches took."""
        return all(place.at is None and self._has_handed_on(place) for place in self._places.values())

    def not_handed_on(self) -> set[str]:
        """The operations that a branch has taken and of which central has not heard."""
        taken = self.ended.union(*(self.taken_by(branch) for branch in self.served))
        return taken - self._world.checkers.at_central.receipts.keys()

    @property
    def hands_on_for_nothing(self) -> bool:
        """Whether a branch goes on handing on what central has settled."""
        places = [place for place in self._places.values() if not self._has_handed_on(place)]
        return any(self._answered_by(place.hosts) <= self._answered_by(self._world.central) for place in places)

    def taken_by(self, branch: Branch) -> set[str]:
        at_branch = self._world.checkers.at_branches.get(branch.epoch)
        return set(at_branch.stored()) if at_branch is not None else set()

    def whoever_answers(self, request: httpx.Request) -> SimulatedCentral:
        found = [branch for branch in self.begun if branch.address == f"http://{request.url.host}"]
        return Door(found[0]) if found else self._world.central

    def look_after_hosts(self) -> None:
        """Whoever finds a branch that is kept and does not hand on starts the program once more."""
        for till in self._world.tills:
            place = self._places.get(till.file)
            if place is not None and place.host.is_kept and not place.hands_on:
                self.resume(till)

    # --- How it is done ----------------------------------------------------------------------------------------------

    def begin(self, number: int, file: Path, code: str) -> None:
        """As `avileo-server branch` does."""
        with self._world.moments.only_looking():
            database = self._world.shop.branches.empty(number)
        point = begin_branch(database.as_owner, file, code, self._world.now)
        self.begun.append(Branch(number, database, point, lambda: self._world.now))
        self._world.moments.touch(database.program)
        self._world.checkers.branched(self.begun[-1])

    def _begin(self, host: SimulatedTill, place: Place) -> str:
        if not host.actor.may(Permission.BUSINESS_SETTINGS):
            return "sharing_needs_admin"
        try:
            branch = self._serve(host, place, partial(place.host.share, member_id=host.member_id))
        except LocalCentralFailed:
            return "sharing_failed"
        self._turn_to(host, place, branch)
        return f"shares {branch.epoch}"

    def _serve(self, host: SimulatedTill, place: Place, serve: Callable[[str], Sharing]) -> Branch:
        place.hands_on = False
        sharing = serve(host.name)
        place.hosts = next(branch for branch in self.begun if branch.address == sharing.here)
        self._let_in(host, place, place.hosts, sharing.code)
        token = self._client(host, place, place.hosts).sign_in(member_email(str(sharing.shared_by)), sharing.code)
        client = self._client(host, place, place.hosts, token)
        self._line(host).share(HandedOut(client, partial(self._reach, host)), place.host)
        place.code, place.hands_on = sharing.code, True
        return place.hosts

    def _join(self, guest: SimulatedTill, place: Place, host: Place) -> str:
        assert host.hosts is not None
        self._let_in(guest, place, host.hosts, host.code)
        self._turn_to(guest, place, host.hosts)
        return f"joined {host.hosts.epoch}"

    def _let_in(self, till: SimulatedTill, place: Place, branch: Branch, code: str) -> None:
        client = self._client(till, place, branch)
        identity = till.run(reads(read_identity))
        join_branch(client, partial(place.tokens.__setitem__, branch.number), identity, [till.member_id], code)

    def _turn_to(self, till: SimulatedTill, place: Place, branch: Branch) -> None:
        self._line(till).turn_to(self._client(till, place, branch))
        place.at = branch

    def _end(self, till: SimulatedTill, place: Place) -> None:
        assert place.hosts is not None
        self.ended |= self.taken_by(place.hosts)
        self._line(till).end_sharing()
        place.host.forget()
        place.hosts, place.image = None, None
        place.hands_on = False

    def _client(self, till: SimulatedTill, place: Place, branch: Branch, token: str | None = None) -> HttpCentral:
        """With the till's own token there, where no other is given."""
        world = self._world
        plan = partial(world.plan_at, branch.program)
        answering = branch if place.hosts is branch else Door(branch)
        line = Line(till.name, answering, world.pass_time, world.log, world.late, plan, world.cursed, till.line.faults)
        client = HttpCentral(
            branch.address,
            lambda: token or place.tokens.get(branch.number),
            timer=lambda: world.seconds,
            transport=line,
        )
        self._clients.append(client)
        return client

    def _place_of(self, till: SimulatedTill) -> Place:
        if till.file not in self._places:
            folder = till.file.with_name(f"{till.file.stem}-branch")
            shutil.rmtree(folder, ignore_errors=True)
            self._places[till.file] = Place(folder, BranchHost(folder, till.file, BUSINESS))
        return self._places[till.file]

    def _line(self, till: SimulatedTill) -> CentralLine:
        assert isinstance(till.calls, CentralLine)
        return till.calls

    def _answered_by(self, central: SimulatedCentral | None) -> set[str]:
        seen = self._world.checkers.who_answers_in(central.epoch) if central is not None else None
        return set(seen.receipts) if seen is not None else set()

    def _has_handed_on(self, place: Place) -> bool:
        """But for that over which central fails each time."""
        if place.hosts is None:
            return True
        done = place.host.handed_on(self._world.central.epoch)
        held = {operation_id for each in done.held for operation_id in each.operation_ids}
        return done.number == place.hosts.last_push and held <= self._world.cursed

    def _shares_now(self, till: SimulatedTill) -> bool:
        place = self._places.get(till.file)
        if place is None or place.at is None:
            return False
        return place.at.is_up if place.hosts is place.at else place.at.is_open

    def _reach(self, till: SimulatedTill) -> None:
        self._world.moments.reached(str(till.file), till.replica._db)

    def _tried(self, till: SimulatedTill, act: Callable[[], str]) -> str:
        def told() -> str:
            try:
                return act()
            except NOT_DONE as trouble:
                return f"not done: {getattr(trouble, 'code', trouble)}"

        return self._world._unless_it_crashes(till, told) or "crashed"


def _is_of_sharing(step: list[Any]) -> bool:
    return any(_is_of_sharing(part) if isinstance(part, list) else part in _STEPS for part in step)


def _address(number: int) -> str:
    return f"http://branch-{number}"
