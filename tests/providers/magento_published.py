"""Where Adobe's description is not to be taken at its word; the one at hand is shortened, too."""

EXCEPTIONS = {
    r"^there is no POST /(rest/default/)?V1/products/special-price-(information|delete)": (
        "left out of the shortened description; Adobe's page on catalogue prices has them"
    ),
    r"parameters\.\d+ '.*' is not of type 'object'": (
        "Adobe's page on errors, and every shop, has texts as an error's parameters"
    ),
    r"^ \[\] is not of type .object.$": "source items are answered with an empty list, of which only errors are described",
}
