"""Where the description of Front Systems' REST API is not to be taken at its word, and what it does not describe."""

EXCEPTIONS = {
    r"^there is no GET /odata/Sale": "sales are read from the OData service, which has no description",
    r"describes no answer of status 400": "refusals are not described",
    r"^'(content|schema)'$": "what these calls return is described in words, or by an example only",
    r"PUT /api/v2/Products/bulk-upsert:  \[": (
        "described as one product, while its text and its example have a list; each item is judged in"
        " test_frontsystems.py"
    ),
    r"^ \[(\{'productId'.*)?\] is not of type 'object'": (
        "prices are described as an object, while the example has several one after the other"
    ),
}
