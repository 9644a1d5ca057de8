"""The pages of payment methods and payments."""

from payments.admin import methods, payments

__all__ = ["methods", "payments"]
