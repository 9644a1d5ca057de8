"""The text of the files. What is to be written by hand fails until it is: a method raises, a scenario has no exchange."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from importlib import import_module
from textwrap import dedent, indent
from typing import Any

from config.scaffold.plan import Wanted
from connectors.contracts.base import Provider


def files(wanted: Wanted) -> dict[str, str]:
    """Text by path, relative to the repository."""
    return {
        f"connectors/providers/{wanted.slug}.py": provider(wanted),
        f"tests/providers/{wanted.slug}.json": fixture(wanted),
        f"connectors/sandbox/{wanted.slug}.py": simulator(wanted),
        f"config/demo/flows/{wanted.slug}.py": flow(wanted),
    }


def provider(wanted: Wanted) -> str:
    signatures = [_signature(base, name) for base, name in wanted.operations]
    words = " ".join(signatures)
    bases = ", ".join(base.__name__ for base in wanted.contracts)
    parts = [
        f'"""{wanted.label}: … Reference: the page of its API that was read, and when.\n\n'
        "Say here what is peculiar: how money is written, what makes a repetition safe, what its webhooks prove.\n"
        '"""',
        "from __future__ import annotations",
        "\n".join(sorted(_imports(wanted, words))),
        _settings(wanted),
        f"class {wanted.class_name}({bases}):\n" + indent(_declarations(wanted), "    "),
    ]
    return (
        "\n\n".join(parts[:3]) + "\n\n\n" + "\n\n\n".join(parts[3:]) + "\n\n" + _methods(wanted, signatures)
    )


def _imports(wanted: Wanted, words: str) -> Iterator[str]:
    """What the signatures name is found where the contracts find it."""
    needed: dict[str, set[str]] = {
        "connectors.auth": {"Bearer"},
        "connectors.contracts.base": {"Answer", "BadAnswer", "Category"},
        "connectors.schema": {"Secret", "Settings"},
    }
    if _reads_webhooks(wanted):
        needed["connectors.signing"] = {"HmacSha256"}
    for base in wanted.contracts:
        needed.setdefault(base.__module__, set()).add(base.__name__)
        for name, item in vars(inspect.getmodule(base)).items():
            if name in _names(words) and getattr(item, "__module__", "").startswith("connectors.contracts"):
                needed.setdefault(item.__module__, set()).add(name)
    for name, module in (("Sequence", "collections.abc"), ("Mapping", "collections.abc"), ("Any", "typing")):
        if name in _names(words):
            needed.setdefault(module, set()).add(name)
    return (f"from {module} import {', '.join(sorted(names))}" for module, names in needed.items())


def _names(words: str) -> set[str]:
    return set("".join(c if c.isalnum() or c == "_" else " " for c in words).split())


def _reads_webhooks(wanted: Wanted) -> bool:
    return "read_webhook" in {name for _, name in wanted.operations}


def _settings(wanted: Wanted) -> str:
    text = dedent(f'''\
        class {wanted.class_name}Settings(Settings):
            """The vendor's own names of what an administrator fills in, and where the connector keeps each."""

            api_key = Secret("API Key", column="bearer_token", help="Where it is found at the vendor.")''')
    signing = 'webhook_secret = Secret("Webhook Secret", help="What the vendor signs its webhooks with.")'
    return f"{text}\n    {signing}" if _reads_webhooks(wanted) else text


def _declarations(wanted: Wanted) -> str:
    """Whoever reads webhooks has to say how they are signed, so that a scheme stands there to be replaced."""
    text = dedent(f'''\
        slug, label, category = "{wanted.slug}", "{wanted.label}", Category.{wanted.category.name}
        names = ("{wanted.label}",)
        hosts = dict.fromkeys(("live", "test"), "{wanted.host}")
        settings = {wanted.class_name}Settings
        auth = Bearer("api_key")
        check = ("GET", "/")
        guide = """
        How an administrator sets it up at the vendor, step by step, and what may surprise.
        """''')
    signing = 'webhook = HmacSha256(header="X-Signature", key="webhook_secret")'
    return text.replace("guide =", f"{signing}\nguide =", 1) if _reads_webhooks(wanted) else text


def _methods(wanted: Wanted, signatures: list[str]) -> str:
    written = [
        f'    {signature}\n        raise NotImplementedError("{name} of {wanted.label}")'
        for signature, (_, name) in zip(signatures, wanted.operations, strict=True)
    ]
    written.append(
        dedent('''\
            def read_error(self, answer: Answer) -> tuple[str, str]:
                """The vendor's code and text of a failure."""
                try:
                    body = answer.json()
                    return str(body.get("code", "")), str(body.get("message", ""))
                except (BadAnswer, AttributeError):
                    return "", ""''')
    )
    written[-1] = indent(written[-1], "    ")
    return "\n\n".join(written) + "\n"


def _signature(base: type[Provider], name: str) -> str:
    function = vars(base)[name]
    given = str(inspect.signature(function, eval_str=False)).replace("'", "")
    return f"def {name}{given}:"


def fixture(wanted: Wanted) -> str:
    """Every scenario that the contract asks for, each still without its exchanges."""
    data: dict[str, Any] = {
        "connector": {"columns": {"bearer_token": f"{wanted.slug}-key-of-your-own"}, "properties": {}},
        "always": {"authorization": "Bearer {bearer_token}"},
        "shapes": {},
        "scenarios": {name: {"exchanges": []} for name in _scenarios(wanted)},
        "webhooks": [],
    }
    if _reads_webhooks(wanted):
        data["connector"]["properties"]["WebhookSecret"] = f"{wanted.slug}-webhook-secret-of-your-own"
    else:
        del data["webhooks"]
    return json.dumps(data, indent=2) + "\n"


def _scenarios(wanted: Wanted) -> list[str]:
    """Of the tests' own list, which is beside the code in a checkout."""
    contracts = import_module("tests.contract.scenarios").CONTRACTS
    names = {name for _, name in wanted.operations}
    return [
        scenario.name
        for contract in wanted.contracts
        for scenario in contracts.get(contract, ())
        if scenario.operation in names
    ]


def simulator(wanted: Wanted) -> str:
    return dedent(f'''\
        """{wanted.label} as the demo and the fault tests meet it: what it keeps, and its errors in its own shape."""

        from __future__ import annotations

        from connectors.sandbox.core.vendor import Course, Vendor
        from connectors.sandbox.core.wire import Request, Response, json_response


        class {wanted.class_name}(Vendor):
            slug = "{wanted.slug}"

            def serve(self, request: Request, course: Course) -> Response:
                return self.run(course, lambda: self._answer(request))

            def _answer(self, request: Request) -> Response:
                """What it executes goes into `self.ledger.record`, so that whatever is done twice is seen."""
                return json_response({{"message": f"There is no {{request.method}} {{request.path}}"}}, 404)

            def failure(self, status: int) -> Response:
                return json_response({{"code": str(status), "message": f"Injected failure {{status}}"}}, status)
        ''')


def flow(wanted: Wanted) -> str:
    return dedent(f'''\
        """{wanted.label} in the demo."""

        from __future__ import annotations

        from collections.abc import Iterator, Mapping
        from typing import Any

        from config.demo.flows.base import Flow, at_vendor
        from config.demo.merchant import Merchant
        from config.demo.vendors import Vendors

        _KEY = "{wanted.slug}-nordicOutdoor-1"


        class {wanted.class_name}Flow(Flow):
            title = "{wanted.label} takes part"
            secrets = (_KEY,)

            def connectors(self) -> Mapping[str, Mapping[str, Any]]:
                how = {{"type": "{wanted.slug}", "host": at_vendor("{wanted.slug}"), "bearer_token": _KEY}}
                return {{"{wanted.slug}": how}}

            def play(self, merchant: Merchant, vendors: Vendors) -> Iterator[str]:
                yield "nothing goes through {wanted.label} yet"
        ''')
