"""A small API over markets, built with the kit as the apps above build theirs."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.urls import include, path
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from config.urls import urlpatterns as real
from tenants.apikit import ApiView, ApiViewSet, FieldError, OpenJSONField, Problem, StrictSerializer
from tenants.models import Market
from tenants.scoping import current_tenant


class MarketSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    code = serializers.CharField(max_length=10)
    name = serializers.CharField()
    weight = serializers.DecimalField(max_digits=8, decimal_places=3, required=False)
    extra = OpenJSONField(required=False)
    tags = serializers.ListField(child=serializers.CharField(max_length=3), required=False)


class MarketViewSet(ApiViewSet):
    queryset = Market.objects.all()
    serializer_class = MarketSerializer
    scopes = {"GET": "markets:read", "POST": "markets:write", "retire": "markets:act"}

    def list(self, request):
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request, pk):
        return Response(self.get_serializer(self.get_object()).data)

    def create(self, request):
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        code, name = serializer.validated_data["code"], serializer.validated_data["name"]
        if Market.objects.filter(code=code).exists():
            raise Problem(409, "market-exists", f"There is a market {code} already.")
        market = Market.objects.create(code=code, name=name, currency="NOK", country="NO")
        headers = {"Location": f"/t/markets/{market.pk}/"}
        body = {**serializer.data, "id": market.pk, "extra": serializer.validated_data.get("extra")}
        return Response(body, status=status.HTTP_201_CREATED, headers=headers)

    def retire(self, request, pk):
        market = self.get_object()
        market.is_active = False
        market.save()
        return Response(status=status.HTTP_204_NO_CONTENT)


ERRORS = {
    "django": lambda: ValidationError({"code": ["Taken; use another code"]}),
    "missing": lambda: Http404("No Market matches the given query of table tenants_market"),
    "forbidden": lambda: PermissionDenied("internal reason"),
    "bug": lambda: RuntimeError("password=hunter2 in /srv/secret/path"),
    "fields": lambda: Problem.of_fields({"lines.0.sku": ["Unknown SKU; use one of the catalogue"]}),
    "problem": lambda: Problem(
        409, "busy", "Busy.", errors=[FieldError("a", "b", "c")], headers={"Retry-After": "3"}
    ),
}


class Failing(ApiView):
    scopes = {"GET": "*", "POST": "*"}

    def get(self, request, kind):
        raise ERRORS[kind]()

    def post(self, request, kind):
        Market.objects.create(code="SIDE", name="effect", currency="NOK", country="NO")
        raise ERRORS[kind]()


class Lazy(ApiView):
    """Answers with rows that are read while the answer is rendered."""

    scopes = {"GET": "markets:read"}

    def get(self, request):
        return Response(
            {"tenant": current_tenant().slug, "codes": Market.objects.values_list("code", flat=True)}
        )


class Unnamed(ApiView):
    """Names no scope at all."""

    def get(self, request):
        return Response({})


router = SimpleRouter()
router.register("markets", MarketViewSet, basename="market")
urlpatterns = [
    path("t/", include(router.urls)),
    path("t/markets/<int:pk>/retire/", MarketViewSet.as_view({"post": "retire"})),
    path("t/fail/<str:kind>/", Failing.as_view()),
    path("t/lazy/", Lazy.as_view()),
    path("t/unnamed/", Unnamed.as_view()),
    *real,
]
