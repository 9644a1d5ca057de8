"""Which addresses are not the public internet, and what a host name is.

Sources: IANA's special-purpose address registries (RFC 6890 and its updates); the metadata services of clouds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import idna

from connectors.errors import Misconfigured

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

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
_NAME = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
_NUMERIC = re.compile(r"\d+|0x[0-9a-f]*")


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
    if literal(name):
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


def literal(name: str) -> Address | None:
    try:
        address = ip_address(name)
    except ValueError:
        return None
    return None if getattr(address, "scope_id", None) else address


def _no_host(host: str) -> Misconfigured:
    return Misconfigured(f"{host[:100]!r} is not a host name such as api.example.com")
