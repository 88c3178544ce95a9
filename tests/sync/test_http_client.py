"""Central over HTTP: what goes over the wire, and what each kind of failure is called."""

from __future__ import annotations

import gzip
import itertools
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.protocol import PushRequest
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
from avileo_pos.sync.http_client import HttpCentral
from avileo_pos.tables.base import instant_text
from tests.replica.till import BUSINESS, NOON
from tests.sync.scripted_server import Answer, ScriptedServer, scripted_server

DEVICE = uuid4()
PUSH_ANSWER = {"epoch": "e", "head": 7, "server_time": instant_text(NOON), "results": []}
PULL_ANSWER = PUSH_ANSWER | {"cursor": "c", "complete": True, "snapshot": False, "tables": []}


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as scripted:
        yield scripted


@pytest.fixture
def client(server: ScriptedServer) -> Iterator[HttpCentral]:
    with HttpCentral(server.address, lambda: "a-token") as opened:
        yield opened


def request_of(size: int = 0) -> PushRequest:
    operations = [msgspec.Raw(msgspec.json.encode({"padding": "pollo " * size}))] if size else []
    return PushRequest(str(uuid4()), str(BUSINESS), instant_text(NOON), operations)


def test_signing_out_ends_the_session_of_the_token(client: HttpCentral, server: ScriptedServer) -> None:
    server.will_answer(Answer(body={"success": True}))
    client.sign_out()
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("POST", "/api/auth/sign-out")
    assert {name.lower(): value for name, value in asked.headers.items()}["authorization"] == "Bearer a-token"


def test_every_request_says_who_asks_and_in_which_words(client: HttpCentral, server: ScriptedServer) -> None:
    server.will_answer(Answer(body=PUSH_ANSWER))
    assert client.push(request_of()).head == 7
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("POST", "/api/sync/push")
    assert asked.headers["Authorization"] == "Bearer a-token"
    assert asked.headers["X-Avileo-Protocol"] == "1"
    assert "gzip" in asked.headers["Accept-Encoding"]


def test_a_large_push_is_compressed_and_a_small_one_is_not(client: HttpCentral, server: ScriptedServer) -> None:
    server.will_answer(Answer(body=PUSH_ANSWER), Answer(body=PUSH_ANSWER))
    small, large = request_of(), request_of(size=20_000)
    client.push(small)
    client.push(large)
    assert [asked.body for asked in server.asked] == [msgspec.json.encode(small), msgspec.json.encode(large)]
    assert server.asked[0].bytes_on_the_wire == len(server.asked[0].body)
    assert server.asked[1].bytes_on_the_wire < len(server.asked[1].body) / 10


def test_a_compressed_page_is_read(client: HttpCentral, server: ScriptedServer) -> None:
    packed = gzip.compress(msgspec.json.encode(PULL_ANSWER))
    server.will_answer(Answer(body=packed, headers={"Content-Encoding": "gzip"}))
    assert client.pull(BUSINESS, DEVICE, "a cursor&more", 500).complete
    asked = f"business_id={BUSINESS}&device_id={DEVICE}&limit=500&cursor=a+cursor%26more"
    assert server.asked[0].path == f"/api/sync/pull?{asked}"


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (Answer(401, {"code": "UNAUTHORIZED", "message": ""}), SignedOut, "signed_out"),
        (Answer(403, {"code": "DEVICE_REVOKED", "message": ""}), SignedOut, "device_revoked"),
        (Answer(410, {"code": "RESYNC", "message": ""}), ResyncNeeded, "resync_needed"),
        (Answer(426, {"code": "UPGRADE", "message": ""}), TooOld, "too_old"),
        (Answer(400, {"code": "BAD", "message": ""}), RequestRefused, "bad"),
        (Answer(413, b"<html>", "text/html"), RequestRefused, "too_large"),
        (Answer(500, b"<html>", "text/html"), CentralBusy, "central_busy"),
        (Answer(502, b"", "text/plain"), CentralBusy, "central_busy"),
        (Answer(408, {"code": "SLOW"}), CentralBusy, "slow"),
        (Answer(425, {"code": "EARLY"}), CentralBusy, "early"),
        (Answer(429, {"code": "TOO_MANY_ATTEMPTS"}), CentralBusy, "too_many_attempts"),
        (Answer(301, b"", headers={"Location": "https://central.example"}), WrongAddress, "redirected"),
        (Answer(200, b"<html>", "text/html"), WrongAddress, "not_central"),
        (Answer(404, b"<html>", "text/html"), WrongAddress, "not_central"),
        (Answer(403, b"<html>", "text/html"), WrongAddress, "not_central"),
        (Answer(200, {"hello": "world"}), WrongAddress, "not_central"),
        (Answer(200, b"{"), WrongAddress, "not_central"),
        (Answer(200, PUSH_ANSWER, breaks_off=True), CentralUnreachable, "interrupted"),
        (Answer(200, b"no gzip", headers={"Content-Encoding": "gzip"}), CentralUnreachable, "interrupted"),
    ],
)
def test_each_failure_has_its_name(
    client: HttpCentral, server: ScriptedServer, answer: Answer, kind: type[CentralTrouble], code: str
) -> None:
    server.will_answer(answer)
    with pytest.raises(CentralTrouble) as trouble:
        client.push(request_of())
    assert (type(trouble.value), trouble.value.code) == (kind, code)


@pytest.mark.parametrize(("said", "wait"), [("7", timedelta(seconds=7)), ("", None), ("soon", None)])
def test_the_wait_that_central_asks_for_is_read(
    client: HttpCentral, server: ScriptedServer, said: str, wait: timedelta | None
) -> None:
    server.will_answer(Answer(503, {"code": "BUSY"}, headers={"Retry-After": said}))
    with pytest.raises(CentralBusy) as trouble:
        client.push(request_of())
    assert trouble.value.retry_after == wait


@pytest.mark.parametrize("said", ["99999999999999", "9" * 5_000, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_no_till_falls_silent_for_years_because_it_was_asked_to(
    client: HttpCentral, server: ScriptedServer, said: str
) -> None:
    server.will_answer(Answer(503, {"code": "BUSY"}, headers={"Retry-After": said}))
    with pytest.raises(CentralBusy) as trouble:
        client.push(request_of())
    assert trouble.value.retry_after == timedelta(hours=1)


def test_a_wait_until_a_date_is_read(client: HttpCentral, server: ScriptedServer) -> None:
    long_ago = {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}
    server.will_answer(Answer(503, {"code": "BUSY"}, headers=long_ago))
    with pytest.raises(CentralBusy) as trouble:
        client.push(request_of())
    assert trouble.value.retry_after == timedelta()


def test_nobody_there_is_no_route() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with (
            HttpCentral(f"http://127.0.0.1:{taken.getsockname()[1]}", lambda: None) as client,
            pytest.raises(CentralUnreachable, match="refused") as trouble,
        ):
            client.digest(BUSINESS, DEVICE)
    assert trouble.value.code == "no_route"


def test_a_name_that_nobody_knows_is_no_address() -> None:
    with (
        HttpCentral("http://central.invalid", lambda: None) as client,
        pytest.raises(CentralUnreachable) as trouble,
    ):
        client.digest(BUSINESS, DEVICE)
    assert trouble.value.code == "no_address"


def test_an_https_address_that_speaks_no_tls_is_told(server: ScriptedServer) -> None:
    with (
        HttpCentral(server.address.replace("http:", "https:"), lambda: None) as client,
        pytest.raises(CentralUnreachable) as trouble,
    ):
        client.digest(BUSINESS, DEVICE)
    assert trouble.value.code == "tls"


def test_a_server_that_nobody_vouches_for_is_told_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As whoever stands between till and central would have to be; one whom this PC trusts is believed."""
    certificate = tmp_path / "server.pem"
    with scripted_server(tls_of_ones_own(certificate)) as server:
        with HttpCentral(server.address, lambda: None) as client, pytest.raises(CentralUnreachable) as trouble:
            client.sign_in("ana@example.com", "pollo-fresco-7")
        assert (trouble.value.code, server.asked) == ("tls", [])
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        server.will_answer(Answer(body={"token": "a-token"}))
        with HttpCentral(server.address, lambda: None) as client:
            assert client.sign_in("ana@example.com", "pollo-fresco-7") == "a-token"


def tls_of_ones_own(certificate: Path) -> ssl.SSLContext:
    """For 127.0.0.1, signed by nobody else; written to that file with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now - timedelta(days=1), now + timedelta(days=1)
    )
    signed = made.add_extension(here, critical=False).sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    certificate.write_bytes(secret + signed.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_an_answer_that_drips_for_ever_is_given_up(server: ScriptedServer) -> None:
    hours = itertools.count(step=3600)
    server.will_answer(Answer(body=PUSH_ANSWER))
    with (
        HttpCentral(server.address, lambda: None, timer=lambda: next(hours)) as client,
        pytest.raises(CentralUnreachable) as trouble,
    ):
        client.digest(BUSINESS, DEVICE)
    assert trouble.value.code == "timeout"


def test_signing_in_gives_a_token(client: HttpCentral, server: ScriptedServer) -> None:
    server.will_answer(Answer(body={"redirect": False, "token": "new", "user": {"id": "u"}}))
    assert client.sign_in("ana@example.com", "secreto-123") == "new"
    assert msgspec.json.decode(server.asked[0].body) == {
        "email": "ana@example.com",
        "password": "secreto-123",
        "rememberMe": True,
    }


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(401, {"code": "INVALID_EMAIL_OR_PASSWORD", "message": ""}), "wrong_password"),
        (Answer(400, {"code": "INVALID_EMAIL", "message": ""}), "email_invalid"),
    ],
)
def test_a_wrong_sign_in_is_the_persons_to_put_right(
    client: HttpCentral, server: ScriptedServer, answer: Answer, code: str
) -> None:
    server.will_answer(answer)
    with pytest.raises(BusinessRuleBroken, match=code):
        client.sign_in("ana@example.com", "secreto-123")


def test_memberships_and_enrolment_are_read(client: HttpCentral, server: ScriptedServer) -> None:
    ana = Membership(BUSINESS, "Avícola Ana", uuid4(), "Ana", BusinessUserRole.ADMIN_NEGOCIO)
    server.will_answer(Answer(body={"user": {}, "businesses": [msgspec.to_builtins(ana)]}))
    server.will_answer(Answer(body={"receipt_series": "A1", "last_receipt": 41}))
    assert client.memberships() == (ana,)
    assert client.enrol(BUSINESS, uuid4(), "Caja 1") == Enrolment("A1", 41)


def test_a_session_of_one_time_is_told_from_one_that_is_over(client: HttpCentral, server: ScriptedServer) -> None:
    server.will_answer(Answer(403, {"code": "password_must_change", "message": "Set a new password first."}))
    with pytest.raises(BusinessRuleBroken, match="password_must_change"):
        client.memberships()
    server.will_answer(Answer(401, {"code": "UNAUTHORIZED", "message": "Sign in first."}))
    with pytest.raises(SignedOut, match="Sign in first"):
        client.memberships()


def test_a_password_is_changed_by_the_one_of_now(client: HttpCentral, server: ScriptedServer) -> None:
    server.will_answer(Answer(body={"token": None, "user": {"id": "x"}}))
    client.change_password("7K3QM-0XWZB", "gallo de oro")
    (asked,) = server.asked
    assert asked.path == "/api/auth/change-password"
    assert msgspec.json.decode(asked.body) == {"currentPassword": "7K3QM-0XWZB", "newPassword": "gallo de oro"}


@pytest.mark.parametrize(
    ("code", "rule"), [("INVALID_PASSWORD", "wrong_password"), ("PASSWORD_NOT_NEW", "password_not_new")]
)
def test_a_wrong_new_password_is_the_persons_to_put_right(
    client: HttpCentral, server: ScriptedServer, code: str, rule: str
) -> None:
    server.will_answer(Answer(400, {"code": code, "message": ""}))
    with pytest.raises(BusinessRuleBroken, match=rule):
        client.change_password("7K3QM-0XWZB", "gallo de oro")
