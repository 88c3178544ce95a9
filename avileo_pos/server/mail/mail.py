"""Letters by SMTP, sent on threads of their own, so that nobody waits for a mail server or learns from its delay."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from ipaddress import ip_address
from threading import BoundedSemaphore
from typing import Final, Self
from urllib.parse import unquote, urlsplit

import structlog

log = structlog.get_logger(__name__)

PATIENCE: Final = 10.0  # seconds for each word of the mail server
MOST_WAITING: Final = 100
_THREADS: Final = 2
_PORTS: Final = {"smtp": 587, "smtps": 465}
_HOW_IT_LOOKS: Final = "SMTP_URL must look like smtp://user:password@host:587 or smtps://user:password@host:465."


@dataclass(frozen=True, slots=True)
class Letter:
    """A text to one person."""

    to: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters are handed in. `is_tls`: encrypted from the first byte, else by STARTTLS before all else."""

    host: str
    port: int
    is_tls: bool
    user: str
    password: str = field(repr=False)
    sender: str

    @classmethod
    def of(cls, url: str, sender: str = "") -> Self:
        """By `smtp[s]://[user:password@]host[:port]`; the user is the sender where none is named.

        Raises ValueError with a sentence for the operator.
        """
        try:
            parts = urlsplit(url)
            port = parts.port or _PORTS[parts.scheme]
        except (KeyError, ValueError):
            raise ValueError(_HOW_IT_LOOKS) from None
        if not parts.hostname:
            raise ValueError(_HOW_IT_LOOKS)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        if "@" not in (sender or user):
            raise ValueError("MAIL_FROM must be the address from which letters come.")
        return cls(parts.hostname, port, parts.scheme == "smtps", user, password, sender or user)

    def deliver(self, letter: Letter) -> None:
        """Hand the letter in. Raises SMTPException, OSError."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, letter.to, letter.subject
        message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain=self.sender.rpartition("@")[2])
        message.set_content(letter.text)
        with self._connected() as smtp:
            if self.user:
                smtp.login(self.user, self.password)
            smtp.send_message(message, self.sender, [letter.to])

    def _connected(self) -> smtplib.SMTP:
        trusted = ssl.create_default_context()
        if self.is_tls:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=PATIENCE, context=trusted)
        smtp = smtplib.SMTP(self.host, self.port, timeout=PATIENCE)
        try:
            smtp.ehlo()
            if smtp.has_extn("starttls") or not self._is_this_machine():
                smtp.starttls(context=trusted)
                smtp.ehlo()
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _is_this_machine(self) -> bool:
        """A relay that is reached without a network may do without encryption."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def mail_server_of(environment: Mapping[str, str]) -> MailServer | None:
    """By SMTP_URL and MAIL_FROM; None where no mail is set up. Raises ValueError with a sentence for the operator."""
    url = environment.get("SMTP_URL")
    return MailServer.of(url, environment.get("MAIL_FROM", "")) if url else None


class Mail:
    """Letters on their way. One that cannot be delivered is told to the log, and asked for again by who misses it."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="mail")
        self._places = BoundedSemaphore(MOST_WAITING)

    def post(self, write: Callable[[], Letter | None]) -> None:
        """Send the letter that `write` makes, if any. It is written on the other thread too."""
        if not self._places.acquire(blocking=False):
            log.warning("mail_dropped", why="too many letters wait")
            return
        self._threads.submit(self._write_and_deliver, write)

    def close(self) -> None:
        """What is on its way still leaves; what waits behind it does not."""
        self._threads.shutdown(cancel_futures=True)

    def _write_and_deliver(self, write: Callable[[], Letter | None]) -> None:
        try:
            letter = write()
            if letter is not None:
                self._server.deliver(letter)
        except (smtplib.SMTPException, OSError) as trouble:
            log.warning("mail_not_sent", why=f"{type(trouble).__name__}: {trouble}")
        except Exception:
            log.exception("mail_failed")  # nobody waits for this thread, so it is told here
        finally:
            self._places.release()
