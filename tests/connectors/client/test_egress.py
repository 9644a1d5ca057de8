"""No connector reaches a place that is not the public internet, however its address is written or resolved."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

import pytest

from connectors.client import EgressPolicy
from connectors.client.addresses import normal_host
from connectors.errors import Misconfigured, ProviderError, RetryLater
from tests.connectors.client.bench import TENANT, Bench, Keyed, accept, config_of, read
from tests.faultserver import FaultServer, ok, redirect

PUBLIC = "93.184.216.34"
PUBLIC_6 = "2606:2800:220:1:248:1893:25c8:1946"

FORBIDDEN_4 = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "224.0.0.0/4", "240.0.0.0/4", "255.255.255.255/32", "168.63.129.16/32", "169.254.169.254/32", "100.100.100.200/32",
]  # fmt: skip
FORBIDDEN_6 = [
    "::/128", "::1/128", "::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/32",
    "2001:20::/28", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10",
    "ff00::/8", "fd00:ec2::254/128",
]  # fmt: skip


def _wide(text: str) -> str:
    """In full-width letters, which IDNA reads as plain ones."""
    return text.translate({code: 0xFEE0 + code for code in range(0x30, 0x7B)})


FORBIDDEN_NAMES = [
    "localhost", "LOCALHOST", "localhost.", "api.localhost", "localhost.localdomain", "metadata", "metadata.google.internal",
    "METADATA.GOOGLE.INTERNAL.", "metadata.goog", "instance-data", "erp.internal", "a.b.internal", "internal",
    "ⓛocalhost", _wide("localhost"), "localhost。",
]  # fmt: skip
NO_NAMES = [
    "127.1", "0", "0x", "0x0", "1", "127.0.0.0x1", "1.2.3.4.5", "256.1.1.1",
    _wide("127.1"), "127。0。0x1", "fe80::1%25eth0", "fe80::1%eth0", "::1%1", "::ffff:127.0.0.1%lo",
    "%31%32%37.0.0.1",
    "a..b", "-a.example", "a_.example-", "a b.example", "a\tb.example", "a/b", "x" * 64 + ".example", "user@host", "",
    "evil.example\\.local", "host\x00.example",
]  # fmt: skip


def _edges(network: str) -> list[Any]:
    block = ip_network(network)
    return sorted({block[0], block[block.num_addresses // 2], block[-1]})


ADDRESSES_4 = sorted({address for network in FORBIDDEN_4 for address in _edges(network)})
ADDRESSES_6 = sorted({address for network in FORBIDDEN_6 for address in _edges(network)})


def _notations(address: IPv4Address) -> Iterator[str]:
    """Ways in which some reader or other takes a text for this address."""
    a, b, c, d = address.packed
    number = int(address)
    yield f"{a}.{b}.{c}.{d}"
    yield f"{a}.{b}.{c}.{d}."
    yield str(number)
    yield f"{number:#x}"
    yield f"0{number:o}"
    yield f"0{a:o}.0{b:o}.0{c:o}.0{d:o}"
    yield f"{a:#x}.{b:#x}.{c:#x}.{d:#x}"
    yield f"{a}.{b}.{(c << 8) + d}"
    yield f"{a}.{(b << 16) + (c << 8) + d}"
    yield _wide(f"{a}.{b}.{c}.{d}")
    yield from (f"[{form}]" for form in _embedded(address))


def _embedded(address: IPv4Address) -> Iterator[IPv6Address]:
    """IPv6 addresses that carry this one: mapped, compatible, translated, NAT64 (two), 6to4, Teredo, ISATAP."""
    number = int(address)
    yield IPv6Address(f"::ffff:{address}")
    yield IPv6Address(f"::{address}")
    yield IPv6Address(f"::ffff:0:{address}")
    yield IPv6Address(f"64:ff9b::{address}")
    yield IPv6Address(f"64:ff9b:1::{address}")
    yield IPv6Address((0x2002 << 112) + (number << 80))
    yield IPv6Address((0x20010000 << 96) + (number ^ 0xFFFFFFFF))
    yield IPv6Address(f"fe80::5efe:{address}")


LITERALS = sorted(
    {text for address in ADDRESSES_4 for text in _notations(address)}
    | {f"[{address}]" for address in ADDRESSES_6}
    | {f"[{address}%25eth0]" for address in ADDRESSES_6}
)


@pytest.fixture
def knocks(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every address that a socket tries to reach; none is reached."""
    tried: list[Any] = []

    def connect(self: socket.socket, address: Any) -> None:
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket.socket, "connect_ex", connect)
    return tried


def call(bench: Bench, host: str, *addresses: str) -> ProviderError:
    """Call a host whose name has these addresses."""
    bench.resolver = lambda name, port: addresses
    config = config_of(Keyed, host=f"https://{host}")
    door = bench.door(_UNUSED, host=config.host)
    return bench.failure(lambda: door.send(read("/x"), accept))


_UNUSED = FaultServer()
_UNUSED._listener.close()


def test_there_are_enough_cases() -> None:
    assert len(LITERALS) + 3 * (len(ADDRESSES_4) + len(ADDRESSES_6)) >= 500


def test_the_spy_sees_what_is_allowed(bench: Bench, knocks: list[Any]) -> None:
    assert type(call(bench, "api.example", PUBLIC, PUBLIC_6)) is RetryLater
    assert knocks == 3 * [(PUBLIC, 443), (PUBLIC_6, 443)]


@pytest.mark.parametrize("host", LITERALS)
def test_a_literal_in_any_notation_is_refused(bench: Bench, knocks: list[Any], host: str) -> None:
    assert type(call(bench, host, PUBLIC)) is Misconfigured
    assert knocks == []


@pytest.mark.parametrize("address", [*ADDRESSES_4, *ADDRESSES_6])
def test_a_name_is_refused_for_any_of_its_addresses(
    bench: Bench, knocks: list[Any], address: IPv4Address | IPv6Address
) -> None:
    for addresses in ([str(address)], [PUBLIC, str(address)], [str(address), PUBLIC_6]):
        assert type(call(bench, "rebound.example", *addresses)) is Misconfigured
    assert knocks == []


@pytest.mark.parametrize("name", FORBIDDEN_NAMES)
def test_a_local_name_is_refused_wherever_it_points(bench: Bench, knocks: list[Any], name: str) -> None:
    assert type(call(bench, name, PUBLIC)) is Misconfigured
    assert knocks == []


@pytest.mark.parametrize("name", NO_NAMES)
def test_what_is_no_host_name_is_never_looked_up(name: str) -> None:
    looked_up: list[str] = []

    def resolver(host: str, port: int) -> list[str]:
        looked_up.append(host)
        return [PUBLIC]

    with pytest.raises(Misconfigured, match="is not a host name"):
        EgressPolicy(resolver=resolver).check("https", name, 443, TENANT)
    assert looked_up == []


def test_a_percent_encoded_literal_is_refused(bench: Bench, knocks: list[Any]) -> None:
    assert type(call(bench, "%31%32%37.0.0.1", PUBLIC)) is Misconfigured
    assert knocks == []


def test_an_address_with_a_zone_is_refused(bench: Bench, knocks: list[Any]) -> None:
    assert type(call(bench, "zoned.example", f"{PUBLIC_6}%eth0")) is Misconfigured
    assert knocks == []


@pytest.mark.parametrize("nonsense", ["", "somewhere", "1.2.3", "0x7f000001"])
def test_a_look_up_that_answers_nonsense_is_refused(bench: Bench, knocks: list[Any], nonsense: str) -> None:
    assert type(call(bench, "odd.example", nonsense)) is Misconfigured
    assert knocks == []


def test_the_name_is_looked_up_once_and_the_checked_address_is_used(bench: Bench, knocks: list[Any]) -> None:
    """A second look-up would give the attacker's DNS its chance."""
    answers = iter([[PUBLIC], ["127.0.0.1"], ["169.254.169.254"]])
    bench.resolver = lambda name, port: next(answers)
    door = bench.door(_UNUSED, host="https://rebinding.example", disable_standard_error_policy=True)
    bench.failure(lambda: door.send(read("/x"), accept))
    assert knocks == [(PUBLIC, 443)]
    assert type(bench.failure(lambda: door.send(read("/x"), accept))) is Misconfigured
    assert knocks == [(PUBLIC, 443)]


@pytest.mark.parametrize(
    "url",
    ["http://api.example", "https://api.example:22", "https://api.example:8080", "https://api.example:6379"],
)
def test_other_schemes_and_ports_are_refused(bench: Bench, knocks: list[Any], url: str) -> None:
    bench.resolver = lambda name, port: [PUBLIC]
    error = bench.failure(lambda: bench.door(_UNUSED, host=url).send(read("/x"), accept))
    assert type(error) is Misconfigured
    assert knocks == []


@pytest.mark.parametrize(
    "host",
    ["ftp://api.example", "file:///etc/passwd", "api.example", "https://", "https://user:pass@api.example", "https://api.example@127.0.0.1",
     "https://api.example#@127.0.0.1", "gopher://127.0.0.1:6379/_x", "https://api.example\\@127.0.0.1",
     "https://api.example:0", "https://api.example:99999"],
)  # fmt: skip
def test_a_host_that_is_no_web_address_is_refused(bench: Bench, knocks: list[Any], host: str) -> None:
    bench.resolver = lambda name, port: [PUBLIC]
    error = bench.failure(lambda: bench.door(_UNUSED, host=host).send(read("/x"), accept))
    assert type(error) is Misconfigured
    assert knocks == []


def test_the_error_is_the_same_whatever_is_there(bench: Bench) -> None:
    with FaultServer() as server:
        port = server.port
        listening = bench.failure(
            lambda: bench.door(_UNUSED, host=f"https://127.0.0.1:{port}").send(read(), accept)
        )
        silent = bench.failure(
            lambda: bench.door(_UNUSED, host="https://127.0.0.1:8443").send(read(), accept)
        )
    assert server.connections == 0
    assert type(listening) is type(silent) is Misconfigured
    assert call(bench, "10.0.0.1").message == "10.0.0.1 is not a public address; connectors may not call it"


def test_proxy_variables_are_ignored(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer() as proxy, FaultServer(ok({"id": "direct"})) as server:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        assert bench.provider(server).get("/things/1") == {"id": "direct"}
    assert proxy.connections == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(bench: Bench, status: int) -> None:
    with FaultServer() as inside, FaultServer(redirect(f"{inside.url}/secret", status)) as server:
        error = bench.failure(lambda: bench.provider(server).post("/things", {}))
    assert type(error) is Misconfigured
    assert (len(server.requests), inside.connections) == (1, 0)


class TestTheDeploymentsList:
    def test_opens_a_network_at_one_port(self) -> None:
        policy = EgressPolicy.parse(["10.20.0.0/16:443"])
        target = policy.check("https", "10.20.3.4", 443, TENANT)
        assert (target.addresses, target.allow_listed) == (("10.20.3.4",), True)
        for host, port in (("10.20.3.4", 8443), ("10.21.0.1", 443)):
            with pytest.raises(Misconfigured):
                policy.check("https", host, port, TENANT)

    def test_opens_a_name(self) -> None:
        policy = EgressPolicy(
            EgressPolicy.parse(["ERP.internal:8443"]).allowed, resolver=lambda name, port: ["10.0.0.9"]
        )
        assert policy.check("https", "erp.internal", 8443, TENANT).addresses == ("10.0.0.9",)
        with pytest.raises(Misconfigured):
            policy.check("https", "other.internal", 8443, TENANT)

    def test_opens_ipv6_and_single_addresses(self) -> None:
        policy = EgressPolicy.parse(["[::1]:8080", "fd00::/8:443", "127.0.0.1:9000"])
        for scheme, host, port in (
            ("http", "::1", 8080),
            ("https", "fd00::7", 443),
            ("http", "127.0.0.1", 9000),
        ):
            assert policy.check(scheme, host, port, TENANT).allow_listed

    def test_may_be_for_one_tenant(self) -> None:
        policy = EgressPolicy.parse([f"10.1.2.3:443@{TENANT}"])
        assert policy.check("https", "10.1.2.3", 443, TENANT).allow_listed
        with pytest.raises(Misconfigured):
            policy.check("https", "10.1.2.3", 443, TENANT.__class__(int=7))

    def test_never_opens_half_a_name(self) -> None:
        policy = EgressPolicy(
            EgressPolicy.parse(["10.0.0.0/8:443"]).allowed,
            resolver=lambda name, port: ["10.0.0.9", "192.168.0.1"],
        )
        with pytest.raises(Misconfigured):
            policy.check("https", "erp.example", 443, TENANT)

    @pytest.mark.parametrize(
        "address",
        ["169.254.169.254", "169.254.170.2", "168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254",
         *map(str, _embedded(IPv4Address("169.254.169.254"))), *map(str, _embedded(IPv4Address("168.63.129.16")))],
    )  # fmt: skip
    def test_never_opens_a_metadata_service(self, address: str) -> None:
        everything = EgressPolicy.parse(["0.0.0.0/0:80", "::/0:80"]).allowed
        policy = EgressPolicy(everything, resolver=lambda name, port: [address])
        for host in (address, "metadata.google.internal", "harmless.example"):
            with pytest.raises(Misconfigured):
                policy.check("http", host, 80, TENANT)

    @pytest.mark.parametrize(
        "entry",
        [
            "10.0.0.1",
            "10.0.0.1:",
            "10.0.0.1:0",
            "10.0.0.1:http",
            "10.0.0.1/8:443",
            "10.0.0.0/33:443",
            ":443",
            "a b:443",
            "127.1:443",
            "10.0.0.1:443@me",
        ],
    )
    def test_names_an_entry_that_is_broken(self, entry: str) -> None:
        with pytest.raises(ValueError, match="is not host-or-network:port"):
            EgressPolicy.parse(["127.0.0.1:80", entry])

    def test_ignores_empty_entries(self) -> None:
        assert EgressPolicy.parse(["", "  "]) == EgressPolicy()

    def test_each_use_is_in_the_event(self, bench: Bench) -> None:
        with FaultServer() as server:
            provider = bench.provider(server)
            provider.get("/things/1")
            provider.get("/things/2")
        assert [event.details["egress"] for event in bench.events if event.details] == [
            "by the deployment's allow-list"
        ] * 2

    def test_serves_a_vendor_that_has_ipv6_only(self, bench: Bench) -> None:
        with _ipv6() as server:
            assert bench.provider(server).get("/things/1") == {"id": "1"}


def _ipv6() -> FaultServer:
    try:
        return FaultServer(host="::1")
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("API.Example.", "api.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("[2606:2800:220:1::1]", "2606:2800:220:1::1"),
        ("a-b.c_d.example", "a-b.c_d.example"),
    ],
)
def test_a_name_has_one_form(written: str, read_as: str) -> None:
    assert normal_host(written) == read_as


def test_an_unknown_name_is_retried_later(bench: Bench, knocks: list[Any]) -> None:
    error = call(bench, "nobody.example")
    assert type(error) is RetryLater
    assert (error.answered, knocks) == (False, [])
    assert ip_address(PUBLIC).is_global
