"""Push, pull and digest: the three addresses of PosSync/1."""

from __future__ import annotations

import gzip
import re
import zlib
from functools import partial
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from avileo_pos.domain.permissions import Permission
from avileo_pos.protocol.branches import NextPush
from avileo_pos.protocol.words import MOST_MARKS, PROTOCOL_VERSION, DigestAnswer, PullPage, PushAnswer, PushRequest
from avileo_pos.server.auth.current_person import SignedIn, ThePerson
from avileo_pos.server.branches import next_push
from avileo_pos.server.business.desk import at_the_desk
from avileo_pos.server.central import Central, TheCentral
from avileo_pos.server.collect_pull import LONGEST_CURSOR, MOST_ROWS, Caller, collect_pull, digest
from avileo_pos.server.errors import Refused
from avileo_pos.server.http.metrics import observe_push
from avileo_pos.server.http.request_log import tell_the_log
from avileo_pos.server.push.apply_push import apply_push
from avileo_pos.server.push.parse_push import BrokenEnvelope, TooMuchAtOnce, parse_push
from avileo_pos.server.routes.sync_words import answers, takes

OLDEST_PROTOCOL: Final = 1
LARGEST_INFLATED: Final = 8 * 2**20  # bytes
WORTH_COMPRESSING: Final = 1024  # bytes

_VERSION: Final = re.compile("[0-9]{1,9}")


class TooOld(Refused):
    """The till's program is older than what is served."""

    def __init__(self) -> None:
        super().__init__(HTTPStatus.UPGRADE_REQUIRED, "too_old", f"Protocol {OLDEST_PROTOCOL} or newer is served.")


async def require_a_known_protocol(request: Request) -> None:
    """Raises TooOld."""
    if _is_too_old(request):
        raise TooOld


def _is_too_old(request: Request) -> bool:
    told = request.headers.get("x-avileo-protocol", str(PROTOCOL_VERSION))
    return not _VERSION.fullmatch(told) or int(told) < OLDEST_PROTOCOL


router = APIRouter(prefix="/api/sync", tags=["sync"], default_response_class=Response)
_TO_KNOWN_TILLS: Final = [Depends(require_a_known_protocol)]


@router.post("/push", openapi_extra=takes(PushRequest), responses=answers(PushAnswer, HTTPStatus.GONE))
async def push(request: Request, central: TheCentral, person: ThePerson) -> Response:
    """Store what people did at a till; every operation is answered on its own, once all is committed.

    410 where a mark of the till's is not in this history, 426 for an edit by a program that is too old, whose sales are
    taken; nothing is stored then.
    """
    body = await request.body()
    return await run_in_threadpool(_push, request, central, person, body)


@router.get("/pull", dependencies=_TO_KNOWN_TILLS, responses=answers(PullPage, HTTPStatus.GONE))
def pull(
    request: Request,
    central: TheCentral,
    person: ThePerson,
    business_id: UUID,
    device_id: UUID,
    cursor: Annotated[str | None, Query(max_length=LONGEST_CURSOR)] = None,
    limit: Annotated[int, Query(ge=1)] = MOST_ROWS,
    marks: Annotated[
        tuple[Annotated[str, Field(max_length=128)], ...], Query(alias="mark", max_length=MOST_MARKS)
    ] = (),
) -> Response:
    """The next rows that this person may see; without a cursor a snapshot begins. 410 asks for one.

    So it does where a `mark`, as the last push and the last pull were answered with it, is not in this history.
    """
    tell_the_log(request.scope, business_id=business_id, device_id=device_id)
    caller = Caller(business_id, device_id, person.user_id)
    page = collect_pull(central.database, caller, cursor, limit, central.now(), marks)
    return _answer(request, page)


@router.get("/digest", dependencies=_TO_KNOWN_TILLS, responses=answers(DigestAnswer))
def digests(request: Request, central: TheCentral, person: ThePerson, business_id: UUID, device_id: UUID) -> Response:
    """How many rows of each collection a till must hold, and the sum of their revisions."""
    tell_the_log(request.scope, business_id=business_id, device_id=device_id)
    found = digest(central.database, Caller(business_id, device_id, person.user_id), central.now())
    return _answer(request, msgspec.json.encode(found))


@router.get(
    "/pushes",
    dependencies=_TO_KNOWN_TILLS,
    responses=answers(NextPush, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND),
)
def pushes(
    request: Request,
    central: TheCentral,
    person: ThePerson,
    business_id: UUID,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
) -> Response:
    """What a branch has taken, push by push, for whoever hands it on to the central whose branch it is."""
    tell_the_log(request.scope, business_id=business_id)
    work = partial(next_push, after=after)
    found = at_the_desk(central, business_id, person.user_id, work, Permission.BUSINESS_SETTINGS)
    return _answer(request, msgspec.json.encode(found))


def _push(request: Request, central: Central, person: SignedIn, body: bytes) -> Response:
    parsed = parse_push(_inflated(request, body))
    if _is_too_old(request) and any(each.operation_type == "update" for each in parsed.operations):
        raise TooOld
    tell_the_log(request.scope, business_id=parsed.business_id, device_id=parsed.device_id)
    answer = apply_push(central.database, parsed, person.user_id, central.now())
    observe_push(parsed, answer.results)
    return _answer(request, msgspec.json.encode(answer))


def _inflated(request: Request, body: bytes) -> bytes:
    """The body as it was before gzip, of which no more is unpacked than may be sent."""
    if request.headers.get("content-encoding", "identity") != "gzip":
        return body
    unpacking = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        inflated = unpacking.decompress(body, LARGEST_INFLATED)
    except zlib.error as trouble:
        raise BrokenEnvelope(str(trouble)) from trouble
    if unpacking.unconsumed_tail:
        raise TooMuchAtOnce
    if not unpacking.eof:
        raise BrokenEnvelope("the gzip stream ends too early")
    return inflated


def _answer(request: Request, content: bytes) -> Response:
    headers = {"Cache-Control": "no-store", "Vary": "Accept-Encoding"}
    if len(content) > WORTH_COMPRESSING and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        content = gzip.compress(content, compresslevel=1)
    return Response(content, media_type="application/json", headers=headers)
