"""Customers and articles."""

from __future__ import annotations

from connectors.sandbox.fortnox.company import Company, Json
from connectors.sandbox.fortnox.errors import FortnoxError, refused

_CUSTOMER = {
    "Name": "",
    "Email": "",
    "Phone1": None,
    "Address1": None,
    "Address2": None,
    "ZipCode": None,
    "City": None,
    "CountryCode": None,
    "OrganisationNumber": "",
    "Type": "COMPANY",
    "VATType": "SEVAT",
    "Active": True,
    "Currency": "SEK",
}
_ARTICLE = {
    "Description": "",
    "EAN": "",
    "Unit": "",
    "VAT": 25,
    "Type": "STOCK",
    "Active": True,
    "QuantityInStock": 0,
    "ReservedQuantity": 0,
    "DisposableQuantity": 0,
    "SalesPrice": None,
    "WebshopArticle": False,
}


def create_customer(company: Company, given: Json) -> Json:
    if not given.get("Name"):
        raise refused("Namn måste anges.")
    number = str(given.get("CustomerNumber") or company.next("customers"))
    if number in company.customers:
        raise FortnoxError(2000637, "Kundnumret används redan.")
    customer = company.touch({**_CUSTOMER, **given, "CustomerNumber": number})
    company.customers[number] = customer
    company.note("create_customer", str(customer["Email"] or ""), number)
    return customer


def create_article(company: Company, given: Json) -> Json:
    if not given.get("Description"):
        raise refused("Benämning måste anges.")
    number = str(given.get("ArticleNumber") or company.next("articles"))
    if number in company.articles:
        raise FortnoxError(2000013, "Artikelnumret används redan.")
    company.articles[number] = company.touch({**_ARTICLE, **given, "ArticleNumber": number})
    company.note("create_article", number, number)
    return company.articles[number]


def customer_item(customer: Json) -> Json:
    names = (
        "CustomerNumber",
        "Name",
        "Email",
        "Address1",
        "Address2",
        "ZipCode",
        "City",
        "OrganisationNumber",
    )
    return {**{name: customer[name] for name in names}, "Phone": customer["Phone1"]}


def article_item(article: Json) -> Json:
    """Numbers of the list are text, those of the record are numbers."""
    texts = {
        name: str(article[name]) for name in ("DisposableQuantity", "QuantityInStock", "ReservedQuantity")
    }
    names = ("ArticleNumber", "Description", "EAN", "Unit", "SalesPrice", "WebshopArticle")
    return {**{name: article[name] for name in names}, **texts, "VAT": str(article["VAT"])}
