"""Refunds, in part or in whole, of what was captured."""

from __future__ import annotations

from connectors.sandbox.core.router import Router
from connectors.sandbox.stripe import charges, intents, lists
from connectors.sandbox.stripe.account import Call, Json
from connectors.sandbox.stripe.errors import invalid, missing, no_such

routes = Router()

_REASONS = ("duplicate", "fraudulent", "requested_by_customer")


@routes.route("POST", "/v1/refunds")
def create(call: Call) -> Json:
    params = call.params(
        "amount",
        "charge",
        "payment_intent",
        "reason",
        "metadata",
        "refund_application_fee",
        "reverse_transfer",
    )
    charge = _charge_of(call, params.text("charge"), params.text("payment_intent"))
    reason = params.choice("reason", _REASONS)
    left = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise invalid(message, code="charge_already_refunded", executed=True)
    amount = params.amount("amount", left)
    if amount > left:
        raise invalid(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})", param="amount"
        )
    refund = call.new("re", "refund", amount=amount, currency=charge["currency"], reason=reason)
    return _execute(call, charge, refund | {"metadata": params.mapping("metadata")})


def _charge_of(call: Call, charge_id: str | None, intent_id: str | None) -> Json:
    if charge_id:
        charge = charges.read(call, charge_id)
    elif intent_id:
        latest = intents.read(call, intent_id)["latest_charge"]
        charge = call.account.charges.get(latest, {"captured": False})
    else:
        raise missing("payment_intent")
    if not charge["captured"]:
        kind, item = ("Charge", charge_id) if charge_id else ("PaymentIntent", intent_id)
        raise invalid(f"This {kind} ({item}) does not have a successful charge to refund.", executed=True)
    return charge


def _execute(call: Call, charge: Json, refund: Json) -> Json:
    refund.pop("livemode")
    refund |= {
        "balance_transaction": None,
        "charge": charge["id"],
        "payment_intent": charge["payment_intent"],
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": call.account.cards[charge["id"]].refund[0],
        "transfer_reversal": None,
    }
    call.account.refunds[refund["id"]] = refund
    _count(charge, refund["amount"])
    intent = call.account.payment_intents[charge["payment_intent"]]
    call.record("refund", intent, refund["amount"], intent["id"], act=call.key or refund["id"])
    call.emit("refund.created", refund)
    call.emit("charge.refunded", charge)
    return refund


def _count(charge: Json, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]


def end(call: Call, refund: Json) -> Json:
    """What the card's bank makes of a refund days later: a pending one succeeds, one to a closed account comes back."""
    charge = call.account.charges[refund["charge"]]
    status = call.account.cards[charge["id"]].refund[1]
    if status == "failed" and refund["status"] != "failed":
        _count(charge, -refund["amount"])
        intent = call.account.payment_intents[charge["payment_intent"]]
        call.record("refund_returned", intent, refund["amount"], intent["id"], act=refund["id"])
        refund["failure_reason"] = "expired_or_canceled_card"
    refund["status"] = status
    call.emit("refund.updated", refund)
    call.emit("charge.refund.updated", refund)
    return refund


@routes.route("GET", "/v1/refunds")
def list_refunds(call: Call) -> Json:
    return lists.page(call, call.account.refunds, "/v1/refunds", "payment_intent", "charge")


@routes.route("GET", "/v1/refunds/{refund}")
def read(call: Call, refund: str) -> Json:
    if refund not in call.account.refunds:
        raise no_such("refund", refund, "refund")
    return call.account.refunds[refund]


@routes.route("POST", "/v1/refunds/{refund}")
def update(call: Call, refund: str) -> Json:
    found = read(call, refund)
    intents.merge_metadata(found, call.params("metadata"))
    return found
