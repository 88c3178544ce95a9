"""The branch that this till shares in a market without internet: made, served, announced, and kept until all of it is
handed on.

Once the sharing is to end only this till can call it, so that nothing more comes in while the rest is handed on.
"""

from __future__ import annotations

import secrets
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec
import structlog

from avileo_pos.desktop.background.local_central import LocalCentral
from avileo_pos.handover.sealing import write_whole
from avileo_pos.replica.central_word import write_word_of_central
from avileo_pos.settings import make_private_folder
from avileo_pos.sync.handing_on import HandedOn
from avileo_pos.sync.neighbours import announced, own_addresses

log = structlog.get_logger(__name__)

_LETTERS: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that is read as another
_ANYBODY: Final = "0.0.0.0"
_THIS_TILL: Final = "127.0.0.1"
_STATE: Final = "branch.json"


class BranchState(msgspec.Struct, frozen=True):
    """What must be known of a branch to go on with it: `handed_on` is what central, in its `epoch`, has of it.

    Before anything was, it has that from which the branch begins.
    """

    code: str
    shared_by: UUID
    handed_on: HandedOn = HandedOn()
    epoch: str = ""
    is_ending: bool = False


@dataclass(frozen=True, slots=True)
class Sharing:
    """What other tills are told: `code`, and one of `addresses` where they do not find it. `here` is for this PC.

    `shared_by` is the member who began it, and who may see all of it whoever stands at this till later.
    """

    code: str
    here: str
    addresses: tuple[str, ...]
    is_ending: bool
    shared_by: UUID


class BranchHost:
    """One branch in `folder`, begun from the replica at `replica`. Its calls take seconds: not for the GUI thread."""

    def __init__(self, folder: Path, replica: Path, business_id: UUID) -> None:
        self._folder = folder
        self._replica = replica
        self._business_id = business_id
        self._running = ExitStack()

    @property
    def is_kept(self) -> bool:
        """Whether there is a branch of which central may not have all."""
        return (self._folder / _STATE).exists()

    @property
    def is_ending(self) -> bool:
        """Whether it is to be forgotten as soon as central has all of it."""
        state = self._state()
        return state is not None and state.is_ending

    def share(self, name: str, member_id: UUID) -> Sharing:
        """Serve the branch that is kept, or one that this member begins; other tills find it under this till's name.

        Raises BusinessRuleBroken as `write_word_of_central`, LocalCentralFailed, OSError.
        """
        if not self.is_kept:
            shutil.rmtree(self._folder, ignore_errors=True)  # one that was never begun to its end
            make_private_folder(self._folder)
            self._begin(member_id)
        return self._serve(name, is_ending=False)

    def end(self, name: str) -> Sharing:
        """Serve it to this till alone. Raises LocalCentralFailed, OSError."""
        return self._serve(name, is_ending=True)

    def go_on(self, name: str) -> Sharing:
        """As it was when the program was closed. Raises LocalCentralFailed, OSError."""
        return self._serve(name, is_ending=self.is_ending)

    def stop(self) -> None:
        """Nobody can call it any more; what it holds is kept."""
        self._running.close()

    def handed_on(self, epoch: str) -> HandedOn:
        state = self._state()
        return state.handed_on if state is not None and state.epoch == epoch else HandedOn()

    def note_handed_on(self, epoch: str, done: HandedOn) -> None:
        state = self._state()
        if state is not None and done != self.handed_on(epoch):
            self._keep(msgspec.structs.replace(state, handed_on=done, epoch=epoch))

    def forget(self) -> None:
        """Central has all of it."""
        self.stop()
        shutil.rmtree(self._folder)

    def _serve(self, name: str, *, is_ending: bool) -> Sharing:
        self.stop()
        state = self._state()
        assert state is not None
        self._keep(msgspec.structs.replace(state, is_ending=is_ending))
        central = self._central(_THIS_TILL if is_ending else _ANYBODY)
        addresses = () if is_ending else own_addresses()
        with ExitStack() as running:
            running.callback(central.stop)
            central.start()
            if not is_ending:
                running.enter_context(announced(name, central.port, self._business_id, addresses))
            self._running = running.pop_all()
        told = tuple(f"{each}:{central.port}" for each in addresses)
        return Sharing(state.code, central.address, told, is_ending, state.shared_by)

    def _begin(self, member_id: UUID) -> None:
        code, word = new_code(), self._folder / "word.jsonl"
        try:
            point = write_word_of_central(self._replica, word)
            self._central(_THIS_TILL).do("branch", str(word), "--code-file", "-", told=f"{code}\n")
        finally:
            word.unlink(missing_ok=True)
        self._keep(BranchState(code, member_id, HandedOn(mark=point.mark), point.epoch))

    def _central(self, host: str) -> LocalCentral:
        return LocalCentral(self._folder / "central", host)

    def _state(self) -> BranchState | None:
        try:
            return msgspec.json.decode((self._folder / _STATE).read_bytes(), type=BranchState)
        except FileNotFoundError:
            return None

    def _keep(self, state: BranchState) -> None:
        write_whole(self._folder / _STATE, msgspec.json.encode(state))


def new_code() -> str:
    """12 letters and figures, `XXXX-XXXX-XXXX`: 59 bits, which nobody guesses at a central that makes one wait."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(12))
    return "-".join(letters[start : start + 4] for start in (0, 4, 8))


def typed_code(text: str) -> str:
    """A code as a person types it, in its own form."""
    letters = "".join(each for each in text.upper() if each.isalnum())
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
