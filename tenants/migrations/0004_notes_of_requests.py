from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0003_time_zone_of_markets'),
    ]

    operations = [
        migrations.AddField(
            model_name='idempotencyrecord',
            name='note',
            field=models.CharField(blank=True, db_default='', default='', max_length=100),
        ),
    ]
