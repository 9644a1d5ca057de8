"""Where connectors may connect to. A name is resolved once, every address is checked, and a checked one is used."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from uuid import UUID

from connectors.client.addresses import Address, Network, is_blocked, is_metadata, literal, normal_host
from connectors.errors import Misconfigured, RetryLater

Resolver = Callable[[str, int], Iterable[str]]

PORTS = frozenset({443, 80, 8443})

_METADATA_NAMES = frozenset({"metadata", "metadata.google.internal", "metadata.goog", "instance-data"})
_LOCAL_NAMES = ("localhost", "localdomain", "internal")


@dataclass(frozen=True, slots=True)
class Allowed:
    """One entry of the deployment's list: a network or a host name, a port, and the tenant if only one may use it."""

    place: Network | str
    port: int
    tenant: UUID | None = None

    def covers(self, host: str, address: Address, port: int, tenant: UUID) -> bool:
        if port != self.port or self.tenant not in (None, tenant):
            return False
        if isinstance(self.place, str):
            return host == self.place
        return address.version == self.place.version and address in self.place


@dataclass(frozen=True, slots=True)
class Target:
    """A checked place to connect to. `allow_listed` tells that only the deployment's list lets it pass."""

    addresses: tuple[str, ...]
    port: int
    allow_listed: bool


def look_up(host: str, port: int) -> list[str]:
    """All addresses of a name. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(item[4][0]) for item in found))


@dataclass(frozen=True, slots=True)
class EgressPolicy:
    """The rules of one deployment. `ca_file` is a PEM file with the authorities to trust instead of the public ones."""

    allowed: tuple[Allowed, ...] = ()
    ca_file: str = ""
    resolver: Resolver = field(default=look_up)
    #: Asked several times for each call, and an address takes long to give its own.
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.allowed, self.ca_file, self.resolver)))

    def __hash__(self) -> int:
        return self._hash

    @classmethod
    def parse(cls, entries: Iterable[str], *, ca_file: str = "") -> EgressPolicy:
        """From entries such as "10.20.0.0/16:443", "erp.internal:8443", "[::1]:8080" or, for one tenant only,
        "10.1.2.3:443@<tenant uuid>". Raises ValueError that names the entry."""
        return cls(tuple(_parse(entry) for entry in entries if entry.strip()), ca_file)

    def check(self, scheme: str, host: str, port: int, tenant: UUID) -> Target:
        """The addresses that may be used for this host. Raises Misconfigured when one of them may not, or none is
        known by that name RetryLater."""
        name = normal_host(host)
        if name in _METADATA_NAMES:
            raise _refused(name)
        addresses = self._addresses(name, port)
        listed = all(self._is_listed(name, address, port, tenant) for address in addresses)
        if any(map(is_metadata, addresses)) or not (listed or self._is_public(scheme, name, port, addresses)):
            raise _refused(name)
        return Target(tuple(map(str, addresses)), port, listed)

    def _is_listed(self, name: str, address: Address, port: int, tenant: UUID) -> bool:
        return any(entry.covers(name, address, port, tenant) for entry in self.allowed)

    def _is_public(self, scheme: str, name: str, port: int, addresses: list[Address]) -> bool:
        if scheme != "https":
            raise Misconfigured(f"{name} is addressed without encryption; use https://")
        if port not in PORTS:
            raise Misconfigured(f"Port {port} of {name} may not be used; use 443 or 8443")
        return not _is_local(name) and not any(map(is_blocked, addresses))

    def _addresses(self, name: str, port: int) -> list[Address]:
        written = literal(name)
        if written:
            return [written]
        try:
            found = [ip_address(text) for text in self.resolver(name, port)]
        except (OSError, UnicodeError):
            found = []
        except ValueError:
            raise _refused(name) from None
        if not found:
            raise RetryLater(f"The host name {name} was not found", answered=False)
        return found


def _is_local(name: str) -> bool:
    return any(name == local or name.endswith(f".{local}") for local in _LOCAL_NAMES)


def _refused(name: str) -> Misconfigured:
    """The same words whatever is there, so that nobody can explore the network by reading errors."""
    return Misconfigured(f"{name} is not a public address; connectors may not call it")


def _parse(entry: str) -> Allowed:
    place, _, tenant = entry.strip().partition("@")
    host, colon, port = place.rpartition(":")
    try:
        if not colon or not 0 < int(port) < 65536:
            raise ValueError("a port is missing")
        return Allowed(_place(host), int(port), UUID(tenant) if tenant else None)
    except (ValueError, Misconfigured):
        raise ValueError(
            f"{entry!r} is not host-or-network:port, such as 10.20.0.0/16:443 or erp.internal:8443"
        ) from None


def _place(host: str) -> Network | str:
    try:
        return ip_network(host.strip("[]"))
    except ValueError:
        if "/" in host:
            raise
        return normal_host(host)
