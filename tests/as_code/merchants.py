"""Merchants whose configuration goes out and comes in, and what it means."""

from connectors.as_code.exporting import export
from connectors.as_code.secret_places import StoredSecret, map_secrets
from connectors.as_code.sections import PublishableSection, sections
from connectors.kinds import read_document
from connectors.models import Connector
from connectors.publishing import publish
from tenants.models import Secret
from tenants.scoping import tenant_scope
from workflows.models import OrderStatus, OrderType, StepGroup, WorkflowStep


def add_rarities(order_type, status):
    """What the seeded merchants lack: a step group, awkward text, a secret header."""
    group = StepGroup.objects.create(name="Tell")
    group.steps.create(name="AddTag", position=1, properties={"Tag": "told"}, enabled_for_tags=["loud"])
    kind = OrderType.objects.get(name=order_type)
    place = OrderStatus.objects.get(order_type=kind, name=status)
    WorkflowStep.objects.create(status=place, position=99, group=group)
    stripe = Connector.objects.get(type="stripe")
    stripe.properties.create(key="Note", value_type="Textarea", value="NO\n0668: 'yes' #1 ")
    stripe.headers.create(
        name="X-Api-Key", is_secret=True, secret=Secret.store(stripe.tenant, "header-secret-1", "x")
    )
    for draft in (kind, stripe):
        publish(draft)


def meant(tenant):
    """What is live, with secrets opened: by section and by what each thing is known by."""
    with tenant_scope(tenant):
        return {
            (section.name, section.identity(document)): map_secrets(section.shape(), document, _opened)
            for section in sections()
            for row in section.rows()
            if not isinstance(section, PublishableSection) or row.live
            for document in [_document(section, row)]
        }


def environment(tenant):
    """The secrets that an import of the tenant's export needs, by the names that they have there."""
    found, opened = {}, meant(tenant)
    with tenant_scope(tenant):
        for item in export():
            whole = opened[item.section.name, item.identity]

            def keep(path, value, whole=whole):
                found[value["env"]] = _at(whole, path)

            map_secrets(item.section.shape(), item.document, keep)
    return found


def _document(section, row):
    if isinstance(section, PublishableSection):
        return section.encode_document(read_document(row.live))
    return section.encode(row)


def _opened(path, value):
    return value.reveal().reveal() if isinstance(value, StoredSecret) else value


def _at(document, path):
    for step in path:
        document = document[step]
    return document
