from django.db import migrations
from django.db.models import F

BATCH = 1000  # rows at a time: nobody waits long for them, and it may break off and go on


def mark_what_asks_less(apps, schema_editor):
    """Tell the invoices that ask less than the price, as those to come are told when recorded."""
    invoices = apps.get_model("paywall", "Invoice").objects
    asking_less = invoices.filter(
        amount_due__lt=F("subscription__price__amount"),
        billing_reason__in=["subscription_create", "subscription_cycle"],
        below_price=False,
    ).values_list("pk")
    for rows in in_batches(asking_less):
        invoices.filter(pk__in=[pk for pk, in rows]).update(below_price=True)


def in_batches(rows):
    """Yield the rows, the key of each first, by their keys."""
    last = 0
    while some := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield some
        last = some[-1][0]


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('paywall', '0011_cancelled_by'),
    ]

    operations = [
        migrations.RunPython(mark_what_asks_less, migrations.RunPython.noop),
    ]
