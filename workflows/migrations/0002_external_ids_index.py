from django.db import migrations

TABLES = ("workflows_order", "workflows_customer", "workflows_product")


def create(apps, schema_editor):
    # Other databases search external ids without an index, which is enough for what they serve.
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(
                f"CREATE INDEX {table}_external_ids ON {table} USING gin (external_ids jsonb_path_ops)"
            )


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(f"DROP INDEX {table}_external_ids")


class Migration(migrations.Migration):
    dependencies = [("workflows", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
