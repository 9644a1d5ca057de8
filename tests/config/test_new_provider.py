"""`manage.py new_provider`: what it writes is whole and right, and fails only where something is to be written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ASKED = ["acmesms", "--label", "Acme SMS", "--host", "https://api.acme.example", "--contract", "notification"]
FOLDERS = ("connectors/providers", "tests/providers", "connectors/sandbox", "config/demo/flows")


@pytest.fixture
def checkout(tmp_path, settings) -> Path:
    settings.BASE_DIR = tmp_path
    for folder in FOLDERS:
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


def test_the_files_are_whole_python_with_every_operation_and_scenario(checkout, capsys):
    call_command("new_provider", *ASKED)
    text = (checkout / "connectors/providers/acmesms.py").read_text()
    for name in ("connectors/providers", "connectors/sandbox", "config/demo/flows"):
        compile((checkout / name / "acmesms.py").read_text(), "acmesms.py", "exec")
    assert "def send_message(self, message: Message) -> Sent:" in text
    fixture = json.loads((checkout / "tests/providers/acmesms.json").read_text())
    assert list(fixture["scenarios"]) == ["send", "send refused", "send batch"]
    assert "tests/providers -k acmesms" in capsys.readouterr().out


def test_only_some_operations_of_a_contract(checkout):
    call_command("new_provider", *ASKED, "--operation", "send_message")
    assert "HmacSha256" not in (checkout / "connectors/providers/acmesms.py").read_text()


def test_who_reads_webhooks_begins_with_a_signature_and_its_secret(checkout):
    call_command("new_provider", *ASKED)
    text = (checkout / "connectors/providers/acmesms.py").read_text()
    assert 'webhook = HmacSha256(header="X-Signature", key="webhook_secret")' in text
    fixture = json.loads((checkout / "tests/providers/acmesms.json").read_text())
    assert "WebhookSecret" in fixture["connector"]["properties"]


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        (["Acme-SMS", *ASKED[1:]], "must be lower-case letters"),
        (["stripe", *ASKED[1:]], "there is an implementation 'stripe' already"),
        ([*ASKED, "--contract", "Telepathy"], "--contract 'Telepathy' is unknown"),
        ([*ASKED, "--operation", "sing"], "--operation 'sing' belongs to none"),
        ([*ASKED[:3], "--host", "http://acme", *ASKED[5:]], "must be an address that begins with https://"),
    ],
)
def test_what_cannot_be_made_is_named(checkout, changed, text):
    with pytest.raises(CommandError, match=text):
        call_command("new_provider", *changed)
    assert not any(path.is_file() for path in checkout.rglob("*"))


def test_nothing_is_written_over(checkout):
    there = checkout / "tests/providers/acmesms.json"
    there.write_text("mine")
    with pytest.raises(CommandError, match=r"acmesms\.json is there already"):
        call_command("new_provider", *ASKED)
    assert there.read_text() == "mine"
    assert not (checkout / "connectors/providers/acmesms.py").exists()
