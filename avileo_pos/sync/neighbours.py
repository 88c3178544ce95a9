"""Tills on one local network find the branch that one of them shares, by multicast DNS: nobody types an address.

What is announced: the till's name, its port, and a word from which only the same business's tills can tell that it is
theirs.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from time import sleep
from typing import Final
from uuid import UUID

import ifaddr
from zeroconf import IPVersion, ServiceBrowser, ServiceListener, Zeroconf
from zeroconf import ServiceInfo as Announcement

LISTENS_FOR: Final = 3.0  # seconds
LONGEST_NAME: Final = 60  # characters, of which a record of 255 bytes has room
_KIND: Final = "_avileo._tcp.local."
_ANSWER_TAKES: Final = 3_000  # milliseconds


@dataclass(frozen=True, slots=True, order=True)
class Neighbour:
    """A till that shares: its name, and the address of its branch."""

    name: str
    address: str


@contextmanager
def announced(name: str, port: int, business_id: UUID, addresses: Sequence[str]) -> Iterator[None]:
    """As long as it lasts, the networks of these own addresses are told that this till shares at `port`."""
    if not addresses:
        yield
        return
    said = Announcement(
        _KIND,
        f"{secrets.token_hex(8)}.{_KIND}",  # tills may bear one name, and PCs that were set up from one image as well
        port=port,
        properties={"name": name[:LONGEST_NAME], "business": _word_of(business_id)},
        parsed_addresses=list(addresses),
    )
    with Zeroconf(interfaces=list(addresses), ip_version=IPVersion.V4Only) as network:
        network.register_service(said)
        try:
            yield
        finally:
            network.unregister_service(said)


def neighbours(business_id: UUID, addresses: Sequence[str], listens_for: float = LISTENS_FOR) -> tuple[Neighbour, ...]:
    """Who shares on the networks of these own addresses, of this business alone. Takes `listens_for` seconds."""
    if not addresses:
        return ()
    with Zeroconf(interfaces=list(addresses), ip_version=IPVersion.V4Only) as network:
        heard = _Heard()
        browser = ServiceBrowser(network, _KIND, heard)
        sleep(listens_for)
        browser.cancel()
        answers = [network.get_service_info(_KIND, name, _ANSWER_TAKES) for name in heard.names]
    return tuple(sorted(_neighbour(said) for said in answers if said is not None and _is_of(said, business_id)))


def own_addresses() -> tuple[str, ...]:
    """This PC's IPv4 addresses in its local networks."""
    found = (ip.ip for adapter in ifaddr.get_adapters() for ip in adapter.ips if ip.is_IPv4)
    return tuple(str(ip) for ip in found if not str(ip).startswith(("127.", "169.254.")))


class _Heard(ServiceListener):
    def __init__(self) -> None:
        self.names: set[str] = set()

    def add_service(self, _network: Zeroconf, _kind: str, name: str) -> None:
        self.names.add(name)

    def update_service(self, _network: Zeroconf, _kind: str, name: str) -> None:
        self.names.add(name)

    def remove_service(self, _network: Zeroconf, _kind: str, name: str) -> None:
        self.names.discard(name)


def _neighbour(said: Announcement) -> Neighbour:
    address = next(iter(said.parsed_addresses(IPVersion.V4Only)), "")
    return Neighbour(said.decoded_properties.get("name") or address, f"http://{address}:{said.port}")


def _is_of(said: Announcement, business_id: UUID) -> bool:
    has_an_address = bool(said.parsed_addresses(IPVersion.V4Only))
    return has_an_address and said.decoded_properties.get("business") == _word_of(business_id)


def _word_of(business_id: UUID) -> str:
    return sha256(business_id.bytes).hexdigest()[:16]
