"""Where Fortnox's description is not to be taken at its word: its guides and its recorded answers say more."""

EXCEPTIONS = {
    r"^GET /3/\w+: there is no parameter (page|limit)$": "parameters of all lists are described in the guides only",
    r" None (for not nullable|is not of type)": "recorded answers leave fields empty with null that are described as plain",
    r"'\d+' is not of type 'number'": "recorded lists of articles write quantities as text",
}
