"""Staff see who pays for what, and what changed when and why."""

from django.test import Client
from django.urls import reverse

from tests.making import make_reader
from tests.payments.lives import PAYS_LATE, Life
from tests.payments.shop import Newspaper


def staff() -> Client:
    client = Client()
    client.force_login(make_reader("desk@example.com", is_staff=True, is_superuser=True))
    return client


def test_a_subscription_is_seen_with_its_invoices_and_its_changes(paper: Newspaper) -> None:
    subscription = paper.subscribe(paper.customer())
    paper.v1.subscriptions.update(subscription.stripe_id, {"cancel_at_period_end": True})
    paper.update(subscription.customer)
    address = reverse("admin:paywall_subscription_change", args=[subscription.pk])
    page = staff().get(address).content.decode()
    assert "12.00 EUR" in page
    assert "cancelled later" in page
    assert "a test" in page  # why


def test_a_customer_is_seen_with_what_they_bought(paper: Newspaper) -> None:
    life = Life(paper)
    life.buy_a_day(PAYS_LATE)
    paper.update(life.customer)
    address = reverse("admin:paywall_customer_change", args=[life.customer.pk])
    assert "3.00 EUR" in staff().get(address).content.decode()


def test_each_is_found_by_its_reader_and_by_its_id(paper: Newspaper) -> None:
    subscription = paper.subscribe(paper.customer())
    desk = staff()
    for model in ("subscription", "invoice", "customer"):
        address = reverse(f"admin:paywall_{model}_changelist")
        for words in ("reader@example.com", str(subscription.customer.stripe_id)):
            assert len(desk.get(address, {"q": words}).context["cl"].result_list) == 1
