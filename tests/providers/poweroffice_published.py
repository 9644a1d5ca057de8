"""Where PowerOffice Go's description is not to be taken at its word."""

EXCEPTIONS = {
    r"there is no parameter (PageNumber|PageSize)$": "all lists name them together, as one parameter resourceParameter",
    r"^PATCH .*\.value .* is not of type 'object'$": "a patch's value is described as an object; the examples beside it are"
    " texts, numbers and lists",
}
