"""Make the groups of staff. Django makes permissions after all migrations: here they come first."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

from config.groups import APPS, make_groups


def ship(apps, schema_editor):
    for label in APPS:
        app = apps.get_app_config(label)
        app.models_module = True  # without it an app of the past is taken for one without models
        create_permissions(app, apps=apps, verbosity=0)
        app.models_module = None
    make_groups(apps.get_model("auth", "Group"), apps.get_model("auth", "Permission"))


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("accounts", "0002_raised_only"),
        ("articles", "0001_initial"),
        ("paywall", "0008_staff_and_api"),
    ]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
