"""Articles out: put by their number, one by one."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from connectors.contracts.catalog import BatchResult, ItemResult, ItemState, ProductRecord, ProductSink
from connectors.errors import Rejected
from connectors.providers.ongoing.api import OngoingApi

#: Fields of an article that the Field Mapping may fill, beside those that are filled anyway.
MAPPED = frozenset(
    {
        *("articleName", "description", "productCode", "unitCode", "isStockArticle", "isActive", "weight"),
        *("length", "width", "height", "volume", "netWeight", "customerPrice", "purchasePrice"),
        *(
            "purcaseCurrencyCode",
            "countryOfOriginCode",
            "statisticsNumber",
            "stockLimit",
            "customsDescription",
        ),
        *("linkToPicture", "quantityPerPackage", "quantityPerPallet"),
    }
)


class Articles(OngoingApi, ProductSink):
    #: Ongoing works on one call of a goods owner at a time.
    most_products = 20

    def export_products(self, products: Sequence[ProductRecord]) -> BatchResult:
        return BatchResult(items=tuple(self._put(product) for product in products))

    def _put(self, product: ProductRecord) -> ItemResult:
        """Whatever is refused stops no other."""
        try:
            number, said = self.upsert("articles", _body(product), "articleSystemId")
        except Rejected as error:
            return ItemResult(key=product.sku, state=ItemState.FAILED, message=error.message)
        return ItemResult(key=product.sku, external_id=number, message=said)


def _body(product: ProductRecord) -> dict[str, Any]:
    """What is not told stays as it is there. Raises Rejected for a field that Ongoing does not have."""
    strange = sorted(set(product.fields) - MAPPED)
    if strange:
        raise Rejected(
            f"The Field Mapping names {', '.join(strange)}; of an article at Ongoing it can fill {', '.join(sorted(MAPPED))}"
        )
    told = {
        "articleNumber": product.sku,
        "articleName": product.name or None,
        "description": product.description or None,
        "unitCode": product.unit or None,
        "isActive": product.active,
        "barCodeInfo": {"barCode": product.gtin} if product.gtin else None,
        "weight": product.weight_g / Decimal(1000) if product.weight_g is not None else None,
        "linkToPicture": product.images[0] if product.images else None,
        **product.fields,
    }
    return {name: value for name, value in told.items() if value is not None}
