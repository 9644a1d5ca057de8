from django.urls import path
from rest_framework.routers import SimpleRouter

from payments.api.checkout import (
    CheckoutCancellation,
    CheckoutCompletion,
    CheckoutPayment,
    CheckoutPayments,
    PaymentOptions,
)
from payments.api.configuration import PaymentMethodConfiguration
from payments.api.views import OrderPayments, PaymentViewSet

router = SimpleRouter()
router.register("payments", PaymentViewSet, basename="payment")
router.register("config/payment-methods", PaymentMethodConfiguration, basename="config-payment-method")

urlpatterns = [
    *router.urls,
    path("orders/<str:number>/payments/", OrderPayments.as_view(), name="order-payments"),
    path("checkout/payment-options/", PaymentOptions.as_view(), name="checkout-payment-options"),
    path("checkout/payments/", CheckoutPayments.as_view(), name="checkout-payments"),
    path("checkout/payments/<str:reference>/", CheckoutPayment.as_view(), name="checkout-payment"),
    path(
        "checkout/payments/<str:reference>/complete/",
        CheckoutCompletion.as_view(),
        name="checkout-payment-completion",
    ),
    path(
        "checkout/payments/<str:reference>/cancel/",
        CheckoutCancellation.as_view(),
        name="checkout-payment-cancellation",
    ),
]
