"""A payment as its provider needs it, before anything is said of the order or the cart that it pays."""

from __future__ import annotations

from connectors.contracts import payment as contract
from connectors.errors import Misconfigured
from connectors.runtime import TenantRuntime
from payments.methods import KIND
from payments.models import Payment
from tenants.money import Money
from tenants.vault import VaultError


def bare(runtime: TenantRuntime, payment: Payment, amount: Money) -> contract.Payment:
    """Raises Misconfigured when the shopper's token does not open."""
    method = runtime.of(KIND, retired=True).get(payment.method_id)
    options = method.options if method else {}
    try:
        token = payment.open_token().reveal()
    except VaultError as error:
        raise Misconfigured(f"the token of payment {payment}: {error}") from None
    return contract.Payment(
        reference=payment.reference,
        order_number="",
        amount=amount,
        authorized=payment.authorized,
        captured=payment.captured,
        refunded=payment.refunded,
        provider_id=payment.provider_id,
        token=token,
        return_url=str(options.get("ReturnUrl", "")),
        cancel_url=str(options.get("CancelUrl", "")),
        created_at=payment.created_at,
        extra=options,
    )
