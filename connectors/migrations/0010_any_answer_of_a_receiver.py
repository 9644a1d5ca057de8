from django.db import migrations, models

import eventlog.models


class Migration(migrations.Migration):
    """How the JSON is written; the columns stay as they are."""

    dependencies = [("connectors", "0009_effects_remember_how_their_key_was_sent")]

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
