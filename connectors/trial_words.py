"""What a failed test of a connection means to whoever set it up, and what to do."""

from __future__ import annotations

from connectors.contracts.base import Provider
from connectors.manual import place_of
from connectors.schema import Secret


def advice(
    implementation: type[Provider] | None, *, asked: bool, status: int | None, is_page: bool, is_test: bool
) -> str:
    """`asked` tells whether anything was sent, `status` what came back, `is_page` whether that was a web page."""
    label = implementation.label if implementation else "The provider"
    mode = "test" if is_test else "production"
    if not asked:
        return "Nothing was sent. Mend what is told above, save the draft and test again."
    if status is None:
        return (
            f"{label} did not answer. Look at the Host, and whether a firewall or an outage is in between; "
            "the Timeout is under Authentication > Other settings."
        )
    if is_page:
        return (
            f"A web page came back instead of data. The Host is then not the address of {label}'s API, "
            "or a proxy or a login page stands in front of it."
        )
    if status in {401, 403}:
        return (
            f"{label} does not accept these credentials. Enter {_secrets(implementation)} again, "
            f"and check that they are those of the {mode} account and have the rights that the setup guide names."
        )
    if status == 404:
        return f"{label}'s address for the test is not there. Look at the Host and at settings that are part of it."
    if 300 <= status < 400:
        return "The Host sends callers on to another address, which is never followed. Enter that address as Host."
    if status == 429:
        return f"{label} is asked too often just now. Test again in a minute."
    if status >= 500:
        return f"{label} has a failure of its own. Test again later; nothing here is wrong for sure."
    return f"{label} answered, and refused the request. Compare the settings with the setup guide."


def _secrets(implementation: type[Provider] | None) -> str:
    fields = implementation.settings.fields().values() if implementation else ()
    names = [
        f"{item.label} ({' > '.join(place_of(item))})"
        for item in fields
        if isinstance(item, Secret) and item.required
    ]
    return " and ".join(names) or "them"
