"""The pages of payment methods and payments."""

from payments.admin import methods, order_panel, payments

__all__ = ["methods", "order_panel", "payments"]
