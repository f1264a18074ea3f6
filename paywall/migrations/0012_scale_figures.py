from django.db import migrations
from django.db.models import F, OuterRef, Q, Subquery

BATCH = 1000  # rows at a time: nobody waits long for them, and it may break off and go on
CHOSE = {  # who, by what is kept beside the change
    "the reader cancelled": "reader",
    "the account was closed": "reader",
    "staff cancelled": "staff",
    "staff closed the account": "staff",
    "its period was refunded": "staff",
    "another one was running": "paper",
}
UNPAID = ["payment_failed", "payment_disputed"]


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


def tell_who_cancelled(apps, schema_editor):
    """Tell who chose that subscriptions end: of these Stripe has nothing that says it."""
    subscriptions = apps.get_model("paywall", "Subscription").objects
    changes = (
        apps.get_model("paywall", "SubscriptionChange")
        .objects.filter(subscription=OuterRef("pk"))
        .order_by("-at", "-pk")
    )
    ending = (
        subscriptions.filter(Q(cancels_at__isnull=False) | Q(ended_at__isnull=False))
        .filter(cancelled_by="")
        .exclude(cancel_reason__in=UNPAID)
        .annotate(
            ended=Subquery(changes.filter(what="status", after="canceled").values("why")[:1]),
            cancelled=Subquery(changes.filter(what="cancels_at").values("why")[:1]),
        )
        .values_list("pk", "ended", "cancelled")
    )
    for rows in in_batches(ending):
        for who in ("reader", "staff", "paper"):
            theirs = [
                pk
                for pk, ended, cancelled in rows
                if (CHOSE.get(ended) or CHOSE.get(cancelled)) == who
            ]
            subscriptions.filter(pk__in=theirs).update(cancelled_by=who)


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
        migrations.RunPython(tell_who_cancelled, migrations.RunPython.noop),
    ]
