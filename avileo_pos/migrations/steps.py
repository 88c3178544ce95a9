"""Taking the steps with Alembic; loaded only when a step is missing."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

SHARED_AND = {"till": ("shared", "till"), "server": ("shared", "server")}


def configured(connection: Connection | None = None) -> Config:
    """Alembic's settings, made here so that no file has to be found at run time."""
    here = Path(__file__).parent
    versions = [str(here / "versions" / branch) for branch in ("shared", "till", "server")]
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(here))
    config.set_main_option("version_locations", "\n".join(versions))
    config.set_main_option("path_separator", "newline")
    return config


def known_steps() -> frozenset[str]:
    """Every step that this program knows."""
    return frozenset(step.revision for step in ScriptDirectory.from_config(configured()).walk_revisions())


def take_missing_steps(connection: Connection, side: str) -> None:
    """Bring the shared branch and the side's own to their heads."""
    for branch in SHARED_AND[side]:
        command.upgrade(configured(connection), f"{branch}@head")


def take_steps_up_to(connection: Connection, step: str) -> None:
    """Take this step and all that it stands on."""
    command.upgrade(configured(connection), step)
