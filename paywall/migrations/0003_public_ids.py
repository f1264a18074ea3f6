import uuid

from django.db import migrations, models

A_WEEK = 7


def name_what_is_there(apps, schema_editor):
    """Give what is there its public id, and the passes that were sold by name their days."""
    for name in ("Package", "Price"):
        model = apps.get_model("paywall", name)
        for row in model.objects.all():
            model.objects.filter(pk=row.pk).update(public_id=uuid.uuid4())
    apps.get_model("paywall", "Price").objects.filter(interval="once").update(opens_for_days=A_WEEK)


class Migration(migrations.Migration):

    dependencies = [
        ('paywall', '0002_house_rule'),
    ]

    operations = [
        migrations.AddField('package', 'public_id', models.UUIDField(null=True)),
        migrations.AddField('price', 'public_id', models.UUIDField(null=True)),
        migrations.AddField('price', 'opens_for_days', models.PositiveSmallIntegerField(null=True)),
        migrations.RunPython(name_what_is_there, migrations.RunPython.noop),
    ]
