"""Mails that strangers write to keep the hub busy, or to have other mails refused."""

from __future__ import annotations

import pytest

from connectors.contracts.base import Inbound, reading
from connectors.errors import Rejected
from connectors.providers.sendgrid.inbound import mail_of


def read(mail: bytes) -> str:
    body = b'--xYz\r\nContent-Disposition: form-data; name="email"\r\n\r\n' + mail + b"\r\n--xYz--\r\n"
    headers = {"content-type": "multipart/form-data; boundary=xYz"}
    with reading("This mail"):
        return mail_of(Inbound(method="POST", url="", headers=headers, body=body, received_at=0), "key").text


def html(text: str) -> str:
    return read(b"From: kari@buyer.example\r\nContent-Type: text/html\r\n\r\n" + text.encode())


def test_the_words_of_html():
    assert html(
        "<style>p {}</style><p class='a'>Hi <b>there</b><BR/>you</p><script>x()</script >3 &lt; 4"
    ) == ("Hi there\nyou\n3 < 4")
    assert html("<p>Hi<style>p {} never closed") == "Hip {} never closed"
    assert html("a < b") == "a < b"


def test_brackets_that_nobody_closes_are_read_at_once():
    """A search that begins anew at each of them would take a day for these."""
    assert html("Hi" + "<" * 1_000_000).startswith("Hi<")
    assert html("Hi" + "<style>" * 200_000) == "Hi"


@pytest.mark.parametrize("name", ["From", "To", "Message-ID", "Content-Type"])
def test_a_header_of_endless_brackets_is_refused_in_words(name):
    with pytest.raises(Rejected, match="This mail cannot be read"):
        read(b"%s: %s\r\nFrom: a@buyer.example\r\n\r\nHi" % (name.encode(), b"(" * 5000))
