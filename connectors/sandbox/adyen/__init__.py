"""Adyen: Checkout v72 with payments, payment links, changes of payments, and signed webhooks.

Docs: https://docs.adyen.com/api-explorer/Checkout/72. Every API key `AQE…` is good for everything, every merchant account
exists but those that begin with Unknown. How a card payment ends is told by its holderName (outcomes.py).
"""

from connectors.sandbox.adyen.api import Adyen

__all__ = ["Adyen"]
