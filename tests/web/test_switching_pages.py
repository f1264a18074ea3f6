"""Switching, cancelling, resuming, the card and closing, as a reader clicks through them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core import signing
from django.test import Client
from django.urls import reverse

from accounts.models import Reader
from paywall.metering.models import MeteredRead
from paywall.subscriptions.models import Subscription
from tests.accounts.doing import PASSWORD, sign_in
from tests.catalog.packages import INTRODUCTORY, make_price
from tests.gate.visiting import outcome
from tests.making import make_article, make_reader
from tests.payments.shop import Newspaper, publish
from tests.stripe_sandbox import portal

FAILS_LATER = "4000000000000341"


@pytest.fixture
def moment(paper: Newspaper) -> Iterator[Any]:
    """Have the site's clock stand where the sandbox's does; move both with `at(days=1)`."""
    with time_machine.travel(paper.now, tick=False) as traveller:

        def at(**by: float) -> None:
            paper.advance(**by)
            traveller.move_to(paper.now)

        yield at


def subscriber(paper: Newspaper, price: Any = None, **more: Any) -> tuple[Client, Subscription]:
    number = more.pop("number", "4242424242424242")
    subscription = paper.subscribe(paper.customer(number=number), price, **more)
    client = Client()
    assert subscription.customer.reader
    sign_in(client, subscription.customer.reader.email)
    prove(client)
    return client, subscription


def prove(client: Client) -> None:
    """Type the password once more, as pages ask that change what cannot be changed back."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def words(client: Client, address: str) -> str:
    main = client.get(address).content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def notice(client: Client) -> str:
    page = client.get("/account/").content.decode()
    return unescape("".join(re.findall(r'<p class="notice[^>]*>([^<]*)<', page)))


def agree_to(client: Client, price: Any) -> str:
    page = client.get(reverse("account_switch", args=[price.public_id])).content.decode()
    return unescape(re.findall(r'name="agreed" value="([^"]+)"', page)[0])


def say_yes(client: Client, price: Any, agreed: str) -> None:
    address = reverse("account_switch", args=[price.public_id])
    assert client.post(address, {"agreed": agreed})["Location"] == "/account/"


def test_up_by_three_clicks_for_the_amount_shown(paper: Newspaper, moment: Any) -> None:
    client, subscription = subscriber(paper, paper.sport)
    moment(days=10)
    said = words(client, "/account/switch/")
    assert "You have Sport, €5.00 a month." in said
    assert "Everything, €12.00 a month Opens every section. Begins at once." in said
    address = reverse("account_switch", args=[paper.month.public_id])
    said = words(client, address)
    shown = re.findall(r"Switch and pay (€[\d.]+)", said)[0]
    assert f"You pay today {shown}" in said
    assert "From 23 December 2026 €12.00 a month" in said
    say_yes(client, paper.month, agree_to(client, paper.month))
    assert notice(client) == "Done. You have Everything, €12.00 a month, from now on."
    invoice = subscription.invoices.get(billing_reason="subscription_update")
    assert f"€{invoice.amount_paid / 100:.2f}" == shown


def test_a_discount_that_the_new_price_has_too_is_named(paper: Newspaper, moment: Any) -> None:
    coupon = paper.v1.coupons.create({"percent_off": 50, "duration": "forever"})
    client, _ = subscriber(paper, discounts=[{"coupon": coupon.id}])
    said = words(client, reverse("account_switch", args=[paper.year.public_id]))
    assert "Everything until 23 November 2027, less your discount €60.00" in said


def test_an_introductory_offer_is_not_taken_off_what_follows(paper: Newspaper, moment: Any) -> None:
    intro = make_price(replace(INTRODUCTORY, amount=1500), name="Local", slug="local")
    publish(paper)
    offer = [{"coupon": paper.coupon_of(intro)}]
    client, subscription = subscriber(paper, intro, discounts=offer)
    said = words(client, reverse("account_switch", args=[paper.sport.public_id]))
    assert "From 23 December 2026 €5.00 a month" in said
    assert "discount" not in said
    say_yes(client, paper.sport, agree_to(client, paper.sport))
    assert "Next payment €5.00 on 23 December 2026" in words(client, "/account/")
    said = words(client, reverse("account_switch", args=[paper.year.public_id]))
    assert "You pay today €119.00" in said
    say_yes(client, paper.year, agree_to(client, paper.year))
    invoice = subscription.invoices.get(billing_reason="subscription_update")
    assert invoice.amount_paid == 11900


def test_down_waits_and_is_called_off(paper: Newspaper, moment: Any) -> None:
    client, subscription = subscriber(paper)
    address = reverse("account_switch", args=[paper.sport.public_id])
    said = words(client, address)
    assert "You pay today €0.00" in said
    assert "From 23 December 2026 €5.00 a month" in said
    say_yes(client, paper.sport, agree_to(client, paper.sport))
    assert "You switch to Sport, €5.00 a month, when the time you paid for is over." in notice(
        client
    )
    assert "You switch to this on 23 December 2026." in words(client, "/account/switch/")
    client.post(reverse("account_switch_off"))
    assert notice(client) == "You stay with Everything, €12.00 a month."
    subscription.refresh_from_db()
    assert subscription.next_price is None


def test_a_yes_typed_by_hand_or_grown_old_or_to_another_price_does_nothing(
    paper: Newspaper, moment: Any
) -> None:
    client, subscription = subscriber(paper, paper.sport)
    moment(days=1)
    agreed = agree_to(client, paper.month)
    say_yes(client, paper.year, agreed)
    say_yes(client, paper.month, "")
    said = signing.loads(agreed, salt="paywall-switch")
    say_yes(client, paper.month, signing.dumps({**said, "due": 1}, salt="another"))
    moment(minutes=31)
    say_yes(client, paper.month, agreed)
    assert "has changed since you opened that page" in notice(client)
    subscription.refresh_from_db()
    assert subscription.price == paper.sport
    assert subscription.invoices.count() == 1


def test_somebody_elses_yes_does_nothing(paper: Newspaper, moment: Any) -> None:
    client, _ = subscriber(paper, paper.sport)
    agreed = agree_to(client, paper.month)
    other = paper.subscribe(paper.customer("other@example.com"), paper.sport)
    stranger = Client()
    sign_in(stranger, "other@example.com")
    say_yes(stranger, paper.month, agreed)
    other.refresh_from_db()
    assert other.price == paper.sport


@pytest.mark.parametrize("cents", [0, 1])
def test_a_declined_card_is_one_clear_sentence(paper: Newspaper, moment: Any, cents: int) -> None:
    client, subscription = subscriber(paper, paper.sport)
    moment(days=1)
    agreed = agree_to(client, paper.month)
    paper.sandbox.decline_next = 1
    say_yes(client, paper.month, agreed)
    assert notice(client).startswith("Your bank did not let the payment through, so nothing has")
    subscription.refresh_from_db()
    assert subscription.price == paper.sport
    say_yes(client, paper.month, agreed)
    subscription.refresh_from_db()
    assert subscription.price == paper.month


def test_strangers_sign_in_first_and_who_never_paid_is_told(paper: Newspaper) -> None:
    never = Client()
    paper.customer("never@example.com")
    sign_in(never, "never@example.com")
    switch = reverse("account_switch", args=[paper.month.public_id])
    for address in (switch, reverse("account_switches"), reverse("account_cancel")):
        assert Client().get(address)["Location"].startswith("/accounts/login/?next=")
        assert never.get(address)["Location"] == "/account/"
        assert "You have no subscription." in notice(never)
    for name in ("account_resume", "account_switch_off", "account_card", "account_paid"):
        assert Client().post(reverse(name))["Location"].startswith("/accounts/login/")
        assert never.get(reverse(name)).status_code == 405
        if name != "account_card":
            assert never.post(reverse(name))["Location"] == "/account/"


@pytest.mark.parametrize("kind", ["timeout", "unavailable", "busy"])
@pytest.mark.parametrize(
    "name", ["switch", "account_cancel", "account_resume", "account_card", "account_close"]
)
def test_stripe_down_is_one_clear_sentence_and_nothing_is_lost(
    paper: Newspaper, moment: Any, name: str, kind: Any
) -> None:
    client, subscription = subscriber(
        paper, paper.sport, cancel_at_period_end=name == "account_resume"
    )
    moment(days=1)
    prove(client)
    sent = {}
    address = reverse(name) if name != "switch" else ""
    if name == "switch":
        address = reverse("account_switch", args=[paper.month.public_id])
        sent = {"agreed": agree_to(client, paper.month)}
    paper.sandbox.faults.add(kind, times=60)
    assert client.post(address, sent)["Location"] == "/account/"
    paper.sandbox.faults.clear()
    assert notice(client).startswith("We cannot reach the service that takes our payments.")
    before = (subscription.status, subscription.price, subscription.cancels_at)
    subscription.refresh_from_db()
    assert (subscription.status, subscription.price, subscription.cancels_at) == before
    assert Reader.objects.count() == 1
    if name != "account_close":
        client.post(address, sent)
        assert "We cannot reach" not in notice(client)


def test_cancelled_in_two_clicks_with_one_offer_to_stay(paper: Newspaper, moment: Any) -> None:
    client, subscription = subscriber(paper)
    assert 'href="/account/cancel/"' in client.get("/account/").content.decode()
    said = words(client, "/account/cancel/")
    assert "You read on until 23 December 2026, which you have paid for." in said
    assert "Or pay less: switch to Sport, €5.00 a month ." in said
    for _ in range(2):
        assert client.post("/account/cancel/")["Location"] == "/account/"
        assert notice(client) == "Your subscription is cancelled. Nothing more is charged."
    assert client.get("/account/cancel/")["Location"] == "/account/"
    assert notice(client) == "You have cancelled already. Nothing more is charged."
    subscription.refresh_from_db()
    assert subscription.cancels_at == subscription.period_ends_at
    for _ in range(2):
        client.post("/account/resume/")
        assert notice(client) == "Good to have you with us. Your subscription goes on."
    subscription.refresh_from_db()
    assert subscription.cancels_at is None


@pytest.mark.usefixtures("tasks_here")
def test_the_letter_about_it_is_written_at_once_and_once(
    paper: Newspaper, moment: Any, django_capture_on_commit_callbacks: Any
) -> None:
    client, subscription = subscriber(paper)
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            client.post("/account/cancel/")
    assert subscription.customer.reader
    assert subscription.customer.reader.letters.filter(kind="cancelled").count() == 1


def test_there_is_nothing_to_offer_below_the_cheapest(paper: Newspaper, moment: Any) -> None:
    client, _ = subscriber(paper, paper.sport)
    assert "pay less" not in words(client, "/account/cancel/")


def test_the_month_is_offered_to_who_leaves_the_year(paper: Newspaper, moment: Any) -> None:
    client, _ = subscriber(paper, paper.year)
    assert "switch to Everything, €12.00 a month" in words(client, "/account/cancel/")


def test_who_has_not_paid_is_told_that_it_ends_today(paper: Newspaper, moment: Any) -> None:
    client, subscription = subscriber(paper, number=FAILS_LATER)
    moment(days=32)
    paper.update(subscription.customer)
    assert "ends today, you owe nothing" in words(client, "/account/cancel/")
    for _ in range(2):
        client.post("/account/cancel/")
        assert notice(client) == "Your subscription is cancelled. Nothing more is charged."
    subscription.refresh_from_db()
    assert subscription.status == "canceled"
    assert client.get("/account/cancel/")["Location"] == "/account/"
    client.post("/account/resume/")
    assert "This subscription is over" in notice(client)


def test_another_card_is_seen_on_the_way_back(paper: Newspaper, moment: Any) -> None:
    client, _ = subscriber(paper)
    response = client.post("/account/card/")
    assert response.status_code == 303
    session_id = re.findall(r"/portal/(\w+)/payment_method_update", response["Location"])[0]
    theirs = paper.sandbox.store.get("billing_portal.session", session_id)
    assert theirs["return_url"] == f"{settings.SITE_URL}/account/"
    done = theirs["flow"]["after_completion"]["redirect"]["return_url"]
    assert done == f"{settings.SITE_URL}/account/card/done/"
    portal.change_card(paper.sandbox, session_id, "5555555555554444", exp_month=3, exp_year=2031)
    assert client.get("/account/card/done/")["Location"] == "/account/"
    assert "Mastercard ending in 4444, valid until March 2031" in words(client, "/account/")


def test_paid_a_moment_ago(paper: Newspaper, moment: Any) -> None:
    client, subscription = subscriber(paper, number=FAILS_LATER)
    moment(days=32)
    paper.update(subscription.customer)
    client.post("/account/paid/")
    assert notice(client) == "Your payment has not arrived yet."
    invoice = subscription.invoices.get(status="open")
    theirs = paper.v1.payment_methods.create(
        {"type": "card", "card": {"number": "4242424242424242", "exp_month": 1, "exp_year": 2040}}
    )
    paper.v1.payment_methods.attach(theirs.id, {"customer": subscription.customer.stripe_id})
    paper.v1.invoices.pay(invoice.stripe_id, {"payment_method": theirs.id})
    client.post("/account/paid/")
    assert notice(client) == "Thank you. Your payment has arrived."
    assert "We could not take" not in words(client, "/account/")


def test_closing_asks_who_it_is_and_says_what_ends(paper: Newspaper) -> None:
    customer = paper.customer()
    paper.subscribe(customer)
    assert customer.reader
    client = Client()
    client.force_login(customer.reader)
    address = client.get("/account/close/")["Location"]
    assert address == "/accounts/reauthenticate/?next=%2Faccount%2Fclose%2F"
    assert client.post("/account/close/").status_code == 302
    assert Reader.objects.exists()
    client.get("/account/close/")
    prove(client)
    said = words(client, "/account/close/")
    assert "Your subscription to Everything, €12.00 a month. Nothing more is charged" in said
    assert "Your invoices, which the law wants us to keep, without your account." in said
    response = client.post("/account/close/", follow=True)
    assert response.redirect_chain == [("/account/closed/", 302)]
    assert "Your account is closed" in response.content.decode()
    assert not Reader.objects.exists()
    assert client.get("/account/")["Location"].startswith("/accounts/login/")
    assert Subscription.objects.get().status == "canceled"


def test_signing_up_again_finds_the_free_stories_spent(paper: Newspaper) -> None:
    customer = paper.customer("again@example.com")
    client = Client()
    sign_in(client, "again@example.com")
    stories = [make_article() for _ in range(8)]
    assert [outcome(client, story) for story in stories[:7]] == ["metered"] * 7
    prove(client)
    client.post("/account/close/")
    assert not Reader.objects.exists()
    assert customer.subscriptions.count() == 0
    make_reader("again@example.com")
    back = Client()
    sign_in(back, "again@example.com")
    assert outcome(back, stories[7]) == "meter_spent"
    assert outcome(back, stories[0]) == "read_before"
    assert MeteredRead.objects.count() == 7
