"""Publishing packages: idempotent, able to go on where it broke off, and never unseen."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db.models import ProtectedError

from paywall.catalog import pricing
from paywall.catalog.models import Package, Price
from paywall.payments import gateway, publishing
from paywall.payments.gateway import GatewayUnavailable
from paywall.payments.models import Publication
from paywall.payments.publishing import Published, preview, publish
from tests.catalog.packages import INTRODUCTORY, MONTHLY, WEEK_PASS, YEARLY, make_package
from tests.metering.racing import race
from tests.payments.conftest import NOW
from tests.stripe_sandbox import InProcessClient, Sandbox, client

pytestmark = pytest.mark.django_db

DEARER = replace(INTRODUCTORY, amount=1400)


@pytest.fixture
def package(sandbox: Sandbox) -> Package:
    return make_package(
        INTRODUCTORY, YEARLY, WEEK_PASS, name="Digital", slug="digital", blurb="All of it."
    )


def published(**options: Any) -> Published:
    return publish(gateway.from_settings(), now=NOW, **options)


def sentences(differences: list[Any]) -> list[str]:
    return [str(one) for one in differences]


def at_stripe(sandbox: Sandbox, kind: str) -> list[dict[str, Any]]:
    return list(sandbox.store.all(kind))


def facts(sandbox: Sandbox) -> tuple[Any, ...]:
    """Return what must be the same after a second run."""
    kinds = ("product", "price", "coupon", "event")
    stripe = {kind: [dict(one) for one in at_stripe(sandbox, kind)] for kind in kinds}
    return stripe, list(Publication.objects.order_by("pk").values())


def price_of(package: Package, interval: str) -> Price:
    return package.prices.in_force().get(interval=interval)


def test_a_package_comes_with_its_prices_and_its_offer(sandbox: Sandbox, package: Package) -> None:
    result = published()
    assert len(result.done) == 5
    assert (result.left, result.refused) == ([], [])
    (product,) = at_stripe(sandbox, "product")
    assert product["name"] == "Digital"
    assert product["description"] == "All of it."
    assert product["metadata"] == {"package": str(package.public_id)}
    keys = {price["lookup_key"]: price for price in at_stripe(sandbox, "price")}
    monthly = price_of(package, "month")
    stripe_price = keys[f"digital-month-{monthly.public_id}"]
    assert (stripe_price["unit_amount"], stripe_price["currency"]) == (1200, "eur")
    assert stripe_price["recurring"]["interval"] == "month"
    assert {price["product"] for price in keys.values()} == {product["id"]}
    assert sorted(price["type"] for price in keys.values()) == ["one_time", *["recurring"] * 2]
    (coupon,) = at_stripe(sandbox, "coupon")
    assert (coupon["amount_off"], coupon["currency"]) == (1100, "eur")
    assert (coupon["duration"], coupon["duration_in_months"]) == ("repeating", 3)


@pytest.mark.parametrize(
    ("terms", "duration"),
    [
        (replace(INTRODUCTORY, intro_months=1), ("once", None)),
        (replace(YEARLY, intro_amount=6000, intro_months=12), ("once", None)),
        (replace(YEARLY, intro_amount=6000, intro_months=24), ("repeating", 24)),
    ],
)
def test_an_offer_of_one_payment_is_a_coupon_for_one(
    sandbox: Sandbox, terms: Any, duration: tuple[str, int | None]
) -> None:
    make_package(terms)
    published()
    (coupon,) = at_stripe(sandbox, "coupon")
    assert (coupon["duration"], coupon["duration_in_months"]) == duration


def test_a_picture_goes_along_where_the_world_can_reach_it(
    sandbox: Sandbox, package: Package, settings: LazySettings
) -> None:
    Package.objects.update(picture="packages/digital.jpg", picture_width=1200, picture_height=800)
    published()
    (product,) = at_stripe(sandbox, "product")
    assert product["images"] == []
    settings.SITE_IS_SECURE, settings.SITE_URL = True, "https://news.example.com"
    published()
    assert product["images"] == ["https://news.example.com/media/packages/digital.jpg"]
    Package.objects.update(picture="")
    published()
    assert product["images"] == []
    assert published() == Published()


def test_in_another_account_everything_is_missed_and_published_when_we_insist(
    sandbox: Sandbox, package: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    published()
    other = Sandbox(NOW, seed="another account")
    monkeypatch.setattr(gateway, "http_client", lambda: InProcessClient(other))
    result = published()
    assert not result.done
    assert all("gone from Stripe" in sentence for sentence in sentences(result.left))
    assert len(published(take_ours=True).done) == 5
    assert len(at_stripe(other, "price")) == 3
    assert published() == Published()


def test_a_second_time_changes_nothing_anywhere(sandbox: Sandbox, package: Package) -> None:
    published()
    before = facts(sandbox)
    assert published() == Published()
    assert published(take_ours=True) == Published()
    assert facts(sandbox) == before


def test_a_preview_changes_nothing_and_says_what_would_be_done(
    sandbox: Sandbox, package: Package
) -> None:
    planned = preview(gateway.from_settings())
    assert not at_stripe(sandbox, "product")
    assert not Publication.objects.exists()
    assert planned.done == published().done


def test_what_staff_change_here_is_updated_there(sandbox: Sandbox, package: Package) -> None:
    published()
    Package.objects.update(name="Everything", blurb="", slug="everything")
    result = published()
    assert "package Everything: name is “Everything” here, “Digital” at Stripe" in sentences(
        result.done
    )
    (product,) = at_stripe(sandbox, "product")
    assert (product["name"], product["description"]) == ("Everything", None)
    assert all(one["lookup_key"].startswith("everything-") for one in at_stripe(sandbox, "price"))
    assert published() == Published()


def test_a_new_amount_of_a_sold_price_is_a_new_price_beside_the_archived(
    sandbox: Sandbox, package: Package
) -> None:
    published()
    old = pricing.sell(price_of(package, "month"), INTRODUCTORY, now=NOW)
    new = pricing.change(old, DEARER, now=NOW)
    published()
    prices = {one["metadata"]["price"]: one for one in at_stripe(sandbox, "price")}
    assert (prices[str(old.public_id)]["active"], prices[str(new.public_id)]["active"]) == (
        False,
        True,
    )
    assert prices[str(old.public_id)]["unit_amount"] == 1200
    assert prices[str(new.public_id)]["unit_amount"] == 1400
    assert published() == Published()


def test_a_changed_price_nobody_bought_takes_the_place_of_its_old_one(
    sandbox: Sandbox, package: Package
) -> None:
    published()
    price = pricing.change(price_of(package, "month"), DEARER, now=NOW)
    published()
    key = f"digital-month-{price.public_id}"
    prices = [one for one in at_stripe(sandbox, "price") if one["metadata"]["price"] == key[-36:]]
    assert sorted((one["active"], one["unit_amount"]) for one in prices) == [
        (False, 1200),
        (True, 1400),
    ]
    (coupon,) = at_stripe(sandbox, "coupon")
    assert coupon["amount_off"] == 1300
    assert published() == Published()


def test_archiving_the_last_price_takes_the_package_from_sale(
    sandbox: Sandbox, package: Package
) -> None:
    published()
    for price in package.prices.all():
        pricing.retire(price, now=NOW)
    published()
    assert not any(one["active"] for one in at_stripe(sandbox, "price"))
    assert not any(one["active"] for one in at_stripe(sandbox, "product"))
    assert published() == Published()


def test_what_was_never_sold_nor_published_and_is_retired_stays_here(sandbox: Sandbox) -> None:
    package = make_package(MONTHLY)
    pricing.retire(package.prices.get(), now=NOW)
    make_package(order_form="https://example.com/order")
    assert published() == Published()
    assert not at_stripe(sandbox, "product")


# -- Changed at Stripe ----------------------------------------------------------------------------


def test_a_change_at_stripe_is_shown_and_left_until_we_insist(
    sandbox: Sandbox, package: Package
) -> None:
    published()
    (product,) = at_stripe(sandbox, "product")
    client(sandbox).v1.products.update(product["id"], {"name": "From the dashboard"})
    for _ in range(2):
        result = published()
        assert sentences(result.left) == [
            "package Digital: name is “Digital” here, “From the dashboard” at Stripe"
        ]
        assert not result.done
    assert product["name"] == "From the dashboard"
    published(take_ours=True)
    assert product["name"] == "Digital"
    assert published() == Published()


def test_our_change_goes_though_another_field_was_changed_there(
    sandbox: Sandbox, package: Package
) -> None:
    published()
    (product,) = at_stripe(sandbox, "product")
    client(sandbox).v1.products.update(product["id"], {"description": "Theirs."})
    Package.objects.update(name="Everything")
    assert len(published().left) == 1
    assert (product["name"], product["description"]) == ("Everything", "Theirs.")
    assert len(published().left) == 1


def test_a_field_changed_on_both_sides_is_left(sandbox: Sandbox, package: Package) -> None:
    published()
    (product,) = at_stripe(sandbox, "product")
    client(sandbox).v1.products.update(product["id"], {"name": "Theirs"})
    Package.objects.update(name="Ours")
    assert len(published().left) == 1
    assert product["name"] == "Theirs"


def test_taking_over_their_value_here_settles_it(sandbox: Sandbox, package: Package) -> None:
    published()
    (product,) = at_stripe(sandbox, "product")
    client(sandbox).v1.products.update(product["id"], {"name": "Theirs"})
    Package.objects.update(name="Theirs")
    assert sentences(published().done) == [
        "introductory offer Theirs, 12.00 EUR every month: name is "
        "“Theirs: introductory offer” here, “Digital: introductory offer” at Stripe"
    ]
    Package.objects.update(name="Ours again")
    assert not published().left
    assert product["name"] == "Ours again"


def test_a_price_archived_at_stripe_stays_archived_whatever_it_costs_here(
    sandbox: Sandbox, package: Package
) -> None:
    published()
    price = price_of(package, "year")
    stripe_id = Publication.objects.get(price=price).stripe_id
    client(sandbox).v1.prices.update(stripe_id, {"active": False})
    pricing.change(price, replace(YEARLY, amount=13000), now=NOW)
    result = published()
    assert len(result.left) == 2
    assert not [one for one in result.done if one.name.startswith("Digital, 130")]
    of_the_year = [
        one
        for one in at_stripe(sandbox, "price")
        if (one["recurring"] or {}).get("interval") == "year"
    ]
    assert [one["active"] for one in of_the_year] == [False]
    published(take_ours=True)
    active = [
        one
        for one in at_stripe(sandbox, "price")
        if one["active"] and (one["recurring"] or {}).get("interval") == "year"
    ]
    assert [one["unit_amount"] for one in active] == [13000]
    assert published() == Published()


def test_a_deleted_coupon_is_missed_and_made_anew_when_we_insist(
    sandbox: Sandbox, package: Package
) -> None:
    published()
    (coupon,) = at_stripe(sandbox, "coupon")
    client(sandbox).v1.coupons.delete(coupon["id"])
    assert sentences(published().left) == [
        "introductory offer Digital, 12.00 EUR every month: published before, and gone from Stripe"
    ]
    assert not at_stripe(sandbox, "coupon")
    published(take_ours=True)
    (anew,) = at_stripe(sandbox, "coupon")
    assert anew["id"] != coupon["id"]
    assert published() == Published()


def test_a_price_added_at_stripe_is_shown(sandbox: Sandbox, package: Package) -> None:
    published()
    (product,) = at_stripe(sandbox, "product")
    added = client(sandbox).v1.prices.create(
        {
            "product": product["id"],
            "currency": "eur",
            "unit_amount": 900,
            "recurring": {"interval": "week"},
        }
    )
    for take_ours in (False, True):
        assert sentences(published(take_ours=take_ours).left) == [
            f"price {added.id}, 9.00 EUR every week: only at Stripe"
        ]


def test_somebody_elses_products_in_the_account_are_none_of_ours(
    sandbox: Sandbox, package: Package
) -> None:
    stripe = client(sandbox).v1
    other = stripe.products.create({"name": "Mugs", "metadata": {"package": "another newspaper's"}})
    stripe.prices.create({"product": other.id, "currency": "eur", "unit_amount": 900})
    stripe.coupons.create({"percent_off": 10, "duration": "once"})
    published()
    assert published() == Published()


# -- Broken off -----------------------------------------------------------------------------------


@pytest.mark.parametrize("breaks_at", range(1, 6))
@pytest.mark.parametrize("kind", ["error", "refuse"])
def test_broken_off_anywhere_it_goes_on_without_a_second_of_anything(
    sandbox: Sandbox, package: Package, monkeypatch: pytest.MonkeyPatch, breaks_at: int, kind: Any
) -> None:
    calls = 0
    real = gateway._asked

    def breaking(*args: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == breaks_at:
            sandbox.faults.add(kind, times=1 + gateway.RETRIES, method="post")
        return real(*args, **more)

    monkeypatch.setattr(gateway, "_asked", breaking)
    with pytest.raises(GatewayUnavailable):
        published()
    sandbox.faults.clear()
    published()
    counts = [len(at_stripe(sandbox, kind)) for kind in ("product", "price", "coupon")]
    assert counts == [1, 3, 1]
    assert Publication.objects.count() == 5
    assert published() == Published()


def test_answers_that_are_lost_are_asked_for_again(sandbox: Sandbox, package: Package) -> None:
    sandbox.faults.add("answer_lost", times=2, method="post")
    assert len(published().done) == 5
    assert len(at_stripe(sandbox, "product")) == 1
    assert published() == Published()


@pytest.mark.parametrize("lost", range(1, 6))
def test_a_crash_before_it_is_written_down_makes_no_second(
    sandbox: Sandbox, package: Package, monkeypatch: pytest.MonkeyPatch, lost: int
) -> None:
    real, calls = publishing._remember, iter(range(1, 99))

    def crashing(*args: Any, **more: Any) -> None:
        if next(calls) == lost:
            raise KeyboardInterrupt
        real(*args, **more)

    monkeypatch.setattr(publishing, "_remember", crashing)
    with pytest.raises(KeyboardInterrupt):
        published()
    sandbox.advance(days=2)  # Stripe forgets idempotency keys after a day
    published()
    counts = [len(at_stripe(sandbox, kind)) for kind in ("product", "price", "coupon")]
    assert counts == [1, 3, 1]
    assert published() == Published()


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_in_one_moment_make_one_of_each(sandbox: Sandbox, package: Package) -> None:
    def one() -> bool:
        try:
            return bool(published())
        except GatewayUnavailable:  # the other's request was still being answered
            return False

    assert any(race([one] * 4))
    published()
    counts = [len(at_stripe(sandbox, kind)) for kind in ("product", "price", "coupon")]
    assert counts == [1, 3, 1]
    assert published() == Published()


def test_a_replaced_price_whose_crash_left_two_on_sale_leaves_one(
    sandbox: Sandbox, package: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    published()
    price = pricing.change(price_of(package, "year"), replace(YEARLY, amount=13000), now=NOW)
    with monkeypatch.context() as patch:
        patch.setattr(publishing, "_withdraw", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            published()
    sandbox.advance(days=2)
    published()
    standing = [
        one
        for one in at_stripe(sandbox, "price")
        if one["metadata"]["price"] == str(price.public_id) and one["active"]
    ]
    assert [one["unit_amount"] for one in standing] == [13000]
    assert published() == Published()


def test_what_stripe_refuses_is_said_and_the_rest_goes_on(
    sandbox: Sandbox, package: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_package(MONTHLY, name="Refused")
    real = gateway.Gateway.create_product

    def refusing(self: Any, params: Any, *, key: str) -> Any:
        if params["name"] == "Refused":
            raise gateway.GatewayRefused("Stripe refused: no.")
        return real(self, params, key=key)

    monkeypatch.setattr(gateway.Gateway, "create_product", refusing)
    result = published()
    assert result.refused == [
        "package Refused: Stripe refused: no.",
        "price Refused, 12.00 EUR every month: its package is not at Stripe.",
    ]
    assert len(at_stripe(sandbox, "price")) == 3
    assert len(result.left) == 2


# -- What is published stays ----------------------------------------------------------------------


def test_what_is_published_is_archived_and_not_deleted(package: Package) -> None:
    published()
    with pytest.raises(ProtectedError):
        price_of(package, "year").delete()
    with pytest.raises(ProtectedError):
        package.delete()


def test_publishing_keeps_the_moment_only_of_what_changed(package: Package) -> None:
    published()
    Package.objects.update(blurb="Everything.")
    later = NOW + timedelta(hours=1)
    publish(gateway.from_settings(), now=later)
    changed = Publication.objects.filter(published_at=later)
    assert [one.kind for one in changed] == ["package"]
