"""Where this machine keeps its files, which central it calls, and how it looks."""

from __future__ import annotations

import json
import os
import re
import sys
from dataclasses import asdict, dataclass, fields, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from platformdirs import user_data_path

from avileo_pos.domain.errors import BusinessRuleBroken

FILE_NAME: Final = "settings.json"
COPY_NAME: Final = "settings.copy.json"
THEMES: Final = ("light", "dark")
_REPLICA: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Settings:
    """`central_address` is empty until a person has typed it; `last_business` is the one that was open last.

    `second_place` is the folder on another disk in which copies and journal are kept too, empty for none. `branch` is
    the address of the branch that the till calls in a market without internet, `branch_name` whose that is.
    """

    central_address: str = ""
    theme: str = "light"
    last_business: str = ""
    second_place: str = ""
    branch: str = ""
    branch_name: str = ""


def data_directory(chosen: str | None = None) -> Path:
    """The folder of this person's replicas: `chosen` (--data-dir), AVILEO_DATA_DIR, or the system's place for such."""
    named = chosen or os.environ.get("AVILEO_DATA_DIR")
    folder = Path(named) if named else user_data_path("Avileo POS", appauthor=False)
    make_private_folder(folder)
    return folder


def make_private_folder(folder: Path) -> None:
    """A folder for this person's eyes only, unless it is there."""
    # Windows gives a new folder the rights of the one above, and a person's own are private. With 0o700 Python would
    # give it to whoever owns it, which is «Administrators» for a program started as administrator: the person, and a
    # PostgreSQL that drops those rights, would be shut out.
    folder.mkdir(mode=0o777 if sys.platform == "win32" else 0o700, parents=True, exist_ok=True)


def replica_path(folder: Path, business_id: UUID) -> Path:
    return folder / f"{business_id}.db"


def branch_folder(replica: Path) -> Path:
    """Where the branch that this till shares in a market without internet lies, beside its replica."""
    return replica.with_suffix(".branch")


def load_settings(folder: Path) -> Settings:
    """The settings as they were saved; those of a new machine where there are none.

    Where the disk has lost them the copy tells them, or else the replica in this folder which business was open last:
    nobody is kept from what has not been sent.
    """
    for name in (FILE_NAME, COPY_NAME):
        if (saved := _read(folder / name)) is not None:
            return saved
    return Settings(last_business=_last_written(folder))


def _read(file: Path) -> Settings | None:
    try:
        saved = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(saved, dict):
        return None
    known = {field.name for field in fields(Settings)}
    read = Settings(**{name: str(value) for name, value in saved.items() if name in known})
    if read.last_business and not _REPLICA.fullmatch(read.last_business):
        return None
    return read if read.theme in THEMES else replace(read, theme=THEMES[0])


def _last_written(folder: Path) -> str:
    replicas = [path for path in folder.glob("*.db") if _REPLICA.fullmatch(path.stem)]
    return max(replicas, key=_written_at).stem if replicas else ""


def _written_at(replica: Path) -> float:
    """What was done last may stand in the write-ahead log alone."""
    log = replica.with_name(f"{replica.name}-wal")
    return max(file.stat().st_mtime for file in (replica, log) if file.exists())


def save_settings(folder: Path, settings: Settings) -> None:
    """Each written whole beside the old file and put in its place, so that a power cut leaves one of the two."""
    for name in (FILE_NAME, COPY_NAME):
        unfinished = folder / f"{name}.unfinished"
        with unfinished.open("w", encoding="utf-8") as file:
            json.dump(asdict(settings), file, ensure_ascii=False, indent=2)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(folder / name)


def central_address(typed: str) -> str:
    """The address of a central as a person types it, as `https://host[:port]`.

    Passwords travel to it, so plain http is taken only within the house: this PC or a private network.
    Raises BusinessRuleBroken: address_invalid, address_needs_https.
    """
    text = typed.strip()
    parts = urlsplit(text if "://" in text else f"https://{text}")
    try:
        host, port = parts.hostname, parts.port
    except ValueError as trouble:
        raise BusinessRuleBroken("address_invalid") from trouble
    is_address = parts.scheme in ("http", "https") and host and not re.search(r"\s", text)
    if not host or not is_address or parts.path not in ("", "/") or parts.query:
        raise BusinessRuleBroken("address_invalid")
    if parts.scheme == "http" and not _is_in_the_house(host):
        raise BusinessRuleBroken("address_needs_https")
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}" + (f":{port}" if port else "")


def _is_in_the_house(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_private
    except ValueError:
        return False
