"""The shipments of a new order: `"shipments": [{"shipping_option", "pickup_point", "packages", "store"}]`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shipping.api.serializers import NewShipmentSerializer
from shipping.making import ShipmentDraft, save_shipments, store_of
from shipping.models import HEAVIEST, LONGEST
from shipping.options import PackageSize
from shipping.providers import Offer, UnknownShippingOption, find_offer
from workflows import lookups
from workflows.intake import OrderDraft
from workflows.models import Order
from workflows.parts import register_part
from workflows.problems import FieldErrors
from workflows.reading import MISSING, NO_OBJECT, Reader

MOST = 20
MOST_PACKAGES = 99

_SIDES = ("length", "width", "height")


def validate(value: Any, draft: OrderDraft, errors: FieldErrors) -> list[ShipmentDraft]:
    """What can be read; whoever saves looks at `errors` first."""
    if not isinstance(value, (list, tuple)) or len(value) > MOST:
        whole = FieldErrors(found=errors.found)
        whole.add(errors.prefix.rstrip("."), f"This is not usable; send a list of at most {MOST} shipments.")
        return []
    return list(_drafts(value, draft, errors))


def save(order: Order, drafts: Sequence[ShipmentDraft]) -> None:
    """Runs inside the order's transaction."""
    if drafts:
        save_shipments(order.tenant_id, order.pk, order.market.code, drafts)


def _drafts(items: Sequence[Any], draft: OrderDraft, errors: FieldErrors) -> Iterator[ShipmentDraft]:
    for index, item in enumerate(items):
        if not isinstance(item, Mapping):
            errors.add(str(index), NO_OBJECT)
            continue
        found = _draft(Reader(item, errors.under(index)), draft)
        if found:
            yield found


def _draft(reader: Reader, draft: OrderDraft) -> ShipmentDraft | None:
    """Reads every field before it gives up, so that nothing that is wrong stays unsaid."""
    offer = _offer(reader, draft)
    code = reader.text("store", 50)
    store = lookups.store(code, reader.errors) if code else None
    point, session = reader.text("pickup_point", 100), reader.text("session", 255)
    packages = tuple(_packages(reader))
    if offer is None:
        return None
    if offer.option.service_point_required and not point and not session:
        name = offer.option.name
        reader.errors.add(
            "pickup_point", f"{name} needs a pickup point; send the id of one that the carrier has."
        )
    if not reader.data.get("packages"):
        packages = _default_package(offer, reader.errors)
    return ShipmentDraft(
        offer=offer,
        packages=packages,
        pickup_point=point,
        store=store or store_of(offer, draft.store),
        session=session,
    )


def _offer(reader: Reader, draft: OrderDraft) -> Offer | None:
    name = reader.text("shipping_option", 100, required=True)
    if not name:
        return None
    with reader.errors.catch("shipping_option", UnknownShippingOption):
        return find_offer(draft.runtime, name, draft.market.code)
    return None


def _default_package(offer: Offer, errors: FieldErrors) -> tuple[PackageSize, ...]:
    size = offer.option.package
    if not size.weight:
        errors.add(
            "packages", f"{offer.option.name} has no default package; send packages with their weight."
        )
        return ()
    return (size,)


def _packages(reader: Reader) -> Iterator[PackageSize]:
    if len(reader.items("packages")) > MOST_PACKAGES:
        reader.errors.add("packages", f"This has too many entries; send at most {MOST_PACKAGES}.")
        return
    for package in reader.readers("packages"):
        weight = _whole(package, "weight", HEAVIEST, least=1)
        sides = {name: _whole(package, name, LONGEST, least=0) for name in _SIDES}
        yield PackageSize(weight=weight, **sides)


def _whole(reader: Reader, key: str, most: int, *, least: int) -> int:
    """A whole number; with a complaint where there is none."""
    value = reader.data.get(key)
    if value is None:
        if least:
            reader.errors.add(key, MISSING)
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        reader.errors.add(key, f"This is not usable; send a whole number from {least} to {most}.")
        return 0
    return value


register_part("shipments", validate, save, serializer=NewShipmentSerializer)
