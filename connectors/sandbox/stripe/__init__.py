"""Stripe: payment intents, refunds, hosted checkout, charges, webhook endpoints and events, API version 2022-11-15.

Docs: https://docs.stripe.com/api. Amounts in minor units. Objects belong to an account and a mode, both read from the
key: `sk_test_acme_k1` and `sk_test_acme_k2` are two keys of the account "acme", `sk_test_k1` is one of the unnamed one.
"""

from connectors.sandbox.stripe.api import Stripe

__all__ = ["Stripe"]
