import pytest

from connectors import registry
from connectors.checks import declaration_errors, egress_setting, implementations, shared_names
from connectors.contracts.base import Idempotency
from connectors.contracts.payment import State
from connectors.contracts.shipping import TrackingState
from connectors.signing import HmacSha256, Unsigned
from tests.connectors_config.acme import Acme


def errors_of(**declarations) -> str:
    return "; ".join(message.msg for message in declaration_errors(type("Other", (Acme,), declarations)))


def test_what_is_installed_declares_itself_well():
    assert [message for message in implementations() if message.is_serious()] == []


@pytest.mark.parametrize(
    ("declarations", "message"),
    [
        ({"slug": "Acme"}, "is not lower case"),
        ({"label": ""}, "has no label"),
        ({"category": "Toys"}, "none of the eight"),
        ({"hosts": {"live": "http://api.acme.example"}}, "no https address"),
        ({"hosts": {"test": "api.acme.example"}}, "no https address"),
        ({"webhook": HmacSha256(header="X", key="since")}, "no Secret"),
        ({"webhook": HmacSha256(header="X", key="nothing")}, "no Secret"),
        ({"webhook": Unsigned()}, "no confirm"),
        ({"idempotency": Idempotency("Idempotency-Key")}, "starts with none of"),
        ({"idempotency": Idempotency("header:Idempotency-Key", length=32)}, "too short"),
        ({"states": {"a": State.PENDING, "b": TrackingState.DELIVERED}}, "mix State, TrackingState"),
    ],
)
def test_a_wrong_declaration_is_named(declarations, message):
    assert message in errors_of(**declarations)


def test_a_right_declaration_is_silent():
    assert errors_of() == ""


def test_two_implementations_never_expect_the_same_name():
    other = type("Other", (Acme,), {"slug": "other", "label": "Other", "names": ("ACME",), "aliases": ()})
    found = [message.msg for message in shared_names({"acme": Acme, "other": other})]
    assert found == ["acme and other both expect the name 'ACME'."]


def test_an_entry_point_that_cannot_be_imported_is_a_warning(monkeypatch):
    monkeypatch.setattr(registry, "_broken", {"theirs": "ImportError: no module"})
    registry.all()
    (message,) = [message for message in implementations() if message.id == "crossdock.W101"]
    assert "theirs" in message.msg


def test_a_broken_egress_list_stops_the_start(settings):
    settings.CROSSDOCK_EGRESS_ALLOW = ["10.0.0.0/8"]
    (message,) = egress_setting()
    assert "10.0.0.0/8" in message.msg
    settings.CROSSDOCK_EGRESS_ALLOW = ["10.0.0.0/8:443"]
    assert egress_setting() == []
