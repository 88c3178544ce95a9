"""`avileo-server serve` as an operator runs it: processes of its own, a log in a file, and a signal to end."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from avileo_pos.server.business import sample
from avileo_pos.server.business.sample import SampleMember
from avileo_pos.server.postgres.isolation import service_url

LONGEST_WAIT = 60  # seconds


@dataclass(frozen=True, slots=True)
class Served:
    """A central that answers at `address`."""

    address: str
    log_file: Path
    process: subprocess.Popen[bytes]

    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log_file.read_text(encoding="utf-8").splitlines()]

    def line_of(self, request_id: str) -> dict[str, Any]:
        """The one line of this request, which is written once it is answered."""

        def lines() -> list[dict[str, Any]]:
            return [line for line in self.log() if line["event"] == "request" and line["request_id"] == request_id]

        wait_until(lambda: bool(lines()), "the request is in the log")
        [line] = lines()
        return line

    def workers(self) -> list[psutil.Process]:
        """The processes that answer, beside those that only help multiprocessing."""
        return [child for child in psutil.Process(self.process.pid).children() if _answers(child)]

    def figure(self, name: str, **labels: str) -> float:
        """The sum of a metric's lines that have these labels."""
        told = httpx.get(f"{self.address}/metrics").text
        wanted = {f'{label}="{value}"' for label, value in labels.items()}
        lines = re.findall(rf"^{name}(?:{{(.*)}})? (\S+)$", told, re.MULTILINE)
        return sum(float(value) for found, value in lines if all(each in found for each in wanted))

    def sign_in(self, member: SampleMember) -> httpx.Client:
        who = {"email": member.email, "password": sample.PASSWORD}
        token = httpx.post(f"{self.address}/api/auth/sign-in/email", json=who).json()["token"]
        return httpx.Client(base_url=self.address, headers={"Authorization": f"Bearer {token}"})

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(LONGEST_WAIT)


@contextmanager
def served(url: str, folder: Path, *options: str, **environment: str) -> Iterator[Served]:
    """Central on a migrated database, which is killed at the end unless it was ended before; `url` is the owner's."""
    at = {"DATABASE_URL": service_url(url), "OWNER_DATABASE_URL": url}
    port, log_file = free_port(), folder / f"central-{time.monotonic_ns()}.log"
    command = [sys.executable, "-m", "avileo_pos.server", "serve", "--port", str(port), "--log-form", "json", *options]
    with log_file.open("wb") as log:
        process = subprocess.Popen(command, env=os.environ | at | environment, stderr=log, stdin=subprocess.DEVNULL)
        central = Served(f"http://127.0.0.1:{port}", log_file, process)
        try:
            wait_until(lambda: _is_ready(central), "central answers")
            yield central
        finally:
            for child in psutil.Process(process.pid).children(recursive=True) if process.poll() is None else ():
                child.kill()
            process.kill()
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(holds: Callable[[], bool], what: str) -> None:
    give_up = time.monotonic() + LONGEST_WAIT
    while not holds():
        if time.monotonic() > give_up:
            raise AssertionError(f"in vain waited until {what}")
        time.sleep(0.05)


def _is_ready(central: Served) -> bool:
    assert central.process.poll() is None, central.log_file.read_text(encoding="utf-8")
    try:
        return httpx.get(f"{central.address}/readyz").is_success
    except httpx.TransportError:
        return False


def _answers(process: psutil.Process) -> bool:
    try:
        return "spawn_main" in " ".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return False
