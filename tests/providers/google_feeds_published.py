"""What Google's description leaves out."""

EXCEPTIONS = {
    r"describes no answer of status 4\d\d": "converted from a discovery document, which describes no errors",
}
