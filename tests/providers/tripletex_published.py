"""Where Tripletex's description is not to be taken at its word."""

EXCEPTIONS = {
    r" describes no answer of status 4\d\d$": "failures are described in its introduction only, with their numbers",
    r" None (for not nullable|is not of type)": "recorded answers leave fields empty with null that are described as plain",
}
