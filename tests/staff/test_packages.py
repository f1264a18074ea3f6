"""Staff and packages: prices, their archive, and publishing them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from django.conf import LazySettings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from paywall import clock
from paywall.catalog import pricing
from paywall.catalog.models import Package, Price
from paywall.payments.models import Publication
from paywall.tasks import follow_packages
from paywall.trail.models import StaffAction
from tests.catalog.packages import INTRODUCTORY, MONTHLY, WEEK_PASS, YEARLY, make_package
from tests.making import make_reader, make_section
from tests.payments.conftest import sandbox
from tests.stripe_sandbox import Sandbox, client

__all__ = ["sandbox"]

pytestmark = pytest.mark.django_db

PUBLISH = "admin:paywall_package_publish"
DEARER = replace(MONTHLY, amount=1400)


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(make_reader("desk@example.com", is_staff=True, is_superuser=True))
    return client


def form_of(package: Package | None, *rows: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return what the package's form posts: its fields, then the changes of each price row."""
    prices: Sequence[Price] = list(package.prices.all()) if package else []
    posted: dict[str, Any] = {
        "name": package.name if package else "Digital",
        "slug": package.slug if package else "digital",
        "everything": "on",
        "order": 1,
        "listed": "on",
        "prices-TOTAL_FORMS": max(len(rows), len(prices)),
        "prices-INITIAL_FORMS": len(prices),
    }
    for number in range(int(posted["prices-TOTAL_FORMS"])):
        row: dict[str, Any] = {"interval": "month", "currency": "EUR", "trial_days": 0}
        if number < len(prices):
            price = prices[number]
            row = {"id": price.pk, "interval": price.interval, "currency": price.currency}
            row |= {"amount": f"{price.amount / 100:.2f}", "trial_days": price.trial_days}
        row |= rows[number] if number < len(rows) else {}
        posted |= {f"prices-{number}-{name}": value for name, value in row.items()}
    return {name: value for name, value in (posted | fields).items() if value is not None}


def save(
    staff: Client, package: Package | None, *rows: dict[str, Any], **fields: Any
) -> HttpResponse:
    address = (
        reverse("admin:paywall_package_change", args=[package.pk])
        if package
        else reverse("admin:paywall_package_add")
    )
    response: Any = staff.post(address, form_of(package, *rows, **fields), follow=True)
    return response  # type: ignore[no-any-return]


def errors(response: Any) -> str:
    context = response.context
    found = [
        str(formset.formset.errors) + str(formset.formset.non_form_errors())
        for formset in context["inline_admin_formsets"]
    ]
    return str(context["adminform"].form.errors) + "".join(found)


def page(staff: Client, name: str, *args: Any) -> str:
    return staff.get(reverse(name, args=args)).content.decode()


def test_a_package_is_made_with_its_prices(staff: Client) -> None:
    save(
        staff,
        None,
        {"amount": "12.00", "intro_amount": "1", "intro_months": "3"},
        {"amount": "120", "interval": "year"},
    )
    package = Package.objects.get()
    assert {price.terms for price in package.prices.all()} == {INTRODUCTORY, YEARLY}


@pytest.mark.parametrize(
    ("rows", "fields", "sentence"),
    [
        ([{"amount": "12.005"}], {}, "An amount in EUR has at most 2 decimals."),
        ([{"amount": "0"}], {}, "greater than or equal to 1"),
        ([{"amount": "12"}, {"amount": "13"}], {}, "two prices of one interval and currency"),
        ([{"amount": "12"}], {"order_form": "https://example.com/"}, "circulation department"),
        (
            [{"amount": "12", "trial_days": 7, "intro_amount": "1", "intro_months": 3}],
            {},
            "not with both",
        ),
        ([{"amount": "12", "intro_amount": "12", "intro_months": 3}], {}, "below the usual"),
        ([{"amount": "4", "interval": "once"}], {}, "for how many days"),
        ([], {"everything": None}, "Name the sections it opens"),
    ],
)
def test_what_makes_no_sense_is_said(
    staff: Client, rows: list[dict[str, Any]], fields: dict[str, Any], sentence: str
) -> None:
    response = save(staff, None, *rows, **fields)
    assert sentence in errors(response)
    assert not Price.objects.exists()


def test_a_package_of_named_sections(staff: Client) -> None:
    sport = make_section("sport")
    save(staff, None, {"amount": "5"}, everything=None, sections=[sport.pk])
    assert list(Package.objects.get().sections.all()) == [sport]


@pytest.mark.parametrize(("changed", "told"), [(True, 1), (False, 0)])
def test_subscribers_follow_a_package_that_opens_something_else(
    staff: Client,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    changed: bool,
    told: int,
) -> None:
    calls = list[bool]()
    monkeypatch.setattr(follow_packages, "delay", lambda: calls.append(True))
    package = make_package(MONTHLY, everything=False)
    package.sections.add(make_section("sport"))
    wanted = make_section("culture") if changed else package.sections.get()
    with django_capture_on_commit_callbacks(execute=True):
        save(staff, package, everything=None, sections=[wanted.pk])
    assert len(calls) == told


def test_a_price_nobody_bought_is_edited_in_its_row(staff: Client) -> None:
    package = make_package(MONTHLY)
    save(staff, package, {"amount": "14.00"})
    assert package.prices.get().terms == DEARER


def test_a_sold_price_takes_no_other_amount(staff: Client) -> None:
    package = make_package(MONTHLY)
    pricing.sell(package.prices.get(), MONTHLY, now=clock.now())
    shown = page(staff, "admin:paywall_package_change", package.pk)
    assert "Sold since" in shown
    save(staff, package, {"amount": "14.00"})
    assert package.prices.get().terms == MONTHLY


def test_a_new_amount_is_a_new_price_and_the_old_one_stays_with_its_buyers(staff: Client) -> None:
    package = make_package(MONTHLY)
    old = pricing.sell(package.prices.get(), MONTHLY, now=clock.now())
    assert "it stays as it is for those who bought it" in page(
        staff, "admin:paywall_package_new_terms", package.pk, old.pk
    )
    address = reverse("admin:paywall_package_new_terms", args=[package.pk, old.pk])
    staff.post(address, {"amount": "14.00", "trial_days": 0, "interval": "year", "currency": "USD"})
    old.refresh_from_db()
    assert (old.terms, bool(old.retired_at)) == (MONTHLY, True)
    assert package.prices.in_force().get().terms == DEARER
    said = page(staff, "admin:paywall_package_history", package.pk)
    assert "12.00 EUR every month became" in said
    late = staff.post(address, {"amount": "15.00", "trial_days": 0}, follow=True)
    assert "replaced or archived by somebody else" in late.content.decode()
    assert package.prices.count() == 2


def test_a_new_amount_that_makes_no_sense_is_said(staff: Client) -> None:
    package = make_package(MONTHLY)
    address = reverse("admin:paywall_package_new_terms", args=[package.pk, package.prices.get().pk])
    response = staff.post(address, {"amount": "12.005", "trial_days": 0})
    assert "at most 2 decimals" in response.content.decode()


def test_a_pass_is_asked_what_a_pass_has(staff: Client) -> None:
    package = make_package(WEEK_PASS)
    address = reverse("admin:paywall_package_new_terms", args=[package.pk, package.prices.get().pk])
    assert "Trial days" not in staff.get(address).content.decode()
    staff.post(address, {"amount": "5", "opens_for_days": 10})
    assert package.prices.get().terms == replace(WEEK_PASS, amount=500, opens_for_days=10)


def test_archiving_asks_first_and_shows_the_price_as_archived(staff: Client) -> None:
    package = make_package(MONTHLY)
    address = reverse(
        "admin:paywall_package_archive_price", args=[package.pk, package.prices.get().pk]
    )
    assert "Nobody can buy it any more" in staff.get(address).content.decode()
    assert not package.prices.get().retired_at
    staff.post(address)
    assert package.prices.get().retired_at
    assert "Archived on" in page(staff, "admin:paywall_package_change", package.pk)


@pytest.mark.parametrize("through", ["page", "list"])
def test_a_sold_package_is_not_deleted_and_staff_read_why(staff: Client, through: str) -> None:
    package = make_package(MONTHLY)
    pricing.sell(package.prices.get(), MONTHLY, now=clock.now())
    if through == "page":
        address = reverse("admin:paywall_package_delete", args=[package.pk])
        response = staff.post(address, {"post": "yes"})
    else:
        posted = {"action": "delete_selected", "_selected_action": [package.pk], "post": "yes"}
        response = staff.post(reverse("admin:paywall_package_changelist"), posted)
    assert "has been sold: archive it instead" in response.content.decode()
    assert Package.objects.filter(pk=package.pk).exists()


def test_a_package_nobody_bought_is_deleted(staff: Client) -> None:
    package = make_package(MONTHLY)
    staff.post(reverse("admin:paywall_package_delete", args=[package.pk]), {"post": "yes"})
    assert not Package.objects.exists()


def test_publishing_shows_what_it_would_do_and_does_it(staff: Client, sandbox: Sandbox) -> None:
    package = make_package(MONTHLY, name="Digital")
    listed = "admin:paywall_package_changelist"
    assert "not published" in page(staff, listed)
    assert "On sale" in page(staff, listed)
    assert reverse(PUBLISH) in page(staff, listed)
    assert "Package Digital: not at Stripe yet" in page(staff, PUBLISH)
    assert not list(sandbox.store.all("product"))
    staff.post(reverse(PUBLISH))
    assert len(list(sandbox.store.all("product"))) == 1
    kept = StaffAction.objects.get(what="Publish to Stripe")
    assert "package Digital: not at Stripe yet" in kept.outcome
    assert "Stripe has everything as it is here" in page(staff, PUBLISH)
    assert "published" in page(staff, listed)
    pricing.change(package.prices.get(), DEARER, now=clock.now())
    assert "to be published" in page(staff, listed)
    refused = staff.post(
        reverse("admin:paywall_package_delete", args=[package.pk]), {"post": "yes"}
    )
    assert "is published at Stripe" in refused.content.decode()


def test_a_change_at_stripe_is_shown_and_undone_only_when_asked(
    staff: Client, sandbox: Sandbox
) -> None:
    make_package(MONTHLY, name="Digital")
    staff.post(reverse(PUBLISH))
    (product,) = sandbox.store.all("product")
    client(sandbox).v1.products.update(product["id"], {"name": "Theirs"})
    shown = page(staff, PUBLISH)
    assert "Changed at Stripe" in shown
    assert "name is “Digital” here, “Theirs” at Stripe" in shown
    staff.post(reverse(PUBLISH))
    assert product["name"] == "Theirs"
    staff.post(reverse(PUBLISH), {"take_ours": "yes"})
    assert product["name"] == "Digital"


def test_stripe_down_is_a_sentence(staff: Client, sandbox: Sandbox) -> None:
    make_package(MONTHLY)
    for method in (staff.get, staff.post):
        sandbox.faults.add("refuse", times=3)
        response = method(reverse(PUBLISH))
        assert response.status_code == 200
        assert "Stripe does not answer" in response.content.decode()
        sandbox.faults.clear()
    assert not Publication.objects.exists()


def test_without_a_key_it_says_so(staff: Client, settings: LazySettings) -> None:
    settings.STRIPE_SECRET_KEY = ""
    assert "STRIPE_SECRET_KEY is not set" in page(staff, PUBLISH)


@pytest.mark.parametrize("name", ["publish", "new_terms", "archive_price"])
def test_who_may_only_look_may_not_change(client: Client, name: str) -> None:
    package = make_package(MONTHLY)
    client.force_login(make_reader(is_staff=True))
    args = [] if name == "publish" else [package.pk, package.prices.get().pk]
    assert client.post(reverse(f"admin:paywall_package_{name}", args=args)).status_code == 403
    assert not package.prices.get().retired_at


def test_a_new_package_begins_with_a_price_in_the_papers_currency_and_says_what_now(
    staff: Client,
) -> None:
    add = reverse("admin:paywall_package_add")
    (empty,) = staff.get(add).context["inline_admin_formsets"][0].formset.forms
    assert empty.initial["currency"] == "USD"
    first: Any = save(staff, None, {"amount": "12", "interval": "year"})
    said = " ".join(str(message) for message in first.context["messages"])
    assert "See it as readers do" in said
    assert reverse(PUBLISH) in said
    (empty,) = staff.get(add).context["inline_admin_formsets"][0].formset.forms
    assert empty.initial["currency"] == "EUR"
    second: Any = save(staff, None, name="Sport", slug="sport")
    assert "it has no price" in str(list(second.context["messages"])[-1])
