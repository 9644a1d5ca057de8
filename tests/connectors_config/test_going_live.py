"""The page before publishing, the test of a connection, and typed properties."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from connectors.files import check_file
from connectors.gateways.properties_field import PropertiesField, PropertiesWidget, rows_of
from connectors.models import Connector
from connectors.property_values import LARGEST_FILE
from connectors.publishing import publish
from tenants.models import Role
from tests.connectors_config.conftest import TOKEN
from tests.connectors_config.editor import LIST, PUBLISH, add_row, form_of, fresh, page
from tests.faultserver import FaultServer, answer, hang, html, redirect
from tests.pages import errors_of


def going_live(connector) -> str:
    return f"{LIST}{connector.pk}/publish/"


def text(answer) -> str:
    return answer.content.decode()


class TestPublishPage:
    def test_errors_block_and_lead_to_their_fields(self, staff, connector):
        connector.authentication.bearer_token = None
        connector.authentication.save()
        Connector.objects.filter(pk=connector.pk).update(host="https://10.0.0.1")
        client = staff()
        shown = text(client.get(going_live(connector)))
        assert 'data-errors="2"' in shown
        assert f"{page(connector)}#authentication" in shown
        assert f"{page(connector)}?show=host#general" in shown
        sent = {"digest": client.get(going_live(connector)).context["digest"], "confirm": "on"}
        assert "Nothing was published" in text(client.post(going_live(connector), sent))
        assert fresh(connector).live is None

    def test_warnings_are_confirmed_and_the_comment_is_kept(self, staff, connector):
        client = staff()
        asked = client.get(going_live(connector))
        shown = text(asked)
        assert f"{LIST}{connector.pk}/test-connection/" in shown, "the cure is one press away"
        assert "Custom Headers &gt; X-Channel" in shown, "what would change"
        codes = [item.finding.code for item in asked.context["warnings"]]
        sent = {"digest": asked.context["digest"], "shown": codes, "comment": "go live"}
        assert "Confirm the warnings" in text(client.post(going_live(connector), sent))
        assert fresh(connector).live is None
        assert client.post(going_live(connector), {**sent, "confirm": "on"}).status_code == 302
        assert (fresh(connector).live.number, fresh(connector).live.comment) == (1, "go live")
        assert "Nothing to publish" in text(client.get(going_live(connector)))

    def test_what_was_changed_meanwhile_is_looked_at_again(self, staff, connector):
        client = staff()
        asked = client.get(going_live(connector))
        Connector.objects.filter(pk=connector.pk).update(display_name="Other")
        sent = {"digest": asked.context["digest"], "shown": ["untested", "unused"], "confirm": "on"}
        assert "Look at it again" in text(client.post(going_live(connector), sent))
        assert fresh(connector).live is None

    def test_a_refused_press_in_the_editor_leads_there(self, staff, connector):
        pressed = staff().post(page(connector), form_of(connector, comment="why", **{PUBLISH: "1"}))
        assert pressed.url == going_live(connector)

    def test_only_publishers_get_to_it(self, staff, connector):
        for role in (Role.VIEWER, Role.OPERATOR, Role.CONNECTOR_EDITOR):
            assert staff(role).get(going_live(connector)).status_code == 403

    def test_the_count_of_errors_is_on_the_tab_that_has_them(self, staff, connector):
        shown = text(staff().post(page(connector), form_of(connector, timeout_ms="5")))
        tabs = shown.split('id="tabs-items"')[1].split("</nav>")[0]
        counts = {part.split("</a>")[0].split()[0]: "bg-red-500" in part for part in _tabs(tabs)}
        assert counts == {
            "Settings": False,
            "Authentication": True,
            "Properties": False,
            "Custom": False,
            "Markets": False,
            "Field": False,
        }


def _tabs(nav) -> list[str]:
    return [part.split(">", 1)[1] for part in nav.split("<a ")[1:]]


class TestTrial:
    @pytest.mark.parametrize(
        ("behaviour", "shown_status", "words"),
        [
            (answer(401, {"error": "no"}), "HTTP 401", "does not accept these credentials. Enter API Token"),
            (html(), "HTTP 200", "A web page came back instead of data"),
            (redirect("https://elsewhere.example"), "HTTP 302", "sends callers on to another address"),
            (hang(effect=False), "Nothing came back", "did not answer. Look at the Host"),
        ],
        ids=["401", "html", "redirect", "timeout"],
    )
    def test_a_failure_is_told_in_a_sentence_with_the_exchange(
        self, staff, connector, settings, behaviour, shown_status, words
    ):
        with FaultServer(behaviour) as vendor:
            shown = text(self.after(staff(), connector, vendor, settings))
        assert 'data-passed="no"' in shown
        for part in (words, f"GET {vendor.url}/ping", shown_status):
            assert part in shown
        assert TOKEN not in shown

    def test_bodies_are_for_those_who_may_see_personal_data(self, staff, connector, settings):
        with FaultServer(answer(200, {"customer": "Kari Nordmann"})) as vendor:
            assert "Kari Nordmann" in text(self.after(staff(), connector, vendor, settings))
            seen = text(self.after(staff(Role.PUBLISHER), connector, vendor, settings))
        assert 'data-passed="yes"' in seen
        assert "Kari Nordmann" not in seen

    def test_who_may_only_edit_sends_credentials_nowhere(self, staff, connector, settings):
        with FaultServer(answer(200)) as vendor:
            refused = self.after(staff(Role.CONNECTOR_EDITOR), connector, vendor, settings)
        assert (refused.status_code, vendor.requests) == (403, [])

    def after(self, client, connector, vendor, settings):
        settings.CROSSDOCK_EGRESS_ALLOW = [f"127.0.0.1/32:{vendor.port}"]
        fast = {"timeout_ms": 150, "disable_standard_error_policy": True}
        Connector.objects.filter(pk=connector.pk).update(host=vendor.url, **fast)
        return client.post(f"{LIST}{connector.pk}/test-connection/")


class TestFiles:
    @pytest.mark.parametrize(
        ("name", "content", "words"),
        [
            ("tool.exe", b"MZ\0", "A file of this type is not taken"),
            ("key.pem", b"\x7fELF\0\0", "The content is not that of a .pem file"),
            ("logo.png", b"<script>", "The content is not that of a .png file"),
        ],
    )
    def test_a_wrong_file_is_told_by_name_and_content(self, name, content, words):
        with pytest.raises(ValueError, match=words):
            check_file(name, len(content), content)

    def test_20_mib_are_refused_at_the_field(self, staff, connector):
        data = add_row(form_of(connector), "properties", key="Certificate", value_type="File")
        number = int(data["properties-TOTAL_FORMS"]) - 1
        data[f"properties-{number}-file"] = SimpleUploadedFile("big.txt", b"x" * (20 * 1024 * 1024))
        refused = errors_of(staff().post(page(connector), data))
        assert f"at most {LARGEST_FILE // 1024} KiB" in refused[f"properties-{number}-file"][0]
        assert fresh(connector).properties.count() == 2

    def test_a_fitting_one_is_kept(self, staff, connector):
        data = add_row(form_of(connector), "properties", key="Certificate", value_type="File")
        number = int(data["properties-TOTAL_FORMS"]) - 1
        data[f"properties-{number}-file"] = SimpleUploadedFile("a.pem", b"-----BEGIN CERTIFICATE-----\n")
        assert staff().post(page(connector), data).status_code == 302
        assert fresh(connector).properties.get(key="Certificate").value.startswith("a.pem;base64,")


class TestPropertiesField:
    DOCUMENT = {
        "ReturnUrl": "https://shop.example/thanks",
        "Retry": True,
        "Most": 5,
        "Share": 0.25,
        "Since": "2026-05-31",
        "At": "2026-05-31T14:30:00+02:00",
        "Note": "two\nlines",
        "Map": [1, {"a": None}],
        "Sender": {"name": "Nordic", "country": "NO"},
    }

    def test_a_document_comes_back_as_it_was(self, tenant):
        rows = list(rows_of(self.DOCUMENT))
        kinds = {row["key"]: row["value_type"] for row in rows}
        assert (kinds["Retry"], kinds["Since"], kinds["At"], kinds["Note"], kinds["Map"]) == (
            "Boolean",
            "Date",
            "DateTime",
            "Textarea",
            "JSON",
        )
        sent = {
            f"options-{number}-{name}": value
            for number, row in enumerate(rows)
            for name, value in row.items()
        }
        found = PropertiesWidget().value_from_datadict(sent, {}, "options")
        assert PropertiesField(required=False).to_python(found) == self.DOCUMENT

    def test_what_does_not_fit_is_refused_by_key(self, staff):
        rows = {
            "options-0-key": "Most",
            "options-0-value_type": "Number",
            "options-0-value": "many",
            "options-1-key": "Since",
            "options-1-value_type": "Date",
            "options-1-value": "soon",
            "options-3-key": "Since",
            "options-3-value_type": "String",
            "options-3-value": "x",
        }
        data = {"name": "card", "provider_name": "stripe", "api_token": "sk_test_0123456789abcdef", **rows}
        refused = staff().post("/admin/payments/paymentmethod/add/", data)
        told = refused.context["adminform"].form.errors["options"]
        assert [line.partition(":")[0] for line in told] == ["Most", "Since"]
        assert 'value="Most"' in text(refused), "nothing that was typed is lost"


def test_a_published_connector_is_unchanged_by_a_second_publish(staff, connector):
    publish(connector)
    assert "the draft is what is live" in text(staff().get(going_live(connector)))
