"""What `export_config` and `import_config` have in common: the tenant that is meant, and how the files read."""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, DjangoHelpFormatter

from tenants.models import Tenant

FORMAT = """\
The files
  A file holds any of these sections, each a list; a folder is read as one configuration, whatever its files are called:

    market_groups, markets, stores, step_groups, connectors, payment_methods, shipping_providers, order_types

  Documents are those of the configuration API (/api/docs/). What is left out takes its default, so a document says all
  that its thing is; a name that does not exist is refused with its line. Others are named by their codes: markets and
  stores by Code, connectors by Connector ID (by Type where a connector has none), the rest by Name.

    connectors:
      - type: stripe
        connector_id: Stripe-NO
        is_test: true
        authentication:
          bearer_token: {env: STRIPE_NO_BEARER_TOKEN}
        properties:
          - key: WebhookSecret
            secret: {env: STRIPE_NO_WEBHOOK_SECRET}
        markets:
          enabled: [NOR]
    payment_methods:
      - name: Card
        connector: Stripe-NO
        options: {ReturnUrl: "https://shop.example/thanks"}
    order_types:
      - name: Online
        is_default: true
        statuses:
          - name: New
            allowed_next: [Ship]
            steps:
              - name: AuthorizePayment
                stop_on_error: true
          - name: Ship
            steps:
              - step_group: Shipping

  Secrets stand in environment variables; files hold their names. Only true and false are yes and no (NO is Norway), and
  digits with a leading zero are text. Anchors and aliases (&, *) are not read.

  What a tenant has and no document is about stays as it is: retire it in the admin or by the API. Webhook addresses are
  each tenant's own and in no file.
"""


class _Formatter(DjangoHelpFormatter, RawDescriptionHelpFormatter):
    """Keeps the lines of the text about the files."""


class FilesCommand(BaseCommand):
    """Base of both commands."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(
            prog_name, subcommand, formatter_class=_Formatter, epilog=FORMAT, **kwargs
        )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", help="Its slug; may be left out where there is one only.")

    def tenant(self, slug: str | None) -> Tenant:
        """Raises CommandError, with the slugs that there are."""
        tenants = list(Tenant.objects.order_by("slug"))
        found = [tenant for tenant in tenants if slug is None or tenant.slug == slug]
        if len(found) == 1:
            return found[0]
        known = ", ".join(tenant.slug for tenant in tenants) or "none yet"
        raise CommandError(f"Name one tenant with --tenant; there is {known}.")
