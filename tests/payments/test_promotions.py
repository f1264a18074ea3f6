"""Promotion codes: made once at Stripe, shown as they are there, switched off and on."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from paywall.payments import gateway, promotions
from paywall.payments.gateway import GatewayRefused
from paywall.payments.promotions import Wanted
from tests.making import make_reader
from tests.payments.shop import Newspaper

pytestmark = pytest.mark.django_db

PAGE = "admin:paywall_package_promotions"
AUTUMN = Wanted("AUTUMN", percent_off=25, months=3)


def made(paper: Newspaper, what: str) -> list[Any]:
    return list(paper.sandbox.store.all(what))


@pytest.mark.parametrize(
    ("wanted", "gives", "used", "restrictions"),
    [
        (AUTUMN, "25 % off for 3 months", "0", []),
        (Wanted("ONE", percent_off=100, most=50), "100 % off the first payment", "0 of 50", []),
        (
            Wanted("EUR", amount_off=400, currency="EUR", months=0, minimum=1000),
            "4.00 EUR off for ever", "0", ["orders from 10.00 EUR"],
        ),
        (
            replace(AUTUMN, first_time=True, ends_at=datetime(2027, 1, 1, tzinfo=UTC)),
            "25 % off for 3 months", "0", ["new customers", "until 1 January 2027, 00:00 UTC"],
        ),
    ],
)  # fmt: skip
def test_a_code_is_shown_as_stripe_has_it(
    paper: Newspaper, wanted: Wanted, gives: str, used: str, restrictions: list[str]
) -> None:
    stripe = gateway.from_settings()
    promotions.create(stripe, wanted, key="k")
    (found,) = promotions.promotions(stripe)
    assert (found.code, found.active, found.gives, found.redeemed) == (
        wanted.code, True, gives, used,
    )  # fmt: skip
    assert found.restrictions == restrictions


def test_a_code_for_some_packages_names_them(paper: Newspaper) -> None:
    stripe, package = gateway.from_settings(), paper.month.package
    promotions.create(stripe, replace(AUTUMN, packages=[package.pk]), key="k")
    (found,) = promotions.promotions(stripe)
    assert found.restrictions == [f"packages: {package.name}"]


def test_asked_twice_it_is_made_once(paper: Newspaper) -> None:
    stripe = gateway.from_settings()
    before = len(made(paper, "coupon"))
    for _ in range(2):
        promotions.create(stripe, AUTUMN, key="k")
    assert len(made(paper, "promotion_code")) == 1
    assert len(made(paper, "coupon")) == before + 1


def test_a_code_that_is_taken_leaves_no_coupon_behind(paper: Newspaper) -> None:
    stripe = gateway.from_settings()
    promotions.create(stripe, AUTUMN, key="k")
    before = len(stripe.coupons())
    with pytest.raises(GatewayRefused, match="already exists"):
        promotions.create(stripe, replace(AUTUMN, percent_off=50), key="another")
    assert len(stripe.coupons()) == before


def form(**fields: Any) -> dict[str, Any]:
    key = "5f0e8c1c-6a1c-4a7f-8f5e-0f6f3d1a2b3c"
    return {"key": key, "code": "spring", "percent_off": "10", "lasts": "once", **fields}


def test_staff_make_a_code_and_switch_it_off(paper: Newspaper, client: Client) -> None:
    client.force_login(make_reader(is_staff=True))
    assert client.get(reverse(PAGE)).status_code == 403
    client.force_login(make_reader(is_staff=True, is_superuser=True))
    assert client.post(reverse(PAGE), form()).status_code == 302
    page = client.get(reverse(PAGE)).content.decode()
    assert "SPRING" in page
    assert "10 % off the first payment" in page
    (code,) = made(paper, "promotion_code")
    for switch, active in [("off", False), ("off", False), ("on", True)]:
        client.post(reverse(PAGE), {"code_id": code["id"], "switch": switch})
        assert code["active"] is active
    assert LogEntry.objects.count() == 4


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"percent_off": ""}, "a percentage or an amount"),
        ({"amount_off": "4.00"}, "not both"),
        ({"lasts": "months"}, "goes with"),
        ({"code": "two words"}, "Letters, digits"),
        ({"percent_off": "", "amount_off": "4.005"}, "at most 2 decimals"),
        ({"until_date": "2020-01-01"}, "That day is over"),
    ],
)
def test_what_makes_no_sense_is_said_and_not_made(
    paper: Newspaper, client: Client, fields: dict[str, Any], problem: str
) -> None:
    client.force_login(make_reader(is_staff=True, is_superuser=True))
    page = client.post(reverse(PAGE), form(**fields))
    assert problem in page.content.decode()
    assert not made(paper, "promotion_code")
