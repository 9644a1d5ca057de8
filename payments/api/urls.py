from django.urls import path

from payments.api.views import OrderPayments

urlpatterns = [path("orders/<str:number>/payments/", OrderPayments.as_view(), name="order-payments")]
