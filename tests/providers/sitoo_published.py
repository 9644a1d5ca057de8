"""Where the description of Sitoo's API is not to be taken at its word: an integrator wrote it down from Sitoo's pages."""

EXCEPTIONS = {
    r"includeinactive:  'true' is not one of \[True, False\]": "a text whose two words are written as truth values",
    r"None (for not nullable|is not of type)": (
        "Sitoo's own examples leave fields empty with null that are described as plain texts and numbers"
    ),
    r"'return' is a required property": "an item that was refused has no id to return",
    r"^'content'$": "what these calls return is described in words only",
}
