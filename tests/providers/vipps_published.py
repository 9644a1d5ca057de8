"""Where Vipps' published descriptions say less than Vipps does."""

EXCEPTIONS = {
    "^'default'$": "the description of reading a payment names only the answer that finds one, not the 404",
}
