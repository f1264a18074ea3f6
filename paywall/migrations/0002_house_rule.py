"""The rule for the whole paper, so that staff find it where they change it."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def make_house_rule(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("paywall", "MeterRule").objects.get_or_create(section=None)


class Migration(migrations.Migration):
    dependencies = [("paywall", "0001_initial")]

    operations = [migrations.RunPython(make_house_rule, migrations.RunPython.noop)]
