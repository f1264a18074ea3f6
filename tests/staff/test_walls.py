"""Staff open all stories, look at rules and write the words of the wall."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import Reader
from paywall.entitlements import granting
from paywall.entitlements.models import Source
from paywall.gate.models import WallVersion
from paywall.gate.previewing import ONLOOKERS
from paywall.gate.wording import PIECES
from paywall.metering.models import FreeMode
from paywall.subscriptions.models import Customer, Purchase, Subscription
from tests.catalog.packages import MONTHLY, WEEK_PASS, make_package
from tests.gate.visiting import NOW, Clock, make_story, outcome
from tests.making import make_reader, make_section

pytestmark = pytest.mark.django_db

OPEN = "admin:paywall_freemode_add"
WALL = "admin:paywall_wallversion"
TOMORROW = (NOW + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock.stopped(monkeypatch)


def staff_who_may(*codenames: str) -> Reader:
    staff = make_reader(is_staff=True)
    found = Permission.objects.filter(codename__in=codenames, content_type__app_label="paywall")
    assert found.count() == len(codenames)
    staff.user_permissions.set(found)
    return staff


def signed_in(*codenames: str) -> Client:
    client = Client()
    client.force_login(staff_who_may(*codenames))
    return client


def opening(**fields: Any) -> dict[str, Any]:
    return {"section": "", "until": TOMORROW, "why": "Storm", **fields}


def test_marketing_opens_all_stories_and_ends_it(clock: Clock) -> None:
    marketing, story = signed_in("open_all_stories"), make_story(access="subscribers")
    assert outcome(Client(), story) == "sign_in"
    assert marketing.post(reverse(OPEN), opening()).status_code == 302
    assert outcome(Client(), story) == "free"
    mode = FreeMode.objects.get()
    assert (mode.starts_at, mode.ends_at, mode.why) == (NOW, NOW + timedelta(days=1), "Storm")
    page = marketing.get(reverse("admin:paywall_freemode_changelist")).content.decode()
    assert "All stories of the whole paper are open to everybody until 15 November, 12:00" in page
    one = reverse("admin:paywall_freemode_change", args=[mode.pk])
    assert f'<a href="{one}" class="add add--end">End it now</a>' in page
    assert "End it now" in marketing.get(one).content.decode()
    marketing.post(one)
    assert outcome(Client(), story) == "sign_in"
    assert "End it now" not in marketing.get(one).content.decode()
    page = marketing.get(reverse("admin:paywall_freemode_changelist")).content.decode()
    assert "End it now" not in page
    assert marketing.post(reverse(one_of("freemode", "delete"), args=[mode.pk])).status_code == 403


def one_of(model: str, view: str) -> str:
    return f"admin:paywall_{model}_{view}"


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"until": "2026-11-14T12:00"}, "That moment is over"),
        ({"until": "2027-11-14T12:00"}, "31 days at most"),
        ({"why": ""}, "This field is required"),
        ({"section": "99"}, "valid choice"),
    ],
)
def test_what_makes_no_sense_opens_nothing(
    clock: Clock, fields: dict[str, str], problem: str
) -> None:
    page = signed_in("open_all_stories").post(reverse(OPEN), opening(**fields))
    assert problem in page.content.decode()
    assert not FreeMode.objects.exists()


def test_who_may_only_look_changes_nothing(clock: Clock) -> None:
    onlooker = signed_in("view_freemode", "view_wallversion", "view_meterrule")
    mode = FreeMode.objects.create(starts_at=NOW, ends_at=NOW + timedelta(days=1), why="Storm")
    version = WallVersion.objects.create(made_at=NOW)
    one = reverse(one_of("freemode", "change"), args=[mode.pk])
    wall = reverse(f"{WALL}_change", args=[version.pk])
    assert onlooker.get(one).status_code == onlooker.get(wall).status_code == 200
    assert onlooker.get(reverse(OPEN)).status_code == 403
    for address, data in [
        (reverse(OPEN), opening()),
        (one, {}),
        (wall, {"publish": "yes"}),
        (reverse(f"{WALL}_add"), {}),
    ]:
        assert onlooker.post(address, data).status_code == 403, address
    onlooker.post(wall, {"save": "yes", **words(subscribe_title="Buy")})
    mode.refresh_from_db()
    version.refresh_from_db()
    assert (mode.closed_at, version.published_at, version.texts) == (None, None, {})


@pytest.mark.parametrize(
    "name",
    ["freemode_add", "wallversion_add", "courtesybatch_add", "package_promotions",
     "schedulerun_changelist", "meterrule_overview"],
)  # fmt: skip
def test_nobody_who_may_not_sees_a_screen(name: str) -> None:
    address = reverse(f"admin:paywall_{name}")
    assert signed_in().get(address).status_code == 403
    reader = Client()
    reader.force_login(make_reader())
    assert reader.get(address).status_code == 403
    assert Client().get(address).status_code == 302


def test_the_overview_says_which_rule_a_visit_meets(clock: Clock) -> None:
    make_section("sport")
    desk = signed_in("view_meterrule")
    address = reverse(one_of("meterrule", "overview"))
    page = desk.get(address, {"who": "reader", "section": "sport", "used": "7"}).content.decode()
    assert "the month’s free stories are read" in page
    assert "7 opened, 0 left. This decides." in page
    assert "Select a valid choice" in desk.get(address, {"who": "nobody"}).content.decode()


def words(**texts: str) -> dict[str, str]:
    return {"note": "", **{key: piece.default for key, piece in PIECES.items()}, **texts}


def test_the_words_are_drafted_looked_at_and_published(clock: Clock) -> None:
    marketing = signed_in("add_wallversion", "change_wallversion", "publish_walls")
    form = words(sign_in_title="Stay <i>with</i> us", meter_spent_title="{allowance} are read")
    marketing.post(reverse(f"{WALL}_add"), form)
    version = WallVersion.objects.get()
    assert set(version.texts) == {"sign_in_title", "meter_spent_title"}
    page = reverse(f"{WALL}_change", args=[version.pk])
    seen = {
        one: marketing.get(reverse(f"{WALL}_preview", args=[version.pk, one])) for one in ONLOOKERS
    }
    titles = ["Stay &lt;i&gt;with&lt;/i&gt; us", "7 are read", "Your package covers other sections"]
    for preview, title in zip(seen.values(), titles, strict=True):
        assert title in preview.content.decode()
        assert preview["X-Frame-Options"] == "SAMEORIGIN"
    story = make_story().get_absolute_url()
    assert "Keep reading" in Client().get(story).content.decode()
    marketing.post(page, {"save": "yes", **words(sign_in_title="Read on")})
    marketing.post(page, {"publish": "yes"})
    assert ">Read on<" in Client().get(make_story().get_absolute_url()).content.decode()
    marketing.post(page, {"save": "yes", **words(sign_in_title="Changed")})
    version.refresh_from_db()
    assert version.texts == {"sign_in_title": "Read on"}
    again = marketing.get(reverse(f"{WALL}_add"), {"like": str(version.pk)})
    assert 'value="Read on"' in again.content.decode()
    assert "Readers see it" in marketing.get(reverse(f"{WALL}_changelist")).content.decode()


def test_a_wrong_placeholder_is_said_and_not_kept(clock: Clock) -> None:
    marketing = signed_in("add_wallversion")
    page = marketing.post(reverse(f"{WALL}_add"), words(account_text="{alowance} stories"))
    assert "{alowance} means nothing here" in page.content.decode()
    assert not WallVersion.objects.exists()


def test_packages_say_who_holds_them_in_few_queries(
    clock: Clock, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(4):
        package = make_package(MONTHLY, WEEK_PASS, slug=f"p{number}")
    month, week = package.prices.order_by("-amount")
    customer = Customer.objects.create(stripe_id="cus_1", created_at=NOW)
    for number, status in enumerate(["active", "past_due", "canceled"]):
        Subscription.objects.create(
            customer=customer, stripe_id=f"sub_{number}", price=month, status=status,
            started_at=NOW, period_starts_at=NOW, period_ends_at=NOW, price_since=NOW,
        )  # fmt: skip
    for number, days in enumerate([-1, 1]):
        right = granting.give(
            make_reader(), Source.PURCHASE,
            starts_at=NOW - timedelta(days=2), ends_at=NOW + timedelta(days=days),
        )  # fmt: skip
        Purchase.objects.create(
            customer=customer, stripe_id=f"cs_{number}", price=week, currency="EUR", amount=400,
            ordered_at=NOW, entitlement=right,
        )  # fmt: skip
    desk = Client()
    desk.force_login(make_reader(is_staff=True, is_superuser=True))
    with django_assert_max_num_queries(20):
        page = desk.get(reverse(one_of("package", "changelist"))).content.decode()
    assert page.count("Held by nobody") == 3
    for sold, address, counted in [
        ("subscription", f"price__package__id__exact={package.pk}&status__in=", "2 subscribers"),
        ("purchase", f"price__package__id__exact={package.pk}", "1 pass<"),
    ]:
        assert f"/{sold}/?{address}".replace("&", "&amp;") in page
        assert counted in page
    with django_assert_max_num_queries(25):
        one = desk.get(reverse(one_of("package", "change"), args=[package.pk])).content.decode()
    assert "At Stripe: not published" in one
    listed = desk.get(
        reverse(one_of("subscription", "changelist")),
        {"price__id__exact": str(month.pk), "status__in": "active,past_due"},
    )
    assert len(listed.context["cl"].result_list) == 2
