"""Where Vipps' published descriptions say less than Vipps does."""

EXCEPTIONS = {
    "describes no answer of status 404": "the description of reading a payment names only the answer that finds one",
}
