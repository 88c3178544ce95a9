"""What Prometheus may ask of central, summed over all worker processes.

Several processes write into files of one folder, which the library reads when it is asked; `metrics_folder` must have
named the folder before this module is imported, as the library chooses its kind of figures at import.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final

import psutil
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from sqlalchemy import Engine, event

from avileo_pos.protocol.words import OperationResult
from avileo_pos.server.http.metrics_folder import METRICS_FOLDER
from avileo_pos.server.push.parse_push import Arrived, Push

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
MOST_DEVICES: Final = 1_000
OTHER_DEVICES: Final = "other"

_GONE: Final = "gone"
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

_requests = Counter("avileo_requests", "Requests by route and status.", ("method", "route", "status"))
_request_seconds = Histogram(
    "avileo_request_seconds",
    "How long a request took, push and pull among them.",
    ("method", "route"),
    buckets=_SECONDS,
)
_operations = Counter("avileo_operations", "Operations that tills sent, by central's word on them.", ("status",))
_quarantined = Counter("avileo_operations_quarantined", "Operations that were put aside, by the reason.", ("code",))
_conflicts = Counter("avileo_conflicts", "Fields of cards that two people had changed.")
_operations_in_a_push = Histogram(
    "avileo_push_operations", "Operations in a push.", buckets=(0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000)
)
_oldest_operation = Gauge(
    "avileo_device_oldest_operation_seconds",
    "How old, by the till's own clock, the oldest operation in the last push of a device was.",
    ("device_id",),
    multiprocess_mode="mostrecent",
)
_connections_in_use = Gauge(
    "avileo_database_connections_in_use", "Connections to PostgreSQL at work.", multiprocess_mode="livesum"
)
_connections_allowed = Gauge(
    "avileo_database_connections_allowed", "Connections to PostgreSQL at most.", multiprocess_mode="livesum"
)
_devices_told: Final[set[str]] = set()


def all_figures() -> bytes:
    """In Prometheus's text form."""
    return generate_latest(_registry())


def observe_request(method: str, route: str, status: int | None, seconds: float) -> None:
    _requests.labels(method, route, status or _GONE).inc()
    _request_seconds.labels(method, route).observe(seconds)


def observe_push(push: Push, results: Iterable[OperationResult]) -> None:
    """A push that was answered."""
    _operations_in_a_push.observe(len(push.operations))
    _oldest_operation.labels(_device_label(push.device_id)).set(_oldest_in(push))
    for result in results:
        _operations.labels(str(result.status)).inc()
        _conflicts.inc(len(result.conflicts))
        if result.status == "quarantined":
            _quarantined.labels(result.code or "unknown").inc()


def observe_connections(engine: Engine, allowed: int) -> None:
    """Count the connections of this pool while they are at work."""
    _connections_allowed.set(allowed)
    event.listen(engine, "checkout", lambda *_: _connections_in_use.inc())
    event.listen(engine, "checkin", lambda *_: _connections_in_use.dec())


def forget_dead_processes() -> None:
    """Leave out what killed processes had in use; what they had counted stays."""
    if folder := os.environ.get(METRICS_FOLDER):
        for process in {int(file.stem.rpartition("_")[2]) for file in Path(folder).glob("gauge_live*.db")}:
            if not psutil.pid_exists(process):
                mark_process_dead(process)  # type: ignore[no-untyped-call]


def _registry() -> CollectorRegistry:
    if METRICS_FOLDER not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def _device_label(device_id: str) -> str:
    """Each process tells apart the first devices that it hears of, so that nobody can fill the memory with lines."""
    if device_id not in _devices_told and len(_devices_told) >= MOST_DEVICES:
        return OTHER_DEVICES
    _devices_told.add(device_id)
    return device_id


def _oldest_in(push: Push) -> float:
    """0 for a push without operations; both instants are the till's, so that its clock may be wrong."""
    ages = [push.client_time - born for born in map(_moment, push.operations) if born is not None]
    return max(0.0, *(age.total_seconds() for age in ages)) if ages else 0.0


def _moment(arrived: Arrived) -> datetime | None:
    """None where the till wrote down no moment that exists."""
    try:
        return datetime.fromisoformat(arrived.created_at)
    except ValueError:
        return None
