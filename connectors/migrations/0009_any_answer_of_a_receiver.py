from django.db import migrations, models

import eventlog.models


class Migration(migrations.Migration):
    """How the JSON is written; the columns stay as they are."""

    dependencies = [("connectors", "0008_effects_without_a_look_at_the_tenant")]

    operations = [
        migrations.AlterField(
            "deliveryattempt",
            "request",
            models.JSONField(blank=True, encoder=eventlog.models.StorableEncoder, null=True),
        ),
        migrations.AlterField(
            "deliveryattempt",
            "response",
            models.JSONField(blank=True, encoder=eventlog.models.StorableEncoder, null=True),
        ),
    ]
