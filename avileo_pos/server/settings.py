"""How central is served, as its operator sets it: every option of `avileo-server serve`, each also a variable."""

from __future__ import annotations

import os
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

import msgspec
import typer

_HANDED_OVER: Final = "AVILEO_SERVING"


class LogForm(StrEnum):
    """`auto` is text on a terminal and JSON elsewhere."""

    AUTO = "auto"
    JSON = "json"
    TEXT = "text"


class LogOutput(StrEnum):
    STDERR = "stderr"
    STDOUT = "stdout"


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Serving(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker process must know of how it serves. Durations are seconds, limits of requests are per minute."""

    public_url: str
    pool_size: int
    spare_connections: int
    pool_patience: int
    prepares: bool
    requests_per_session: int
    requests_per_address: int
    log_form: LogForm
    log_output: LogOutput
    log_level: LogLevel

    def hand_over(self) -> None:
        """To the worker processes, which inherit our environment."""
        os.environ[_HANDED_OVER] = msgspec.json.encode(self).decode()

    @classmethod
    def handed_over(cls) -> Serving:
        """What the process that started this one has handed over."""
        return msgspec.json.decode(os.environ[_HANDED_OVER], type=cls)


def _is_a_public_url(text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise typer.BadParameter(f"«{text}» is not an address such as https://central.example.")
    return text


def _are_networks(text: str) -> str:
    for each in filter(None, map(str.strip, text.split(","))):
        try:
            ip_network(each)
        except ValueError as trouble:
            raise typer.BadParameter(f"«{each}» is neither an address nor a network: {trouble}.") from trouble
    return text


Host = Annotated[str, typer.Option(envvar="AVILEO_HOST", help="Address to listen on.")]
Port = Annotated[int, typer.Option(envvar="AVILEO_PORT", min=0, max=65535, help="Port to listen on.")]
Workers = Annotated[int, typer.Option(envvar="AVILEO_WORKERS", min=1, max=64, help="Processes that answer.")]
PublicUrl = Annotated[
    str,
    typer.Option(
        envvar="AVILEO_PUBLIC_URL", callback=_is_a_public_url, help="Address by which tills call; https:// by a proxy."
    ),
]
TrustedProxies = Annotated[
    str,
    typer.Option(
        envvar="AVILEO_TRUSTED_PROXIES",
        callback=_are_networks,
        help="Addresses and networks, by commas, whose X-Forwarded-For is believed.",
    ),
]
PoolSize = Annotated[
    int, typer.Option(envvar="AVILEO_POOL_SIZE", min=1, max=100, help="Connections that each process keeps.")
]
SpareConnections = Annotated[
    int,
    typer.Option(
        envvar="AVILEO_SPARE_CONNECTIONS", min=0, max=100, help="Connections beyond, for a while, when all are taken."
    ),
]
PoolPatience = Annotated[
    int,
    typer.Option(
        envvar="AVILEO_POOL_PATIENCE", min=1, max=60, help="Seconds that a request waits for a connection, then 503."
    ),
]
PrepareStatements = Annotated[
    bool,
    typer.Option(
        envvar="AVILEO_PREPARE_STATEMENTS",
        help="Keep plans of statements: for many small requests, and not through a pooler in transaction mode.",
    ),
]
KeepAlive = Annotated[
    int,
    typer.Option(envvar="AVILEO_KEEP_ALIVE", min=1, max=600, help="Seconds that an idle connection is kept open."),
]
ShutdownPatience = Annotated[
    int,
    typer.Option(
        envvar="AVILEO_SHUTDOWN_PATIENCE", min=1, max=600, help="Seconds for the requests in flight when told to stop."
    ),
]
RequestsPerSession = Annotated[
    int,
    typer.Option(
        envvar="AVILEO_REQUESTS_PER_SESSION", min=0, help="Per minute and process, of one session; 0 is without limit."
    ),
]
RequestsPerAddress = Annotated[
    int,
    typer.Option(
        envvar="AVILEO_REQUESTS_PER_ADDRESS", min=0, help="Per minute and process, of one address; 0 is without limit."
    ),
]
LogFormOption = Annotated[
    LogForm, typer.Option("--log-form", envvar="AVILEO_LOG_FORM", help="auto: text on a terminal, else JSON lines.")
]
LogOutputOption = Annotated[
    LogOutput, typer.Option("--log-output", envvar="AVILEO_LOG_OUTPUT", help="Where the log goes.")
]
LogLevelOption = Annotated[
    LogLevel, typer.Option("--log-level", envvar="AVILEO_LOG_LEVEL", help="The least important line that is written.")
]
DataDir = Annotated[
    Path | None,
    typer.Option(
        envvar="AVILEO_DATA_DIR", help="Folder of the embedded PostgreSQL, used where DATABASE_URL is not set."
    ),
]
