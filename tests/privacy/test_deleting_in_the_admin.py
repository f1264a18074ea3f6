"""A reader deleted by staff leaves nothing that goes on being charged."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import Reader
from paywall.subscriptions.models import Customer, Subscription
from tests.gate.visiting import sign_in
from tests.making import make_reader
from tests.payments.shop import Newspaper

pytestmark = pytest.mark.django_db


def staff(**fields: Any) -> Client:
    return sign_in(make_reader("ada@example.com", is_staff=True, **fields))


def page_of(customer: Customer) -> str:
    return reverse("admin:accounts_reader_delete", args=[customer.reader_id])


def test_it_ends_at_stripe_first(paper: Newspaper) -> None:
    customer = paper.customer("gone@example.com")
    subscription = paper.subscribe(customer)
    client = staff(is_superuser=True)
    page = client.get(page_of(customer)).content.decode()
    assert "gone@example.com pays for a subscription. Deleting the reader ends it" in page
    client.post(page_of(customer), {"post": "yes"})
    customer.refresh_from_db()
    subscription.refresh_from_db()
    assert not Reader.objects.filter(email="gone@example.com").exists()
    assert (customer.reader_id, customer.email, subscription.status) == (None, "", "canceled")
    assert paper.v1.customers.retrieve(customer.stripe_id).deleted


def test_without_stripe_nobody_is_deleted(paper: Newspaper) -> None:
    customer = paper.customer()
    paper.subscribe(customer)
    client = staff(is_superuser=True)
    paper.sandbox.faults.add("unavailable", times=3)
    page = client.post(page_of(customer), {"post": "yes"}, follow=True).content.decode()
    assert "was not deleted: what is paid for could not be ended at Stripe." in page
    assert Reader.objects.filter(pk=customer.reader_id).exists()
    client.post(page_of(customer), {"post": "yes"})
    assert not Reader.objects.filter(pk=customer.reader_id).exists()


def test_nothing_ends_for_staff_who_may_not_delete(paper: Newspaper) -> None:
    customer = paper.customer()
    paper.subscribe(customer)
    client = staff()
    ada = Reader.objects.get(email="ada@example.com")
    ada.user_permissions.add(Permission.objects.get(codename="view_reader"))
    assert client.post(page_of(customer), {"post": "yes"}).status_code == 403
    ada.user_permissions.add(Permission.objects.get(codename="delete_reader"))
    # They may delete readers, and not the entitlement that goes with this one.
    assert client.post(page_of(customer), {"post": "yes"}).status_code == 403
    assert Subscription.objects.get().status == "active"


def test_readers_are_not_deleted_in_bulk(paper: Newspaper) -> None:
    customer = paper.customer()
    paper.subscribe(customer)
    client = staff(is_superuser=True)
    address = reverse("admin:accounts_reader_changelist")
    assert "delete_selected" not in client.get(address).content.decode()
    chosen = {"action": "delete_selected", "_selected_action": [customer.reader_id], "post": "yes"}
    client.post(address, chosen)
    assert Reader.objects.filter(pk=customer.reader_id).exists()


def test_who_never_paid_is_deleted_without_asking_anybody(paper: Newspaper) -> None:
    reader = make_reader("never@example.com")
    paper.sandbox.faults.add("refuse", times=9)
    address = reverse("admin:accounts_reader_delete", args=[reader.pk])
    staff(is_superuser=True).post(address, {"post": "yes"})
    assert not Reader.objects.filter(email="never@example.com").exists()
