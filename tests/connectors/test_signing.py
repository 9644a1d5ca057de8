from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connectors.contracts.base import Inbound
from connectors.errors import BadSignature, Misconfigured
from connectors.signing import HmacSha256, StandardWebhook, StripeSignature
from tenants.secret_value import SecretValue

NOW = 1_777_000_000.0
BODY = b'{"type": "order.paid", "id": "7"}'
SECRET = SecretValue("whsec_" + base64.b64encode(b"a secret of thirty-two bytes....").decode())
OLD = SecretValue("whsec_" + base64.b64encode(b"the secret that is being retired").decode())
VECTORS = Path(os.environ.get("CROSSDOCK_VECTORS", Path(__file__).parents[3] / "shared/providers/vectors"))

SCHEMES: dict[str, Any] = {
    "hex": HmacSha256(header="X-Signature", key="secret"),
    "base64": HmacSha256(header="X-Hmac-Sha256", key="secret", encoding="base64"),
    "prefix": HmacSha256(header="X-Hub-Signature", key="secret", prefix="sha256="),
    "stripe": StripeSignature(key="secret"),
    "standard": StandardWebhook(key="secret"),
    "svix": StandardWebhook(key="secret", prefix="svix"),
}
TIMED = ["stripe", "standard", "svix"]

scheme = pytest.mark.parametrize("scheme", SCHEMES.values(), ids=SCHEMES)


def inbound(headers: dict[str, str], body: bytes = BODY) -> Inbound:
    lower = {name.lower(): value for name, value in headers.items()}
    return Inbound(
        method="POST", url="https://hub.example/webhooks/t/", headers=lower, body=body, received_at=NOW
    )


def signed(scheme: Any, *secrets: SecretValue, body: bytes = BODY, now: float = NOW) -> Inbound:
    return inbound(scheme.sign(body, secrets or [SECRET], now=now, message_id="msg_1"), body)


@scheme
def test_a_signature_of_ours_is_accepted(scheme: Any) -> None:
    scheme.verify(signed(scheme), [SECRET], NOW)


@scheme
def test_any_of_several_live_secrets_may_have_signed(scheme: Any) -> None:
    for made_with in (SECRET, OLD):
        scheme.verify(signed(scheme, made_with), [SECRET, OLD], NOW)
    with pytest.raises(BadSignature):
        scheme.verify(signed(scheme, OLD), [SECRET], NOW)


@scheme
def test_the_raw_bytes_are_what_is_signed(scheme: Any) -> None:
    again = json.dumps(json.loads(BODY), separators=(",", ":")).encode()
    with pytest.raises(BadSignature):
        scheme.verify(replace(signed(scheme), body=again), [SECRET], NOW)


@scheme
def test_one_changed_byte_anywhere_is_refused(scheme: Any) -> None:
    good = signed(scheme)
    for position in range(len(BODY)):
        body = BODY[:position] + bytes([BODY[position] ^ 1]) + BODY[position + 1 :]
        with pytest.raises(BadSignature):
            scheme.verify(replace(good, body=body), [SECRET], NOW)
    for name, value in good.headers.items():
        for position in range(len(value)):
            changed = value[:position] + chr(ord(value[position]) ^ 1) + value[position + 1 :]
            with pytest.raises(BadSignature):
                scheme.verify(replace(good, headers={**good.headers, name: changed}), [SECRET], NOW)


@scheme
def test_forgeries_are_refused(scheme: Any) -> None:
    good = signed(scheme)
    chance = random.Random(7)
    name = list(good.headers)[-1]
    for _ in range(2_000):
        value = "".join(chance.choices("0123456789abcdef,=+/v1tæ .", k=chance.randint(0, 90)))
        with pytest.raises(BadSignature):
            scheme.verify(replace(good, headers={**good.headers, name: value}), [SECRET], NOW)


@scheme
def test_missing_headers_and_secrets_are_refused(scheme: Any) -> None:
    good = signed(scheme)
    for name in good.headers:
        rest = {key: value for key, value in good.headers.items() if key != name}
        with pytest.raises(BadSignature, match="is missing"):
            scheme.verify(replace(good, headers=rest), [SECRET], NOW)
    for none in ([], [SecretValue("")]):
        with pytest.raises(BadSignature, match="No signing secret is set"):
            scheme.verify(good, none, NOW)


@scheme
def test_the_refusal_tells_nothing_that_helps(scheme: Any) -> None:
    good = signed(scheme)
    with pytest.raises(BadSignature) as caught:
        scheme.verify(good, [OLD], NOW)
    assert not any(value in str(caught.value) for value in good.headers.values())
    assert OLD.reveal()[6:] not in str(caught.value)


@pytest.mark.parametrize("name", TIMED)
@pytest.mark.parametrize(
    ("age", "accepted"), [(0, True), (300, True), (-300, True), (301, False), (-301, False)]
)
def test_a_signature_has_its_time(name: str, age: int, accepted: bool) -> None:
    scheme = SCHEMES[name]
    message = signed(scheme, now=NOW - age)
    if accepted:
        scheme.verify(message, [SECRET], NOW)
    else:
        with pytest.raises(BadSignature, match="more than 300 s away"):
            scheme.verify(message, [SECRET], NOW)


@pytest.mark.parametrize("name", TIMED)
def test_during_a_rotation_both_secrets_sign(name: str) -> None:
    message = signed(SCHEMES[name], SECRET, OLD)
    for secret in (SECRET, OLD):
        SCHEMES[name].verify(message, [secret], NOW)


class TestHmac:
    def test_is_what_the_standard_library_computes(self) -> None:
        expected = hmac.new(SECRET.reveal().encode(), BODY, hashlib.sha256)
        assert SCHEMES["hex"].sign(BODY, [SECRET], now=NOW) == {"X-Signature": expected.hexdigest()}
        assert SCHEMES["prefix"].sign(BODY, [SECRET], now=NOW) == {
            "X-Hub-Signature": f"sha256={expected.hexdigest()}"
        }
        text = base64.b64encode(expected.digest()).decode()
        assert SCHEMES["base64"].sign(BODY, [SECRET], now=NOW) == {"X-Hmac-Sha256": text}

    @pytest.mark.parametrize("name", ["webhook-hmac-js", "webhook-hmac-negative"])
    def test_agrees_with_the_samples_of_shopify(self, name: str) -> None:
        sample = _sample("shopify", name)
        scheme = HmacSha256(header="X-Shopify-Hmac-Sha256", key="secret", encoding="base64")
        message = inbound(sample["headers"], sample["raw_body"].encode())
        if sample["valid"]:
            scheme.verify(message, [SecretValue(sample["secret"])], NOW)
            return
        with pytest.raises(BadSignature):
            scheme.verify(message, [SecretValue(sample["secret"])], NOW)

    def test_takes_hex_in_upper_case(self) -> None:
        message = signed(SCHEMES["prefix"])
        value = message.headers["x-hub-signature"]
        upper = {"x-hub-signature": "sha256=" + value.removeprefix("sha256=").upper()}
        SCHEMES["prefix"].verify(replace(message, headers=upper), [SECRET], NOW)

    def test_can_be_told_to_sign_other_bytes_with_another_hash(self) -> None:
        class Dated(HmacSha256):
            hash_name = "sha512"

            def signed_bytes(self, inbound: Inbound) -> bytes:
                return inbound.headers["x-id"].encode() + b"&" + inbound.body

        value = hmac.new(SECRET.reveal().encode(), b"7&" + BODY, hashlib.sha512).hexdigest()
        scheme = Dated(header="X-Signature", key="secret")
        scheme.verify(inbound({"X-Signature": value, "X-Id": "7"}), [SECRET], NOW)
        with pytest.raises(BadSignature):
            scheme.verify(inbound({"X-Signature": value, "X-Id": "8"}), [SECRET], NOW)


class TestStripe:
    def test_signs_the_time_and_the_body_with_the_secret_as_it_is(self) -> None:
        expected = hmac.new(SECRET.reveal().encode(), b"1777000000." + BODY, hashlib.sha256).hexdigest()
        assert SCHEMES["stripe"].sign(BODY, [SECRET], now=NOW) == {
            "Stripe-Signature": f"t=1777000000,v1={expected}"
        }

    @pytest.mark.parametrize(
        "header",
        [
            "v1=00",
            "t=,v1=00",
            "t=now,v1=00",
            "t=1777000000",
            "t=1777000000,v0={}",
            "t=1,t=2,v1=00",
            "t=1777000000,v1=",
        ],
    )
    def test_refuses_headers_of_another_shape(self, header: str) -> None:
        good = signed(SCHEMES["stripe"]).headers["stripe-signature"].rpartition("v1=")[2]
        with pytest.raises(BadSignature):
            SCHEMES["stripe"].verify(inbound({"Stripe-Signature": header.format(good)}), [SECRET], NOW)

    def test_accepts_one_good_signature_among_others(self) -> None:
        header = signed(SCHEMES["stripe"]).headers["stripe-signature"]
        stamp, _, good = header.partition(",")
        SCHEMES["stripe"].verify(
            inbound({"Stripe-Signature": f"{stamp},v0=x, v1={'0' * 64},{good}"}), [SECRET], NOW
        )

    def test_agrees_with_the_vendors_samples(self) -> None:
        sample = _sample("stripe", "stripe-webhook-header")
        secret, body, at = (
            SecretValue(sample["secret"]),
            sample["payload"].encode(),
            float(sample["timestamp"]),
        )
        SCHEMES["stripe"].verify(inbound({"Stripe-Signature": sample["header"]}, body), [secret], at)
        for other in _sample("stripe", "stripe-webhook-header-rejects"):
            message = inbound({"Stripe-Signature": other["header"]}, body)
            if "ACCEPTED" in other["why"]:
                SCHEMES["stripe"].verify(message, [secret], at)
                continue
            with pytest.raises(BadSignature):
                SCHEMES["stripe"].verify(message, [secret], at)


class TestStandard:
    def test_signs_id_time_and_body_with_the_decoded_secret(self) -> None:
        key = b"a secret of thirty-two bytes...."
        expected = hmac.new(key, b"msg_1.1777000000." + BODY, hashlib.sha256).digest()
        assert SCHEMES["standard"].sign(BODY, [SECRET], now=NOW, message_id="msg_1") == {
            "webhook-id": "msg_1",
            "webhook-timestamp": "1777000000",
            "webhook-signature": "v1," + base64.b64encode(expected).decode(),
        }

    def test_takes_secrets_without_prefix_and_without_padding(self) -> None:
        bare = SecretValue(SECRET.reveal().removeprefix("whsec_").rstrip("="))
        SCHEMES["standard"].verify(signed(SCHEMES["standard"]), [bare], NOW)

    def test_ignores_signatures_of_other_versions(self) -> None:
        message = signed(SCHEMES["standard"])
        value = message.headers["webhook-signature"]
        mixed = {**message.headers, "webhook-signature": f"v1a,xyz {value}"}
        SCHEMES["standard"].verify(replace(message, headers=mixed), [SECRET], NOW)
        other = {**message.headers, "webhook-signature": value.replace("v1,", "v2,")}
        with pytest.raises(BadSignature):
            SCHEMES["standard"].verify(replace(message, headers=other), [SECRET], NOW)

    def test_says_what_is_wrong_with_a_secret(self) -> None:
        with pytest.raises(Misconfigured, match="not base64"):
            SCHEMES["standard"].sign(BODY, [SecretValue("whsec_not base64!")], now=NOW, message_id="m")
        with pytest.raises(BadSignature, match="not base64"):
            SCHEMES["standard"].verify(signed(SCHEMES["standard"]), [SecretValue("whsec_ø")], NOW)

    @pytest.mark.parametrize("name", ["voyado-svix-valid", "voyado-svix-tampered", "voyado-svix-list"])
    def test_agrees_with_the_samples_of_svix(self, name: str) -> None:
        sample = _sample("voyado", name)
        message = inbound(sample["headers"], sample["raw_body"].encode())
        secret, at = SecretValue(sample["secret"]), float(sample["headers"]["svix-timestamp"])
        if sample["expect_valid"]:
            SCHEMES["svix"].verify(message, [secret], at)
            return
        with pytest.raises(BadSignature):
            SCHEMES["svix"].verify(message, [secret], at)


def _sample(vendor: str, name: str) -> Any:
    path = VECTORS / f"{vendor}.json"
    if not path.exists():
        pytest.skip(f"the vendor's samples are not at {VECTORS}; set CROSSDOCK_VECTORS")
    document = json.loads(path.read_text())
    samples = document.get("samples") or document["vectors"]
    return next(sample["data"] for sample in samples if sample["id"] == name)
