"""Central over HTTP: bounded in time whatever the line does, and every kind of failure told apart."""

from __future__ import annotations

import gzip
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any, Final, Self, TypeAlias, TypeVar
from uuid import UUID

import httpx
import msgspec

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.protocol import PROTOCOL_VERSION, DigestAnswer, PullPage, PushAnswer, PushRequest
from avileo_pos.protocol.branches import NextPush, TakenPush
from avileo_pos.sync.central import (
    CentralBusy,
    CentralTrouble,
    CentralUnreachable,
    Enrolment,
    Membership,
    RequestRefused,
    ResyncNeeded,
    SignedOut,
    TooOld,
    WrongAddress,
)

COMPRESSED_ABOVE: Final = 1024  # bytes
SECONDS_FOR_ANY_REQUEST: Final = 30.0
SLOWEST_LINE: Final = 500  # bytes a second
LONGEST_ASKED: Final = 3_600.0  # seconds; what a proxy asks for may be years, in which no till would sync
# What the slowest line takes within the time for one write.
_SENT_AT_ONCE: Final = 8 * 1024
_TIMEOUTS: Final = httpx.Timeout(connect=10.0, read=30.0, write=30.0, pool=10.0)
_COME_BACK_LATER: Final = frozenset({408, 425, 429})

_Params: TypeAlias = Mapping[str, str | Sequence[str]]

T = TypeVar("T")


class _Person(msgspec.Struct, frozen=True):
    businesses: tuple[Membership, ...]


class _SignedIn(msgspec.Struct, frozen=True):
    token: str


class _SignedOut(msgspec.Struct, frozen=True):
    success: bool


class _Changed(msgspec.Struct, frozen=True):
    user: msgspec.Raw


class _Refusal(msgspec.Struct, frozen=True):
    code: str
    message: str = ""


class HttpCentral:
    """Central at an address, `https://host[:port]`, in the name of whoever `token` belongs to at the moment."""

    def __init__(
        self,
        address: str,
        token: Callable[[], str | None],
        *,
        timer: Callable[[], float] = monotonic,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._token = token
        self._timer = timer
        self._http = httpx.Client(
            base_url=address,
            timeout=_TIMEOUTS,
            verify=_trusted() if address.startswith("https:") else False,
            headers={"X-Avileo-Protocol": str(PROTOCOL_VERSION), "Accept": "application/json"},
            follow_redirects=False,
            transport=transport,
        )

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_trouble: object) -> None:
        self.close()

    def push(self, request: PushRequest) -> PushAnswer:
        return self._ask(PushAnswer, "POST", "/api/sync/push", body=request)

    def pull(
        self, business_id: UUID, device_id: UUID, cursor: str | None, limit: int, marks: Sequence[str] = ()
    ) -> PullPage:
        wanted = {"business_id": str(business_id), "device_id": str(device_id), "limit": str(limit), "mark": marks}
        return self._ask(PullPage, "GET", "/api/sync/pull", params=wanted | ({"cursor": cursor} if cursor else {}))

    def digest(self, business_id: UUID, device_id: UUID) -> DigestAnswer:
        wanted = {"business_id": str(business_id), "device_id": str(device_id)}
        return self._ask(DigestAnswer, "GET", "/api/sync/digest", params=wanted)

    def next_push(self, business_id: UUID, after: int) -> TakenPush | None:
        """What a branch took after that number of its own."""
        wanted = {"business_id": str(business_id), "after": str(after)}
        return self._ask(NextPush, "GET", "/api/sync/pushes", params=wanted).push

    def enrol(self, business_id: UUID, device_id: UUID, name: str) -> Enrolment:
        said = {"business_id": str(business_id), "device_id": str(device_id), "name": name}
        return self._ask(Enrolment, "POST", "/api/devices", body=said)

    def sign_in(self, email: str, password: str) -> str:
        """The token of a new session. Raises BusinessRuleBroken("wrong_password"), CentralTrouble."""
        said = {"email": email, "password": password, "rememberMe": True}
        try:
            return self._ask(_SignedIn, "POST", "/api/auth/sign-in/email", body=said).token
        except SignedOut as trouble:
            raise BusinessRuleBroken("wrong_password") from trouble
        except RequestRefused as trouble:
            if trouble.code == "invalid_email":
                raise BusinessRuleBroken("email_invalid") from trouble
            raise

    def sign_out(self) -> None:
        """End the session of the token. Raises CentralTrouble."""
        self._ask(_SignedOut, "POST", "/api/auth/sign-out", body={})

    def change_password(self, current: str, new: str) -> None:
        """Of the person of the token.

        Raises BusinessRuleBroken: wrong_password, password_not_new; CentralTrouble.
        """
        said = {"currentPassword": current, "newPassword": new}
        try:
            self._ask(_Changed, "POST", "/api/auth/change-password", body=said)
        except RequestRefused as trouble:
            if trouble.code == "invalid_password":
                raise BusinessRuleBroken("wrong_password") from trouble
            if trouble.code == "password_not_new":
                raise BusinessRuleBroken("password_not_new") from trouble
            raise

    def memberships(self) -> tuple[Membership, ...]:
        """The businesses in which the person of the token works.

        Raises BusinessRuleBroken("password_must_change"), CentralTrouble.
        """
        try:
            return self._ask(_Person, "GET", "/api/me").businesses
        except SignedOut as trouble:
            if trouble.code == "password_must_change":
                raise BusinessRuleBroken("password_must_change") from trouble
            raise

    def _ask(self, kind: type[T], method: str, path: str, *, params: _Params | None = None, body: object = None) -> T:
        answer = self._exchange(method, path, params, None if body is None else msgspec.json.encode(body))
        try:
            return msgspec.json.decode(answer, type=kind)
        except msgspec.MsgspecError as trouble:
            raise WrongAddress("not_central", str(trouble)) from trouble

    def _exchange(self, method: str, path: str, params: _Params | None, body: bytes | None) -> bytes:
        allowance = _Allowance(self._timer)
        headers, content = self._packed(body, allowance)
        try:
            with self._http.stream(method, path, params=params, content=content, headers=headers) as response:
                answer = b"".join(allowance.counted(response.iter_bytes()))
        except httpx.ConnectTimeout as trouble:
            raise CentralUnreachable("no_route", str(trouble)) from trouble
        except httpx.TimeoutException as trouble:
            raise CentralUnreachable("timeout", str(trouble)) from trouble
        except httpx.ConnectError as trouble:
            raise CentralUnreachable(_why_not_connected(trouble), str(trouble)) from trouble
        except (httpx.TransportError, httpx.DecodingError) as trouble:
            raise CentralUnreachable("interrupted", str(trouble)) from trouble
        if not response.is_success or not _is_json(response):
            raise _trouble_of(response, answer)
        return answer

    def _packed(self, body: bytes | None, allowance: _Allowance) -> tuple[dict[str, str], Iterator[bytes] | None]:
        headers = {}
        token = self._token()
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if body is None:
            return headers, None
        headers["Content-Type"] = "application/json"
        if len(body) > COMPRESSED_ABOVE:
            body = gzip.compress(body, 6)
            headers["Content-Encoding"] = "gzip"
        headers["Content-Length"] = str(len(body))
        return headers, allowance.counted(_in_pieces(body))


class _Allowance:
    """The time that a request may take: 30 s, and more for each byte that has really moved."""

    def __init__(self, timer: Callable[[], float]) -> None:
        self._timer = timer
        self._until = timer() + SECONDS_FOR_ANY_REQUEST

    def counted(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """Raises CentralUnreachable("timeout")."""
        for piece in pieces:
            self._until += len(piece) / SLOWEST_LINE
            if self._timer() > self._until:
                raise CentralUnreachable("timeout")
            yield piece


def _trusted() -> ssl.SSLContext:
    """Mozilla's authorities, and those of this PC: virus scanners put theirs between a shop and the world."""
    context = httpx.create_ssl_context()
    context.load_default_certs()
    return context


def _in_pieces(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), _SENT_AT_ONCE):
        yield body[start : start + _SENT_AT_ONCE]


def _is_json(response: httpx.Response) -> bool:
    kind: str = response.headers.get("content-type", "")
    return kind.startswith("application/json")


def _why_not_connected(trouble: BaseException) -> str:
    reasons = list(_causes(trouble))
    if any(isinstance(reason, ssl.SSLError) for reason in reasons):
        return "tls"
    # The resolver's error is a kind of OSError that only the socket module names.
    if any(type(reason).__name__ == "gaierror" for reason in reasons):
        return "no_address"
    return "no_route"


def _causes(trouble: BaseException | None) -> Iterator[BaseException]:
    while trouble is not None:
        yield trouble
        trouble = trouble.__cause__ or trouble.__context__


def _trouble_of(response: httpx.Response, answer: bytes) -> CentralTrouble:
    status, said = response.status_code, _said(answer)
    if response.is_redirect:
        return WrongAddress("redirected", response.headers.get("location", ""))
    if status in _COME_BACK_LATER or status >= 500:
        busy = said or _Refusal("central_busy")
        return CentralBusy(busy.code, busy.message, _retry_after(response.headers))
    if status == 413:  # a proxy on the way may say so too, in its own words
        return RequestRefused(status, "too_large")
    if said is None or not _is_json(response):
        return WrongAddress("not_central", f"{status} {response.headers.get('content-type', '')}")
    return _refusal(status, said)


def _refusal(status: int, said: _Refusal) -> CentralTrouble:
    match status:
        case 401:
            return SignedOut("signed_out", said.message)
        case 403:
            return SignedOut(said.code, said.message)
        case 410:
            return ResyncNeeded()
        case 426:
            return TooOld()
    return RequestRefused(status, said.code, said.message)


def _said(answer: bytes) -> _Refusal | None:
    """Central's `{code, message}`, the code in small letters as all of ours are; None where it is not central's."""
    try:
        said = msgspec.json.decode(answer, type=_Refusal)
    except msgspec.MsgspecError:
        return None
    return _Refusal(said.code.lower(), said.message)


def _retry_after(headers: Mapping[str, Any]) -> timedelta | None:
    """Seconds, or a date (RFC 9110, 10.2.3)."""
    asked = headers.get("retry-after", "")
    try:
        seconds = float(asked) if asked.isdecimal() else _seconds_until(parsedate_to_datetime(asked))
    except (TypeError, ValueError):
        return None
    return timedelta(seconds=min(max(seconds, 0.0), LONGEST_ASKED))


def _seconds_until(at: datetime) -> float:
    return (at - datetime.now(UTC)).total_seconds()
