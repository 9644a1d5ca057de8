"""Where Bring's description is not to be taken at its word: it was converted from an older form, and covers a part only."""

EXCEPTIONS = {
    r"event_groups \[": "described as one text; Bring's own example and its text have a list",
    r"^POST /booking/api/booking describes no answer of status 400": "only that of success is described",
    r"^there is no GET /(labels|storage)/": "labels are links in an answer, not operations of the API",
    r"^consignmentSet\.\d+\..*None (for not nullable|is not of type)": (
        "Bring's own samples leave fields empty with null that are described as plain strings, objects and lists"
    ),
}
