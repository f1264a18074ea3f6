"""A newspaper of a given size, made by one command."""

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import Reader
from articles.models import Article
from config.demo.paper import make_packages
from paywall.entitlements.models import Entitlement, Source
from paywall.metering.models import Meter, MeteredRead
from paywall.subscriptions.models import Invoice, Subscription
from tests.making import make_article, make_reader

pytestmark = pytest.mark.django_db


def seed(readers: int = 120, stories: int = 30) -> None:
    call_command("seed_scale", readers=readers, stories=stories, verbosity=0)


def test_it_makes_what_it_is_asked_for_beside_what_is_there(settings: LazySettings) -> None:
    settings.DEBUG = True
    make_packages()
    make_article("the-bridge")
    make_reader("free@example.com")
    seed()
    connection.check_constraints()  # it is written without looking each reference up
    assert Reader.objects.filter(is_staff=False).count() == 121
    assert Article.objects.count() == 31
    assert MeteredRead.objects.count() == 120 * 7
    for meter in Meter.objects.all():
        assert meter.used == meter.reads.filter(period=meter.period).count()
    assert Subscription.objects.running().count() == 12
    assert set(Entitlement.objects.values_list("source", flat=True)) >= {
        Source.SUBSCRIPTION, Source.PRINT, Source.COURTESY
    }  # fmt: skip
    below = Invoice.objects.filter(below_price=True)
    assert {each.amount_due < each.subscription.price.amount for each in below} == {True}
    make_article("the-match")  # ids go on after those that were given
    make_reader("another@example.com")


def test_it_is_the_same_every_time() -> None:
    seed()
    first = list(Invoice.objects.order_by("stripe_id").values_list("stripe_id", "amount_due"))
    for model in (Invoice, Subscription):
        assert model.objects.exists()
    with pytest.raises(CommandError, match="filled by seed_scale before"):
        seed()
    assert (
        list(Invoice.objects.order_by("stripe_id").values_list("stripe_id", "amount_due")) == first
    )


def test_it_mixes_with_no_real_readers(settings: LazySettings) -> None:
    settings.DEBUG = False
    make_reader("ada@example.com")
    with pytest.raises(CommandError, match="who may be real"):
        seed()
    assert not Article.objects.exists()
