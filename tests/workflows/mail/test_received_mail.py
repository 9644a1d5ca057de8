"""Mail of customers: from the vendor's form to the order's page, once, and about the right order."""

import json

import pytest
from django.test import Client

from connectors.sandbox.sendgrid.parse import form
from eventlog.models import Event
from tenants.models import Role
from tenants.scoping import tenant_scope
from tests.factories.connectors import publish_connector
from tests.factories.notifications import SentMessageFactory
from tests.factories.tenants import MembershipFactory, TenantFactory
from tests.factories.workflows import make_shop
from tests.tenants.conftest import logged_in
from workflows.mail import receiving
from workflows.models import Customer, Order, ReceivedMail
from workflows.orders import create_order

pytestmark = pytest.mark.thorough

KARI = "kari@buyer.example"
KIND = "multipart/form-data; boundary=xYzZY"
GIVEN = {"From": "orders@nordstore.example", "InboundAddress": "orders@parse.nordstore.example"}


@pytest.fixture
def shop(db):
    return make_shop()


@pytest.fixture
def sendgrid(shop):
    return publish_connector(shop.tenant, "sendgrid", bearer_token="SG.k", properties=GIVEN)


@pytest.fixture
def order(shop):
    with tenant_scope(shop.tenant):
        return create_order(shop.order_data(number="A-1001", customer={"email": KARI, "first_name": "Kari"}))


def mail(
    sender=f"Kari <{KARI}>", to="orders@parse.nordstore.example", subject="Hello", text="Hi", **more
) -> bytes:
    """As Inbound Parse posts it."""
    headers = (
        f"Message-ID: {more.pop('message_id', '<m1@buyer.example>')}\nDate: Tue, 24 Nov 2026 09:15:00 +0100\n"
    )
    headers += more.pop("headers", "")
    fields = {
        "headers": headers,
        "from": sender,
        "to": to,
        "subject": subject,
        "text": text,
        "SPF": "pass",
        "envelope": json.dumps({"to": [to], "from": sender}),
        **more,
    }
    files = fields.pop("files", {})
    parts = [
        (name, value if isinstance(value, bytes) else value.encode(), "", "")
        for name, value in fields.items()
    ]
    parts += [
        (f"attachment{n}", b"x" * size, name, "image/jpeg") for n, (name, size) in enumerate(files.items(), 1)
    ]
    return form(parts)


def post(connector, body=None, kind=KIND):
    path = connector.public_url.removeprefix("http://testserver")
    return Client().post(f"{path}mail/", mail() if body is None else body, content_type=kind).status_code


def stored(shop) -> list[ReceivedMail]:
    with tenant_scope(shop.tenant):
        return list(ReceivedMail.objects.select_related("order").order_by("pk"))


def test_a_mail_that_names_its_order_is_on_the_orders_page_once(shop, sendgrid, order):
    body = mail(subject="About A-1001", text="Where is it?", files={"box.jpg": 2048})
    assert [post(sendgrid, body) for _ in range(3)] == [200, 200, 200]
    (found,) = stored(shop)
    assert (found.order, found.sender, found.sender_name, found.duplicates) == (order, KARI, "Kari", 2)
    assert (found.is_customers, found.is_verified, found.is_automatic) == (True, True, False)
    assert found.files == [{"name": "box.jpg", "content_type": "image/jpeg", "size": 2048}]
    assert found.sent_at.isoformat() == "2026-11-24T08:15:00+00:00"
    with tenant_scope(shop.tenant):
        (told,) = Event.objects.filter(operation="read_mail")
        assert told.order_id == order.pk and KARI not in told.message and "k…@buyer.example" in told.message
    page = f"/admin/workflows/order/{order.pk}/change/"
    shown = (
        logged_in(MembershipFactory(tenant=shop.tenant, role=Role.OPERATOR).user).get(page).content.decode()
    )
    assert "Mail from the customer" in shown and "Where is it?" in shown and "box.jpg (2 kB)" in shown
    hidden = (
        logged_in(MembershipFactory(tenant=shop.tenant, role=Role.VIEWER).user).get(page).content.decode()
    )
    assert "Mail from the customer" in hidden and "Where is it?" not in hidden and KARI not in hidden


def test_the_address_that_was_answered_proves_the_order(shop, sendgrid, order):
    with tenant_scope(shop.tenant):
        message = SentMessageFactory(
            tenant=shop.tenant, order=order, connector_id=sendgrid.id, connector=None
        )
    from connectors.providers.sendgrid.replies import reply_address

    address = reply_address(GIVEN["InboundAddress"], message.reference, sendgrid.public_url)
    assert address.startswith(f"orders+{message.reference}.")
    assert post(sendgrid, mail(sender="work@office.example", to=address)) == 200
    forged = address.replace(".", ".0", 1)
    assert post(sendgrid, mail(sender="evil@x.example", to=forged, message_id="<m2@x>")) == 200
    right, wrong = stored(shop)
    assert (right.order, right.is_customers) == (order, False)
    assert wrong.order is None


@pytest.mark.parametrize("subject", ["A-1001", "Re: order A-1001.", "(A-1001)"])
def test_somebody_else_cannot_write_into_an_order(shop, sendgrid, order, subject):
    post(sendgrid, mail(sender="evil@x.example", subject=subject))
    (found,) = stored(shop)
    assert found.order is None
    with tenant_scope(shop.tenant):
        assert "about no order that we know" in Event.objects.get(operation="read_mail").message


def test_the_newest_order_of_a_known_customer_is_meant(shop, sendgrid, order):
    with tenant_scope(shop.tenant):
        customer = Customer.objects.create(tenant=shop.tenant, number="C-1", email=KARI.upper())
        Order.objects.filter(pk=order.pk).update(customer=customer)
    post(sendgrid)
    (found,) = stored(shop)
    assert (found.order, found.linked_by) == (order, "it is the newest order of its sender")


def test_a_whole_mail_is_read_as_well(shop, sendgrid, order):
    raw = (
        b"From: =?utf-8?q?K=C3=A5re?= <kari@buyer.example>\r\nTo: orders@parse.nordstore.example\r\n"
        b"Subject: =?utf-8?q?Sp=C3=B8rsm=C3=A5l_om_A-1001?=\r\nMessage-ID: <raw@x>\r\nAuto-Submitted: auto-replied\r\n"
        b"Content-Type: text/html; charset=iso-8859-1\r\n\r\n<p>Bl\xe5 &amp; r\xf8d</p><script>x()</script><p>Hei</p>\r\n"
    )
    assert post(sendgrid, mail(email=raw)) == 200
    (found,) = stored(shop)
    assert (found.sender_name, found.subject, found.text) == ("Kåre", "Spørsmål om A-1001", "Blå & rød\nHei")
    assert found.is_automatic and found.order == order


def test_letters_come_in_the_character_set_that_is_told(shop, sendgrid, order):
    text = "Hvor er pakken på Lørenskog?".encode("iso-8859-1")
    post(sendgrid, mail(text=text, charsets=json.dumps({"text": "iso-8859-1", "subject": "nonsense"})))
    assert stored(shop)[0].text == "Hvor er pakken på Lørenskog?"


def test_long_and_hostile_mails_are_cut(shop, sendgrid, monkeypatch):
    files = {f"f{n}.jpg": 1 for n in range(80)}
    post(sendgrid, mail(text="\x00" + "x" * 200_000, subject="s\n" * 900, SPF="fail", files=files))
    (found,) = stored(shop)
    assert len(found.text) < 100_100 and "200000 characters" in found.text
    assert len(found.subject) == 500 and len(found.files) == 50 and found.is_verified is False
    monkeypatch.setattr(receiving, "LARGEST_MAIL", 1000)
    assert post(sendgrid, mail(text="x" * 2000, message_id="<m9@x>")) == 413
    with tenant_scope(shop.tenant):
        assert Event.objects.filter(message__contains="larger than 32 MiB").exists()
    assert len(stored(shop)) == 1


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b"{}", "application/json"), (b"nothing", KIND), (form([("from", b"x", "", "")]), KIND)],
)
def test_what_is_no_mail_is_told_and_not_asked_for_again(shop, sendgrid, body, kind):
    assert post(sendgrid, body, kind) == 200
    assert stored(shop) == []
    with tenant_scope(shop.tenant):
        assert "cannot be read" in Event.objects.get(operation="read_mail").message


def test_only_a_connector_that_expects_mail_has_an_address_for_it(shop, sendgrid):
    other = publish_connector(
        TenantFactory(), "sendgrid", bearer_token="SG.k", properties={"From": "a@b.example"}
    )
    webhook = publish_connector(shop.tenant, "webhook", properties={"Url": "https://x.example/"})
    assert [post(other), post(webhook)] == [404, 404]
    assert Client().post("/webhooks/unknown/mail/", mail(), content_type=KIND).status_code == 404
    assert Client().get(sendgrid.public_url.removeprefix("http://testserver") + "mail/").status_code == 405


def test_staff_link_a_mail_by_hand(shop, sendgrid, order):
    post(sendgrid, mail(sender="other@x.example"))
    (found,) = stored(shop)
    page = f"/admin/workflows/receivedmail/{found.pk}/change/"
    viewer = logged_in(MembershipFactory(tenant=shop.tenant, role=Role.VIEWER).user)
    assert viewer.post(page, {"order_number": "A-1001"}).status_code == 403
    assert "other@x.example" not in viewer.get(page).content.decode()
    operator = logged_in(MembershipFactory(tenant=shop.tenant, role=Role.OPERATOR).user)
    assert "There is no order A-2" in operator.post(page, {"order_number": "A-2"}).content.decode()
    assert operator.post(page, {"order_number": "A-1001"}).status_code == 302
    assert stored(shop)[0].order == order and "linked it" in stored(shop)[0].linked_by
    listed = operator.get("/admin/workflows/receivedmail/", {"q": "other@x.example"}).content.decode()
    assert "A-1001" in listed


def test_a_mail_with_characters_that_no_database_holds_is_kept_like_any_other(shop, sendgrid):
    body = mail(subject="Hel\0lo", sender=f"Ka\0ri <{KARI}>", files={"b\0x.jpg": 1})
    assert [post(sendgrid, body) for _ in range(2)] == [200, 200]
    (found,) = stored(shop)
    assert (found.subject, found.sender_name, found.duplicates) == ("Hel\ufffdlo", "Ka\ufffdri", 1)
