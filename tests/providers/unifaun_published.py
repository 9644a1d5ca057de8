"""Where nShift's description is not to be taken at its word: it is of 2016, and of nShift Delivery only."""

EXCEPTIONS = {
    r"^there is no (GET|POST) /(rs-extapi/v1/)?(meta/|shipments-history|shipments/[^/]+/prints)": "came after 2016",
    r"^there is no (GET|POST) /(checkout|track)/": "belongs to the nShift portal, which publishes no description",
    r"there is no parameter returnFile": "took the place of inlinePdf",
    r"'pdfConfig' is a required property": "printConfig took its place",
    r"^POST /shipments: shipment.agent '(name|city|country)' is a required property": (
        "the text beside it says that an agent's quick id is enough"
    ),
    r"None is not of type|None for not nullable": "nShift's own examples leave optional fields empty with null",
}
