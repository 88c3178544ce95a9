"""Central without a server around it: the product's own push, pull, digest and enrolment, answering HTTP requests.

It stands in for the routes and the middleware alone. Who calls is told by the token, which is the user's id.
"""

from __future__ import annotations

import gzip
import time
import zlib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

import httpx
import msgspec
import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from avileo_pos.server.business.enrol_device import enrol_device
from avileo_pos.server.business.membership import workplaces_of
from avileo_pos.server.collect_pull import Caller, collect_pull, digest
from avileo_pos.server.errors import Refused
from avileo_pos.server.postgres.database import CentralBusy, Database
from avileo_pos.server.postgres.epoch import restored
from avileo_pos.server.push.apply_push import apply_push
from avileo_pos.server.push.parse_push import BrokenEnvelope, parse_push
from tests.simulation.backups import Backup, put_back, take_backup

JSON: Final = {"content-type": "application/json"}


class SimulatedCentral:
    """One business at a central; `owner` may do what central may not."""

    def __init__(self, database: Database, owner: psycopg.Connection[Any], business_id: UUID) -> None:
        self.database = database
        self.owner = owner
        self.business_id = business_id
        self.clock: Callable[[], datetime]
        self.epoch = ""

    def answer(self, request: httpx.Request) -> httpx.Response:
        """What central says to a request that has arrived whole; CentralCrashed where it dies over it."""
        try:
            return httpx.Response(200, headers=JSON, content=self._served(request))
        except Refused as refused:
            return refusal(refused.status, refused.code)
        except msgspec.DecodeError:
            return refusal(400, "broken_request")
        except CentralBusy:
            return refusal(503, "CENTRAL_BUSY", {"retry-after": "1"})
        except (OperationalError, InterfaceError):
            return refusal(503, "DATABASE_UNAVAILABLE", {"retry-after": "5"})

    def backup(self) -> Backup:
        return take_backup(self.owner, str(self.business_id))

    def begin_anew(self, backup: Backup) -> None:
        """As a schedule finds central: in its first epoch, never restored."""
        put_back(self.owner, str(self.business_id), backup)
        self.epoch = "epoch-0"
        self.owner.execute("UPDATE central_identity SET epoch = %s, restored_at = NULL", (self.epoch,))
        self.owner.execute("UPDATE sync_counters SET epoch = %s", (self.epoch,))

    def go_back_to(self, backup: Backup, epoch: str) -> None:
        """Somebody puts a backup back; the name of the epoch that central mints is changed before anybody hears it."""
        put_back(self.owner, str(self.business_id), backup)
        restored(self.database, self.clock())
        minted = self.owner.execute("UPDATE central_identity SET epoch = %s WHERE epoch <> %s", (epoch, self.epoch))
        if minted.rowcount:
            self.epoch = epoch

    def slip_back(self, backup: Backup) -> None:
        """What it had is what it has, and it does not know of anything later."""
        put_back(self.owner, str(self.business_id), backup)

    def wait_until_gone(self, backend: int) -> None:
        """Until PostgreSQL has seen that a connection broke: else a lock might be held by nobody for a while."""
        while self.owner.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", (backend,)).fetchone():
            time.sleep(0.001)

    def _served(self, request: httpx.Request) -> bytes:
        user_id = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not user_id:
            raise Refused(401, "UNAUTHORIZED", "Nobody has signed in.")
        match request.url.path:
            case "/api/sync/push":
                push = parse_push(_inflated(request))
                return msgspec.json.encode(apply_push(self.database, push, user_id, self.clock()))
            case "/api/sync/pull":
                asked = request.url.params
                limit, marks = int(asked["limit"]), asked.get_list("mark")
                caller, now = _caller(asked, user_id), self.clock()
                return collect_pull(self.database, caller, asked.get("cursor"), limit, now, marks)
            case "/api/sync/digest":
                found = digest(self.database, _caller(request.url.params, user_id), self.clock())
                return msgspec.json.encode(found)
            case "/api/devices":
                return self._enrolled(msgspec.json.decode(request.content), user_id)
            case "/api/me":
                return self._workplaces(user_id)
        raise Refused(404, "NOT_FOUND", "There is no such address.")

    def _enrolled(self, said: Mapping[str, str], user_id: str) -> bytes:
        business_id, device_id = UUID(said["business_id"]), UUID(said["device_id"])

        def enrol(connection: Connection) -> bytes:
            given = enrol_device(connection, business_id, device_id, said["name"], user_id, self.clock())
            return msgspec.json.encode(given)

        return self.database.in_transaction(partial(enrol), business_id)

    def _workplaces(self, user_id: str) -> bytes:
        with self.database.transaction(user_id=user_id) as connection:
            return msgspec.json.encode({"businesses": workplaces_of(connection, user_id)})


def refusal(status: int, code: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
    """Central's one form of saying no."""
    said = msgspec.json.encode({"code": code, "message": ""})
    return httpx.Response(status, headers={**JSON, **(headers or {})}, content=said)


def _caller(asked: httpx.QueryParams, user_id: str) -> Caller:
    return Caller(UUID(asked["business_id"]), UUID(asked["device_id"]), user_id)


def _inflated(request: httpx.Request) -> bytes:
    if request.headers.get("content-encoding") != "gzip":
        return request.content
    try:
        return gzip.decompress(request.content)
    except (EOFError, OSError, zlib.error) as trouble:
        raise BrokenEnvelope(str(trouble)) from trouble
