"""Vipps MobilePay: tokens, payments in the app, webhooks in order.

Docs: https://developer.vippsmobilepay.com/docs/APIs/epayment-api. Any client id and secret log in; the merchant serial
number tells the sales units apart. A phone number that ends in 0000 belongs to nobody. A payment of 1.51 or 1.86 cannot
be approved: there is no money, or the card has expired; the shopper may then try another card or give up.
"""

from connectors.sandbox.vipps.api import Vipps

__all__ = ["Vipps"]
