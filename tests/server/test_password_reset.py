"""Who has forgotten the password asks for a letter, and sets a new one by its link."""

from __future__ import annotations

import re
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from smtplib import SMTPException
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from httpx import Client, Response
from sqlalchemy import delete, select

from avileo_pos.server.app import build_app
from avileo_pos.server.central import ServerSettings
from avileo_pos.server.mail.mail import Letter, MailServer, mail_server_of
from avileo_pos.tables.server.better_auth import account, verification
from tests.mailbox import open_mailbox
from tests.server.town import ADDRESS, SECRET, START, Person, Town, refusal
from tests.serving import serving

NEW = "gallo de oro"


def ask(person: Person, **more: str) -> Response:
    return person.client.post("/api/auth/request-password-reset", json={"email": person.email, **more})


def link_in_letter(town: Town) -> str:
    letter = town.mailbox.next_letter()
    found = re.search(r"https?://\S+", letter.get_content())
    assert found is not None
    return found[0]


def token_for(town: Town, person: Person) -> str:
    ask(person)
    return link_in_letter(town).rpartition("/")[2]


def set_new(person: Person, token: str, password: str = NEW) -> Response:
    return person.client.post("/api/auth/reset-password", json={"newPassword": password, "token": token})


def test_a_forgotten_password_is_replaced_by_a_letter(town: Town) -> None:
    ana, other_till = town.sign_up("Ana"), town.visitor()
    other_till.email = ana.email
    other_till.sign_in()
    assert set_new(ana, token_for(town, ana)).json() == {"status": True}
    assert not ana.is_signed_in()
    assert not other_till.is_signed_in()
    assert refusal(ana.sign_in()) == (401, "INVALID_EMAIL_OR_PASSWORD")
    assert ana.sign_in(NEW).status_code == 200


def test_the_token_stands_where_better_auth_looks_for_it(town: Town) -> None:
    ana = town.sign_up("Ana")
    token = token_for(town, ana)
    with town.database.transaction() as connection:
        proof = connection.execute(
            select(verification).where(verification.c.identifier == f"reset-password:{token}")
        ).one()
    assert (proof.value, proof.expires_at) == (ana.user_id, START + timedelta(hours=1))


def test_a_known_and_an_unknown_email_are_answered_alike(town: Town) -> None:
    known, unknown = ask(town.sign_up("Ana")), ask(town.visitor("Eva"))
    assert known.status_code == unknown.status_code == 200
    assert known.json() == unknown.json()
    assert known.json()["status"] is True
    town.mailbox.next_letter()
    assert town.mailbox.is_empty()


def test_the_letter_is_in_spanish_and_says_how_long_it_serves(town: Town) -> None:
    ana = town.sign_up("Ana Ñahui")
    ask(ana)
    letter = town.mailbox.next_letter()
    assert (letter["To"], letter["From"]) == (ana.email, "avileo@example.com")
    assert "Hola, Ana Ñahui" in letter.get_content()
    assert "durante una hora" in letter.get_content()


def test_a_link_serves_once_and_takes_older_ones_with_it(town: Town) -> None:
    ana = town.sign_up("Ana")
    older, newer = token_for(town, ana), token_for(town, ana)
    assert set_new(ana, newer).status_code == 200
    assert refusal(set_new(ana, newer)) == (400, "INVALID_TOKEN")
    assert refusal(set_new(ana, older)) == (400, "INVALID_TOKEN")


def test_a_link_is_over_after_an_hour(town: Town) -> None:
    ana = town.sign_up("Ana")
    token = token_for(town, ana)
    town.clock.move(hours=1)
    assert refusal(set_new(ana, token)) == (400, "INVALID_TOKEN")
    assert ana.sign_in().status_code == 200


def test_a_password_that_is_too_short_does_not_use_up_the_link(town: Town) -> None:
    ana = town.sign_up("Ana")
    token = token_for(town, ana)
    assert refusal(set_new(ana, token, "corta")) == (400, "PASSWORD_TOO_SHORT")
    assert refusal(set_new(ana, token, "x" * 129)) == (400, "PASSWORD_TOO_LONG")
    assert set_new(ana, token).status_code == 200


@pytest.mark.parametrize("token", ["", "x", "%", "reset-password:"])
def test_an_invented_token_opens_nothing(town: Town, token: str) -> None:
    assert refusal(set_new(town.visitor(), token)) == (400, "INVALID_TOKEN")


def test_who_never_had_a_password_gets_one(town: Town) -> None:
    ana = town.sign_up("Ana")
    with town.database.transaction() as connection:
        connection.execute(delete(account).where(account.c.user_id == ana.user_id))
    assert set_new(ana, token_for(town, ana)).status_code == 200
    assert ana.sign_in(NEW).status_code == 200


def test_the_token_may_stand_in_the_query_as_in_better_auth(town: Town) -> None:
    ana = town.sign_up("Ana")
    token = token_for(town, ana)
    answer = ana.client.post(f"/api/auth/reset-password?token={token}", json={"newPassword": NEW})
    assert answer.status_code == 200


def test_a_web_client_gets_the_token_at_its_own_page(town: Town) -> None:
    ana = town.sign_up("Ana")
    ask(ana, redirectTo="/entrar?lang=es")
    link = link_in_letter(town)
    assert link.startswith(f"{ADDRESS}/api/auth/reset-password/")
    led_to = ana.client.get(link.removeprefix(ADDRESS)).headers["location"]
    assert led_to.startswith("/entrar?lang=es&token=")
    assert set_new(ana, parse_qs(urlsplit(led_to).query)["token"][0]).status_code == 200
    again = ana.client.get(link.removeprefix(ADDRESS))
    assert (again.status_code, again.headers["location"]) == (302, "/entrar?lang=es&error=INVALID_TOKEN")


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "evil", "https://["]
)
def test_no_letter_leads_to_another_site(town: Town, elsewhere: str) -> None:
    ana = town.sign_up("Ana")
    assert refusal(ask(ana, redirectTo=elsewhere)) == (403, "INVALID_CALLBACK_URL")
    follow = ana.client.get("/api/auth/reset-password/x", params={"callbackURL": elsewhere})
    assert refusal(follow) == (403, "INVALID_CALLBACK_URL")
    assert town.mailbox.is_empty()


def test_nobody_can_fill_a_mailbox(town: Town) -> None:
    ana, eva = town.sign_up("Ana"), town.visitor("Eva")
    for person in (ana, eva):
        assert [ask(person).status_code for _ in range(5)] == [200, 200, 200, 200, 429]


def test_a_failing_mail_server_is_no_error_for_the_person(town: Town) -> None:
    ana = town.sign_up("Ana")
    town.mailbox.refuses = True
    assert ask(ana).json() == ask(town.visitor("Eva")).json()
    assert ana.email.upper() in town.mailbox.next_refused().upper()
    town.mailbox.refuses = False
    assert set_new(ana, token_for(town, ana)).status_code == 200


def test_without_mail_central_says_so(town: Town) -> None:
    app = build_app(town.database, ServerSettings(SECRET, ADDRESS), town.clock)
    with serving(app) as address, Client(base_url=address) as client:
        answers = [
            client.post("/api/auth/request-password-reset", json={"email": email})
            for email in (town.sign_up("Ana").email, "nobody@example.com")
        ]
    assert [refusal(answer) for answer in answers] == [(400, "RESET_PASSWORD_DISABLED")] * 2


def test_the_page_of_the_letter_sets_the_password_without_a_script(town: Town) -> None:
    ana = town.sign_up("Ana")
    ask(ana)
    page = link_in_letter(town).removeprefix(ADDRESS)
    form = ana.client.get(page)
    assert 'autocomplete="new-password"' in form.text
    assert "<script" not in form.text
    assert form.headers["referrer-policy"] == "no-referrer"
    different = ana.client.post(page, data={"new": NEW, "again": "gallo de plata"})
    assert "no son iguales" in different.text
    short = ana.client.post(page, data={"new": "gallo", "again": "gallo"})
    assert "al menos 8 caracteres" in short.text
    assert "Listo" in ana.client.post(page, data={"new": NEW, "again": NEW}).text
    assert "ya no sirve" in ana.client.get(page).text
    assert ana.sign_in(NEW).status_code == 200


@pytest.mark.parametrize("body", [b"", b"\xff&&&=%ff", b"new=a" * 1000, b"a=1&" * 100])
def test_the_page_takes_nonsense_for_no_password(town: Town, body: bytes) -> None:
    answer = town.visitor().client.post("/nueva-contrasena/x", content=body)
    assert (answer.status_code, "<h1>" in answer.text) == (400, True)


def test_mail_is_set_up_by_one_address() -> None:
    server = mail_server_of({"SMTP_URL": "smtps://ana%40example.com:se%2Fcreto@mail.example", "MAIL_FROM": ""})
    assert server == MailServer("mail.example", 465, True, "ana@example.com", "se/creto", "ana@example.com")
    assert "se/creto" not in repr(server)
    assert mail_server_of({}) is None


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "smtp://mail.example", "smtp://mail.example:x"])
def test_a_mail_address_that_cannot_work_is_told_to_the_operator(url: str) -> None:
    with pytest.raises(ValueError, match=r"SMTP_URL|MAIL_FROM"):
        mail_server_of({"SMTP_URL": url})


def nobodys_certificate(folder: Path) -> ssl.SSLContext:
    """For 127.0.0.1, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    now = datetime.now(UTC)
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False)
    pem = builder.sign(key, SHA256()).public_bytes(Encoding.PEM)
    pem += key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "nobody.pem").write_bytes(pem)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "nobody.pem")
    return context


def test_a_mail_server_that_cannot_prove_its_name_gets_no_letter(tmp_path: Path) -> None:
    with open_mailbox(nobodys_certificate(tmp_path)) as mailbox:
        server = MailServer("127.0.0.1", mailbox.server_address[1], True, "ana", "secreto", "ana@example.com")
        with pytest.raises(ssl.SSLCertVerificationError):
            server.deliver(Letter("eva@example.com", "Hola", "Hola"))
        assert mailbox.is_empty()


def test_a_mail_server_elsewhere_gets_no_letter_in_the_clear(town: Town) -> None:
    server = MailServer("0.0.0.0", town.mailbox.server_address[1], False, "", "", "ana@example.com")
    with pytest.raises((SMTPException, OSError)):
        server.deliver(Letter("eva@example.com", "Hola", "Hola"))
    assert town.mailbox.is_empty()


def test_a_token_that_could_never_be_stored_is_refused_like_any_other_garbage(town: Town) -> None:
    visitor = town.visitor()
    typed = visitor.client.post("/api/auth/reset-password?token=%00", json={"newPassword": "gallina blanca"})
    followed = visitor.client.get("/api/auth/reset-password/%00?callbackURL=/")
    opened = visitor.client.get("/nueva-contrasena/%00")
    assert [typed.status_code, followed.status_code] == [400, 400]
    assert opened.status_code < 500
