"""Where connectors may connect to. A name is resolved once, every address is checked, and a checked one is used.

Blocks: IANA special-purpose address registries (RFC 6890 and its updates) and the metadata services of clouds.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from uuid import UUID

import idna

from connectors.errors import Misconfigured, RetryLater

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolver = Callable[[str, int], Iterable[str]]

PORTS = frozenset({443, 80, 8443})

# This network, private, carrier-grade NAT, loopback, link-local, protocol assignments, documentation, AS112, AMT, 6to4
# relay, benchmarks, multicast, reserved with broadcast, Azure's platform address.
_BLOCKED_4 = """
0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.31.196.0/24
192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4
240.0.0.0/4 168.63.129.16/32
"""
# Compatible, mapped, translated, NAT64, discard, protocol assignments with Teredo and ORCHID, documentation, 6to4, AS112,
# segment routing, unique local, link-local, site-local, multicast.
_BLOCKED_6 = """
::/96 ::ffff:0:0/96 ::ffff:0:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/23 2001:db8::/32
2002::/16 2620:4f:8000::/48 3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8
"""
# Never reachable, whatever a deployment allows: they hand out the machine's own credentials.
_METADATA_ADDRESSES = """
169.254.0.0/16 168.63.129.16/32 100.100.100.200/32 192.0.0.192/32 fd00:ec2::254/128 fd20:ce::254/128
"""
BLOCKED: tuple[Network, ...] = tuple(map(ip_network, (_BLOCKED_4 + _BLOCKED_6).split()))
METADATA: tuple[Network, ...] = tuple(map(ip_network, _METADATA_ADDRESSES.split()))
_METADATA_NAMES = frozenset({"metadata", "metadata.google.internal", "metadata.goog", "instance-data"})
_LOCAL_NAMES = ("localhost", "localdomain", "internal")
_NAME = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
_NUMERIC = re.compile(r"\d+|0x[0-9a-f]*")


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
        literal = _literal(name)
        if literal:
            return [literal]
        try:
            found = [ip_address(text) for text in self.resolver(name, port)]
        except (OSError, UnicodeError):
            found = []
        except ValueError:
            raise _refused(name) from None
        if not found:
            raise RetryLater(f"The host name {name} was not found", answered=False)
        return found


def normal_host(host: str) -> str:
    """Lower case, IDNA-encoded, without brackets and final dot. Raises Misconfigured for what is no plain host name.

    Numbers in other notations than a dotted quad (2130706433, 0x7f.1, 0177.0.0.1, 127.1) are refused, not read.
    """
    text = host.strip("[]") if host.startswith("[") else host
    try:
        if not text.isascii():
            text = idna.encode(text, uts46=True).decode()
    except idna.IDNAError:
        raise _no_host(host) from None
    name = text.lower().removesuffix(".")
    if _literal(name):
        return name
    if not _NAME.fullmatch(name) or _NUMERIC.fullmatch(name.rpartition(".")[2]):
        raise _no_host(host)
    return name


def is_blocked(address: Address) -> bool:
    """Whether an address lies in a network that is not the public internet."""
    return _in(address, BLOCKED) or bool(getattr(address, "scope_id", None))


def is_metadata(address: Address) -> bool:
    """Whether an address, or the IPv4 address inside it, is a cloud's metadata service."""
    return any(_in(form, METADATA) for form in (address, *_embedded(address)))


def _embedded(address: Address) -> list[IPv4Address]:
    """IPv4 addresses that an IPv6 address may stand for: at its end, in 6to4 and in Teredo (inverted)."""
    if isinstance(address, IPv4Address):
        return []
    number = int(address)
    parts = [number & 0xFFFFFFFF]
    if address.sixtofour:
        parts.append(int(address.sixtofour))
    if address.teredo:
        parts += [int(part) for part in address.teredo]
    return [IPv4Address(part) for part in parts]


def _in(address: Address, networks: Iterable[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def _literal(name: str) -> Address | None:
    try:
        address = ip_address(name)
    except ValueError:
        return None
    return None if getattr(address, "scope_id", None) else address


def _is_local(name: str) -> bool:
    return any(name == local or name.endswith(f".{local}") for local in _LOCAL_NAMES)


def _refused(name: str) -> Misconfigured:
    """The same words whatever is there, so that nobody can explore the network by reading errors."""
    return Misconfigured(f"{name} is not a public address; connectors may not call it")


def _no_host(host: str) -> Misconfigured:
    return Misconfigured(f"{host[:100]!r} is not a host name such as api.example.com")


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
