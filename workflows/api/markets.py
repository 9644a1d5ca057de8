from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.apikit import Pagination
from tenants.apikit.describing import path
from tenants.models import Market
from workflows.api.catalog_serializers import MarketSerializer
from workflows.api.listing import CatalogApi, described


@extend_schema_view(**described("Markets", (), MarketSerializer, path("code", "The market's code.")))
class MarketViewSet(CatalogApi):
    queryset = Market.objects.none()
    serializer_class = MarketSerializer
    pagination_class = Pagination
    lookup_field = "code"
    scopes = {"list": "markets:read", "retrieve": "markets:read"}

    def get_queryset(self) -> QuerySet[Market]:
        return Market.objects.prefetch_related("groups")

    def retrieve(self, request: Request, **code: str) -> Response:
        return super().retrieve(request, code__iexact=code["code"])
