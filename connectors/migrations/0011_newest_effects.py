from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('connectors', '0010_any_answer_of_a_receiver'),
        ('tenants', '0004_notes_of_requests'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='effect',
            index=models.Index(fields=['tenant', '-created_at'], name='effect_newest'),
        ),
    ]
