"""Controls that concern no single payment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectors.sandbox.core.router import Router
from connectors.sandbox.vipps.posts import Registration

if TYPE_CHECKING:
    from connectors.sandbox.vipps.api import Vipps

routes = Router()


@routes.route("POST", "/webhook")
def set_webhook(vendor: Vipps, data: dict[str, Any]) -> Any:
    """Register an address for a sales unit, http too: {"msn": "123456", "url": …, "events": […], "secret": …,
    "through": …, "repeats": 2}. The answer has the secret."""
    msn = str(data.pop("msn"))
    made = Registration(**data)
    vendor.unit(msn).registrations[made.id] = made
    return {"id": made.id, "secret": made.secret}


@routes.route("POST", "/webhooks")
def set_sending(vendor: Vipps, data: dict[str, Any]) -> Any:
    """{"retries": 3, "wait_ms": 200, "paused": true}"""
    vendor.desk.sender.configure(**data)
    return vendor.desk.sender.settings()


@routes.route("GET", "/deliveries")
def deliveries(vendor: Vipps, data: dict[str, Any]) -> Any:
    return {"deliveries": list(vendor.desk.sender.deliveries)}


@routes.route("POST", "/keys")
def set_keys(vendor: Vipps, data: dict[str, Any]) -> Any:
    """{"repeatable": false} refuses a key that is known instead of answering again; {"forget": true} forgets all."""
    vendor.desk.repeatable = data.get("repeatable", vendor.desk.repeatable)
    if data.get("forget"):
        for unit in vendor.units.values():
            unit.keys.clear()
    return {"repeatable": vendor.desk.repeatable}


@routes.route("POST", "/expire_tokens")
def expire_tokens(vendor: Vipps, data: dict[str, Any]) -> Any:
    """Every token that was given out is refused from now on."""
    vendor.tokens.clear()
    return {}
