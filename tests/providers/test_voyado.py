"""Voyado: who goes out as what, whose consents stand, what a receipt says, and what nobody may enter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from connectors.contracts.crm import Loyalty, ReceiptExport, ReceiptKind
from connectors.errors import LeftAlone, Misconfigured
from connectors.providers.voyado import Voyado
from connectors.sandbox import Sandbox, start
from connectors.schema import SettingsError
from tests.contract.scenarios.base import ORDER, PLACED_AT, nok
from tests.contract.test_webhooks import reader
from tests.providers.voyado_desk import KARI, Desk, values


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with start() as sandbox:
        yield sandbox


@pytest.fixture
def desk(running: Sandbox) -> Desk:
    running.reset()
    return Desk(running)


@pytest.mark.parametrize("version", ["v3", "v2"])
def test_customers_become_contacts_and_members(desk: Desk, version: str) -> None:
    way = {"ApiVersion": version}
    assert desk.export(KARI, **way) == ["done"]
    assert desk.export(KARI, **way) == ["unchanged"]
    assert desk.export(replace(KARI, member=True, last_name="", phone="+4790000001"), **way) == ["done"]
    [contact] = desk.contacts()
    assert contact["meta"] == {"contactType": "Member"}
    assert contact["attributes"] == {
        "firstName": "Kari",
        "lastName": "Nordmann",
        "email": "kari@example.com",
        "externalId": "C-77",
        "mobilePhone": "+4790000001",
    }
    assert desk.sandbox.doubles() == []


def test_who_is_exported_is_decided_by_one_setting(desk: Desk) -> None:
    told = desk.export(KARI, replace(KARI, email=""), ExportCustomers="ExportMembersOnly")
    assert told == ["skipped: Is no member, and ExportCustomers sends members only"] * 2
    told = desk.export(
        replace(KARI, email=""),
        KARI,
        replace(KARI, number="C-78", email="ola@example.com", last_name="Refused"),
        ExportCustomers="ExportAllCustomersAsMember",
    )
    assert told == [
        "failed: The customer has no e-mail address, which UniqueIdentifier asks for; add it",
        "done",
        "failed: Voyado says: ValidationError lastName is not taken",
    ]
    assert [contact["meta"]["contactType"] for contact in desk.contacts()] == ["Member"]


def test_nobody_is_opted_in_again_unless_the_hub_owns_consents(desk: Desk) -> None:
    club = {"ConsentMapping": {"club": "clubTerms"}}
    agreed = replace(KARI, consents={"email": True, "club": True, "sms": None, "newsletter": True})
    desk.export(agreed, **club)
    desk.put(email=KARI.email, preferences={"acceptsEmail": False})
    assert desk.export(agreed, **club) == ["unchanged"]
    [record] = desk.imported(**club).items
    assert record.consents == {"email": False, "sms": False, "post": False, "club": True}
    assert not any(desk.imported(IgnoreConsents="true").items[0].consents)
    assert desk.export(agreed, ConsentsOwnedBy="Hub", IgnoreConsents="true", **club) == ["unchanged"]
    assert desk.export(agreed, ConsentsOwnedBy="Hub", **club) == ["done"]
    assert desk.contacts()[0]["preferences"]["acceptsEmail"] is True


def test_changes_are_read_by_id_in_windows_that_engage_can_tell(desk: Desk) -> None:
    for number in range(27):
        desk.put(email=f"nr{number}@example.com")
    desk.put("settings", most_changes=40)
    first = desk.imported()
    assert (len(first.items), first.more, first.total) == (25, True, 27)
    gone = first.items[0].external_id
    desk.sandbox.control("DELETE", f"voyado/contacts/{gone}")
    last = desk.imported(first.cursor)
    assert (len(last.items), last.more) == (2, False)
    after = desk.imported(last.cursor)
    assert [item.external_id for item in after.items if item.deleted] == [gone]

    desk.put("settings", most_changes=20)
    earlier, outcome = 0, desk.call("import_customers", "", write=False)
    while outcome.result and outcome.result.more:
        earlier += len(outcome.result.items)
        outcome = desk.call("import_customers", outcome.result.cursor, write=False)
    assert earlier == 0, "a window that holds more than Engage tells is gone through in halves"
    assert outcome.error is not None
    assert outcome.error.code == "TooManyContacts"


def test_deleted_here_is_deleted_there_only_if_wanted(desk: Desk) -> None:
    desk.export(KARI)
    gone = replace(KARI, deleted=True)
    assert desk.export(gone) == ["skipped: Is deleted here, and SyncDelete is not set"]
    assert desk.export(gone, SyncDelete="true") == ["done"]
    assert desk.export(gone, SyncDelete="true") == ["unchanged"]
    assert desk.contacts() == []


def receipt(amount: str, kind: ReceiptKind = ReceiptKind.PURCHASE, **more: Any) -> ReceiptExport:
    told = {"reference": "100234", "order": ORDER, "occurred_at": PLACED_AT}
    return ReceiptExport(kind=kind, amount=nok(amount), **{**told, **more})


def test_a_receipt_spreads_what_was_paid_and_is_told_once(desk: Desk) -> None:
    order = replace(
        ORDER,
        shipping_total=nok("99.00"),
        store="oslo",
        sections={"payments": [{"payment_method": "Klarna", "state": "captured"}]},
        properties={"LoyaltyVouchers": ["7203344518"], "LoyaltyPromotions": "a1, b2"},
    )
    told = {"order": order, "reference": "A-1"}
    settings = {
        "ShippingArticle": "FREIGHT",
        "VoyadoStores": {"OSLO": "12"},
        "VoyadoExchangeRates": {"nok": "0.97"},
    }
    for _ in range(2):
        desk.done("export_receipt", receipt("1000.00", **told), **settings)
    [found] = desk.receipts()
    prices = [(item["sku"], item["grossPaidPrice"]) for item in found["items"]]
    assert prices == [("WOOL-M", 739.8), ("SOCK-42", 186.81), ("FREIGHT", 73.39)]
    assert (found["storeExternalId"], found["exchangeRateToGroupCurrency"]) == ("12", 0.97)
    assert found["paymentMethods"] == [{"type": "Klarna", "value": 1000}]
    assert found["usedBonusChecks"] == [{"checkNumber": "7203344518"}]
    assert found["usedPromotions"] == [{"promotionId": "a1"}, {"promotionId": "b2"}]
    assert found["createdDate"] == "2026-11-20T11:00:00+01:00"
    assert desk.contacts()[0]["attributes"]["email"] == "kari@example.com"
    assert desk.sandbox.doubles() == []


def test_returns_bring_pieces_back_and_other_refunds_none(desk: Desk) -> None:
    back = ReceiptKind.RETURN
    desk.done("export_receipt", receipt("499.00", back, reference="R1", lines={1: Decimal(1)}))
    desk.done("export_receipt", receipt("1250.00", back, reference="R2"))
    desk.done("export_receipt", receipt("100.00", back, reference="R3"))
    told = [
        [(item["type"], item["sku"], item["quantity"], item["grossPaidPrice"]) for item in found["items"]]
        for found in desk.receipts()
    ]
    assert told == [
        [("RETURN", "WOOL-M", -1, 499)],
        [("RETURN", "WOOL-M", -2, 998), ("RETURN", "SOCK-42", -1, 252)],
        [("ADJUSTMENT", "WOOL-M", -1, 79.84), ("ADJUSTMENT", "SOCK-42", -1, 20.16)],
    ]
    assert [found["totalGrossPrice"] for found in desk.receipts()] == [-499, -1250, -100]


def test_receipts_of_strangers_stay_out_where_only_members_are_sent(desk: Desk) -> None:
    only = {"ExportCustomers": "ExportMembersOnly"}
    assert isinstance(desk.call("export_receipt", receipt("1250.00"), **only).error, LeftAlone)
    assert isinstance(
        desk.call("export_receipt", receipt("1250.00"), StoreExternalId="").error, Misconfigured
    )
    assert desk.receipts() == []


@pytest.mark.parametrize("version", ["v3", "v2"])
def test_loyalty_is_read_by_whatever_the_buyer_told(desk: Desk, version: str) -> None:
    desk.put(email=KARI.email, mobilePhone="+4790000001", contactType="Member", points=500, tier="Gold")
    desk.put("promotions", email=KARI.email, name="Spring", percent=15)
    desk.put("vouchers", email=KARI.email, number="7203", amount=75, currency="NOK")
    way = {"ApiVersion": version, "LevelField": "tier", "write": False}
    found = desk.done("read_loyalty", replace(ORDER.customer, email=""), **way)
    assert (found.member, found.points, found.level) == (True, 500, "Gold")
    spring, bonus = found.promotions
    assert (spring.kind, spring.percent, bonus.kind, bonus.code) == ("percent", 15, "voucher", "7203")
    assert bonus.value == nok("75")
    stranger = replace(ORDER.customer, email="nobody@example.com", phone="", number="")
    assert desk.done("read_loyalty", stranger, **way) == Loyalty()


def test_several_contacts_with_the_same_address_are_told_with_the_cure(desk: Desk) -> None:
    for number in range(2):
        desk.put(email=f"x{number}@example.com", mobilePhone="+4790000001")
    record = replace(KARI, phone="+4790000001")
    [told] = desk.export(record, UniqueIdentifier="Phone")
    assert told.endswith("several contacts there have it; merge them in Engage")


@pytest.mark.parametrize(
    ("properties", "address"),
    [
        ({"Client": "nordstore"}, "https://nordstore.staging.voyado.com"),
        ({"Client": "https://NordStore.voyado.com/"}, "https://nordstore.staging.voyado.com"),
        ({}, ""),
    ],
)
def test_the_address_follows_from_the_client(properties: dict[str, str], address: str) -> None:
    assert Voyado.own_host(values(**properties)) == address
    assert Voyado.own_host(values("https://x.example/api/v3", **properties)) == "https://x.example"


@pytest.mark.parametrize(
    ("key", "value", "cure"),
    [
        ("Client", "nord store", "nordstore"),
        ("TimeZone", "Oslo", "Europe/Stockholm"),
        ("VoyadoExchangeRates", {"NOK": "-1"}, "0.97"),
        ("UniqueIdentifier", "Name", "Email, Phone, CustomerNumber"),
        ("ApiVersion", "v1", "v3, v2"),
    ],
)
def test_other_values_are_refused_with_the_cure(key: str, value: Any, cure: str) -> None:
    with pytest.raises(SettingsError, match=cure):
        values(**{key: value})


def test_consents_that_engage_does_not_have_are_told() -> None:
    with pytest.raises(
        Misconfigured, match=r"no consent clubTerms; .* acceptsEmail, acceptsPostal, acceptsSms"
    ):
        reader("voyado").read_check([])
