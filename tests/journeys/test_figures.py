"""The publisher reads what the paper earned last month, without a manual."""

import csv
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone
from playwright.sync_api import Page, expect

from config.demo.figures import make_figures
from paywall.insights import counting
from paywall.reports.spans import Choice, span_of
from paywall.subscriptions.models import Customer, Invoice, Subscription
from tests.catalog.packages import MONTHLY, make_package
from tests.journeys.conftest import PHONE, screenshot
from tests.making import make_article, make_reader

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def make_last_months_payments() -> None:
    """Have a reader pay 12.00 last month, of which 2.50 were given back."""
    now = timezone.now()
    last = span_of(Choice.LAST_MONTH, counting.day_of(now))
    at = now.replace(year=last.last.year, month=last.last.month, day=15)
    price = make_package(MONTHLY).prices.get()
    customer = Customer.objects.create(reader=make_reader(), stripe_id="cus_1", created_at=at)
    subscription = Subscription.objects.create(
        stripe_id="sub_1", customer=customer, price=price, status="active", started_at=at,
        price_since=at, period_starts_at=at, period_ends_at=at + timedelta(days=31),
    )  # fmt: skip
    Invoice.objects.create(
        stripe_id="in_1", customer=customer, subscription=subscription, status="paid",
        currency="EUR", amount_due=1200, amount_paid=1200, amount_refunded=250, made_at=at,
        paid_at=at, refunded_at=at, refunds=[[at.isoformat(), 250]], period_starts_at=at,
        period_ends_at=at + timedelta(days=31), billing_reason="subscription_create",
    )  # fmt: skip


def test_the_publisher_reads_last_months_revenue(visit: Callable[..., Page]) -> None:
    make_last_months_payments()
    make_article()
    make_figures(today=counting.day_of(timezone.now()))
    publisher = make_reader("publisher@example.com", is_staff=True)
    publisher.user_permissions.set(Permission.objects.filter(codename="view_reports"))
    page = visit("/accounts/login/?next=/admin/")
    page.get_by_label("Email address").fill("publisher@example.com")
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Sign in", exact=True).click()

    page.get_by_role("link", name="Last month").click()
    tile = page.locator(".tile", has=page.get_by_text("Revenue", exact=True))
    expect(tile).to_contain_text("€9.50")
    screenshot(page, "figures")
    revenue = page.locator(
        ".panel", has=page.get_by_role("heading", name="Revenue, month by month")
    )
    expect(revenue.get_by_role("img", name="Revenue by month, EUR")).to_be_visible()
    revenue.get_by_text("The figures").click()
    row = revenue.get_by_role("row").nth(2)  # below the headers and this month
    expect(row).to_contain_text("€12.00")
    expect(row).to_contain_text("€2.50")
    with page.expect_download() as download:
        revenue.get_by_role("link", name="Download CSV").click()
    with download.value.path().open(encoding="utf-8-sig", newline="") as file:
        last = list(csv.DictReader(file))[1]
    assert (last["Paid"], last["Refunded"], last["Revenue"]) == ("12.00", "2.50", "9.50")

    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    screenshot(page, "figures-phone")
