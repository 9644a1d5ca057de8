"""PayPal: Orders v2, Payments v2, OAuth and signed webhooks, as far as an authorisation and its captures go.

Docs: https://developer.paypal.com/docs/api. Amounts are decimal strings. Any client id with any secret is an account of
its own.
"""

from connectors.sandbox.paypal.api import Paypal

__all__ = ["Paypal"]
