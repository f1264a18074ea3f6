"""From a package to Stripe's page and back to the story, over HTTP."""

import re
from dataclasses import replace
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.conf import LazySettings
from django.core import mail
from django.test import Client

from accounts.models import Reader
from paywall.catalog import pricing
from paywall.catalog.models import Price
from paywall.entitlements.models import Entitlement
from paywall.letters.models import Letter
from paywall.payments.models import CheckoutAttempt
from paywall.subscriptions.models import Customer, Subscription
from tests.catalog.packages import INTRODUCTORY, MONTHLY, make_package, make_price
from tests.making import make_article, make_reader, make_section
from tests.payments.conftest import NOW
from tests.payments.shop import GOOD, Newspaper
from tests.stripe_sandbox.paying import pay

pytestmark = pytest.mark.django_db

STORY = "/stories/a-story/"


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ada(client: Client) -> Reader:
    reader = make_reader("ada@example.com")
    client.force_login(reader)
    return reader


def address(price: Price, way: str = STORY) -> str:
    return f"/subscribe/{price.public_id}/" + (f"?next={way}" if way else "")


def words(page: Any) -> str:
    """Return what stands on a page, without tags."""
    main = page.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def press(client: Client, price: Price, way: str = STORY) -> Any:
    """Open the page of a price, and press its button."""
    page = client.get(address(price, way)).content.decode()
    (form,) = re.findall(r'<form class="form" method="post" action="([^"]+)">', page)
    (terms,) = re.findall(r'name="terms" value="([^"]+)"', page)
    return client.post(unescape(form), {"terms": unescape(terms)})


def attempt() -> CheckoutAttempt:
    return CheckoutAttempt.objects.latest("pk")


def welcome(client: Client, **more: Any) -> Any:
    return client.get("/subscribe/welcome/", {"session": attempt().session_id, **more})


# -- Choosing -------------------------------------------------------------------------------------


def test_a_stranger_signs_up_on_the_way_and_loses_neither_choice_nor_story(
    client: Client,
    paper: Newspaper,
) -> None:
    page = client.get(address(paper.month))
    assert page.status_code == 302
    assert page["Cache-Control"].endswith("private")
    assert page["Location"].startswith("/accounts/signup/?next=")
    form = client.get(page["Location"])
    (way,) = re.findall(r'name="next" value="([^"]+)"', form.content.decode())
    assert "First, your email address" in words(form)
    assert f"You chose {paper.month.package} , €12.00 a month." in words(form)
    assert "First, your" not in words(client.get("/accounts/signup/?next=/stories/a-story/"))
    assert unescape(way) == f"/subscribe/{paper.month.public_id}/?next=%2Fstories%2Fa-story%2F"
    sent = client.post(
        "/accounts/signup/",
        {"email": "new@example.com", "password1": "correct horse battery", "next": unescape(way)},
    )
    (code,) = re.findall(r"\b\d{4}[ -]?\d{4}\b", str(mail.outbox[-1].body))
    page = client.post(sent["Location"], {"code": code, "next": unescape(way)})
    assert page["Location"] == unescape(way)
    assert press(client, paper.month)["Location"] == attempt().session_url
    assert attempt().back_to == STORY
    assert attempt().reader.email == "new@example.com"


@pytest.mark.parametrize(
    "way",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "evil",
        "/" + "a" * 500,
    ],
)
def test_the_way_back_is_a_path_of_our_own(
    client: Client,
    paper: Newspaper,
    ada: Reader,
    way: str,
) -> None:
    press(client, paper.month, way)
    assert attempt().back_to == ""
    client.logout()
    page = client.get(f"/subscribe/{paper.month.public_id}/", {"next": way})
    assert page["Location"].endswith(f"next=%2Fsubscribe%2F{paper.month.public_id}%2F")


def test_looking_changes_nothing(client: Client, paper: Newspaper, ada: Reader) -> None:
    page = client.get(address(paper.month))
    assert page["Cache-Control"].endswith("private")
    assert "no-store" in page["Cache-Control"]
    assert not Customer.objects.exists()
    assert not CheckoutAttempt.objects.exists()
    paper.month.refresh_from_db()
    assert not paper.month.sold


def test_the_page_says_what_is_bought_on_which_terms(
    client: Client,
    paper: Newspaper,
    ada: Reader,
) -> None:
    said = words(client.get(address(paper.month)))
    for part in (
        "Everything",
        "€12.00 a month",
        "Opens every section, on every device you sign in on as ada@example.com.",
        "Pay €12.00 with Stripe",
        "It renews every month at that price, next on 23 December 2026, until you cancel.",
        "If you have a promotion code, you enter it there.",
    ):
        assert part in said
    assert "Opens Sport" in words(client.get(address(paper.sport)))
    said = words(client.get(address(paper.day)))
    assert "Pay €3.00 with Stripe" in said
    assert "It ends by itself and never renews." in said
    said = words(client.get(address(make_price(INTRODUCTORY))))
    assert "Pay €1.00 with Stripe" in said
    assert "promotion code" not in said
    said = words(client.get(address(make_price(replace(MONTHLY, trial_days=14)))))
    assert "Start the 14 free days" in said
    assert "You pay nothing today." in said


def test_a_returning_reader_is_told_that_free_days_are_given_once(
    client: Client,
    paper: Newspaper,
    ada: Reader,
) -> None:
    price = make_price(replace(MONTHLY, trial_days=14))
    press(client, price)
    pay(paper.sandbox, attempt().session_id, GOOD)
    welcome(client)
    paper.v1.subscriptions.cancel(Subscription.objects.get().stripe_id)
    paper.update(Customer.objects.get())
    said = words(client.get(address(price)))
    assert "The free days are given once, and you have had yours" in said
    assert "Pay €12.00 with Stripe" in said
    assert "You pay €12.00 today." in said


def test_the_button_leads_to_stripe(client: Client, paper: Newspaper, ada: Reader) -> None:
    page = press(client, paper.month)
    assert (page.status_code, page["Location"]) == (303, attempt().session_url)


def test_a_changed_price_is_shown_anew(client: Client, paper: Newspaper, ada: Reader) -> None:
    old = paper.month
    press(client, old)
    new = pricing.change(old, replace(MONTHLY, amount=1400), now=NOW)
    page = client.post(address(old), {"terms": MONTHLY.written()}, follow=True)
    assert page.redirect_chain[-1][0].startswith(f"/subscribe/{new.public_id}/")
    assert "The price has changed since this page was shown." in words(page)
    assert "Pay €14.00 with Stripe" in words(page)


def test_a_price_that_is_gone_leads_to_the_packages(
    client: Client,
    paper: Newspaper,
    ada: Reader,
) -> None:
    pricing.retire(paper.month, now=NOW)
    page = client.get(address(paper.month), follow=True)
    assert page.redirect_chain[-1][0].startswith("/subscribe/?next=")
    assert "Everything is not sold that way any more." in words(page)
    assert client.get(f"/subscribe/{uuid4()}/").status_code == 404


@pytest.mark.parametrize("terms", ["", "nonsense", "month 1 EUR 0 - - -", "month x EUR 0 - - -"])
def test_a_form_that_says_something_else_buys_nothing(
    client: Client,
    paper: Newspaper,
    ada: Reader,
    terms: str,
) -> None:
    page = client.post(address(paper.month), {"terms": terms})
    assert page["Location"].startswith(f"/subscribe/{paper.month.public_id}/")
    assert not CheckoutAttempt.objects.exists()


@pytest.mark.parametrize("kind", ["error", "unavailable", "refuse", "timeout", "busy"])
def test_stripe_away_is_one_sentence_and_the_next_press_goes_on(
    client: Client,
    paper: Newspaper,
    ada: Reader,
    kind: Any,
) -> None:
    paper.sandbox.faults.add(kind, times=3)
    page = press(client, paper.month)
    assert page.status_code == 503
    assert "Our payment service does not answer just now. Nothing was charged" in words(page)
    assert "Pay €12.00 with Stripe" in words(page)
    paper.sandbox.faults.clear()
    assert press(client, paper.month)["Location"] == attempt().session_url


def test_without_a_key_it_is_one_sentence_too(
    client: Client,
    paper: Newspaper,
    ada: Reader,
    settings: LazySettings,
) -> None:
    settings.STRIPE_SECRET_KEY = ""
    page = press(client, paper.month)
    assert page.status_code == 503
    assert "This cannot be paid for just now, and nothing was charged." in words(page)


# -- What stands in the way -----------------------------------------------------------------------


def test_a_subscriber_sees_what_is_theirs_and_may_switch(
    client: Client,
    paper: Newspaper,
    ada: Reader,
) -> None:
    press(client, paper.month)
    pay(paper.sandbox, attempt().session_id, GOOD)
    welcome(client)
    page = client.get("/subscribe/")
    assert "no-store" in page["Cache-Control"]
    said = words(page)
    assert said.count("You have this.") == 1
    assert "Switch to this : Sport, €5.00 a month" in said
    assert "free, then" not in said  # free days are for who begins
    assert "Switch to this : Everything, €120.00" in words(client.get("/subscribe/?per=year"))
    assert "You have this already" in words(client.get(address(paper.month)))
    switch = client.get(address(paper.year))
    assert switch.status_code == 302
    assert switch["Location"].startswith("/account/")
    assert "You read all of this already." in words(client.get(address(paper.day)))


def test_the_packages_page_stays_the_same_for_every_stranger(
    client: Client,
    paper: Newspaper,
) -> None:
    page = client.get("/subscribe/")
    assert "s-maxage" in page["Cache-Control"]
    assert not page.cookies
    content = page.content.decode()
    assert "<form" not in content
    assert "csrf" not in content
    assert f'href="/subscribe/{paper.month.public_id}/"' in content
    content = client.get("/subscribe/?next=/stories/a-story/").content.decode()
    assert f'href="/subscribe/{paper.month.public_id}/?next=/stories/a-story/"' in content


# -- Coming back ----------------------------------------------------------------------------------


def test_the_reader_is_back_on_the_story_and_it_is_open(
    client: Client,
    paper: Newspaper,
    ada: Reader,
) -> None:
    make_article("a-story", access="subscribers", published_at=NOW)
    assert client.get(STORY)["Paywall-Outcome"] == "subscribers_only"
    press(client, paper.month)
    pay(paper.sandbox, attempt().session_id, GOOD)
    back = welcome(client)
    assert (back.status_code, back["Location"]) == (303, STORY)
    story = client.get(STORY)
    assert story["Paywall-Outcome"] == "entitled"
    assert "Thank you, and welcome. The story is open, and so is every other." in words(story)
    assert welcome(client)["Location"] == STORY
    assert Entitlement.objects.count() == 1


@pytest.mark.usefixtures("tasks_here")
def test_the_letter_with_the_receipt_waits_for_no_webhook(
    client: Client,
    paper: Newspaper,
    ada: Reader,
    django_capture_on_commit_callbacks: Any,
) -> None:
    press(client, paper.month)
    pay(paper.sandbox, attempt().session_id, GOOD)
    with django_capture_on_commit_callbacks() as told:
        welcome(client)
        welcome(client)
    assert len(told) == 3  # the checkout is counted once, the letter is asked for twice
    for callback in told:
        callback()
    assert Letter.objects.get(reader=ada).kind == "started"


def test_a_package_of_other_sections_opens_those(
    client: Client,
    paper: Newspaper,
    ada: Reader,
) -> None:
    make_article("a-match", section=make_section("sport"), access="subscribers", published_at=NOW)
    press(client, paper.sport, "/stories/a-match/")
    pay(paper.sandbox, attempt().session_id, GOOD)
    welcome(client)
    match = client.get("/stories/a-match/")
    assert match["Paywall-Outcome"] == "entitled"
    assert "Every story in Sport is open to you." in words(match)


def test_without_a_story_there_is_a_page_of_welcome(
    client: Client,
    paper: Newspaper,
    ada: Reader,
) -> None:
    press(client, paper.month, "")
    pay(paper.sandbox, attempt().session_id, GOOD)
    assert "Thank you, and welcome" in words(welcome(client))


def test_a_payment_that_takes_its_time_says_so(
    client: Client,
    paper: Newspaper,
    ada: Reader,
) -> None:
    press(client, paper.day)
    pay(paper.sandbox, attempt().session_id, "DE89370400440532013000")
    said = words(welcome(client))
    assert "Your payment is on its way" in said
    assert "You need not pay again." in said
    assert "your bank is still on it" in words(client.get(address(paper.day)))


def test_before_paying_it_leads_back_to_the_choice(
    client: Client,
    paper: Newspaper,
    ada: Reader,
) -> None:
    press(client, paper.month)
    assert welcome(client)["Location"].startswith(f"/subscribe/{paper.month.public_id}/")


@pytest.mark.parametrize("who", ["nobody", "another"])
def test_somebody_else_sees_nothing_of_it_and_its_owner_has_it(
    client: Client,
    paper: Newspaper,
    ada: Reader,
    who: str,
) -> None:
    press(client, paper.month)
    pay(paper.sandbox, attempt().session_id, GOOD)
    client.logout()
    if who == "another":
        client.force_login(make_reader("eve@example.com"))
    page = welcome(client)
    said = words(page)
    assert "belongs to the account that it was begun with" in said
    for secret in ("ada@", "Everything", "12.00", "a-story"):
        assert secret not in said
    assert Entitlement.objects.get().reader == ada


def test_an_unknown_session_says_the_same(client: Client, paper: Newspaper, ada: Reader) -> None:
    page = client.get("/subscribe/welcome/", {"session": "cs_test_unknown"})
    assert "belongs to the account that it was begun with" in words(page)


def test_stripe_away_on_return_is_said_and_looked_at_again(
    client: Client,
    paper: Newspaper,
    ada: Reader,
) -> None:
    press(client, paper.month)
    pay(paper.sandbox, attempt().session_id, GOOD)
    paper.sandbox.faults.add("error", times=100)
    page = welcome(client)
    assert page.status_code == 200
    assert "your payment is safe" in words(page)
    assert page["Refresh"].startswith("5; url=/subscribe/welcome/?session=cs_")
    assert "Refresh" not in welcome(client, look=6)
    assert not Entitlement.objects.exists()
    paper.sandbox.faults.clear()
    assert client.get(page["Refresh"].split("url=")[1])["Location"] == STORY


def test_a_price_of_a_package_that_is_not_listed_is_sold_by_its_address(
    client: Client,
    paper: Newspaper,
    ada: Reader,
) -> None:
    price = make_package(MONTHLY, name="For friends", listed=False).prices.get()
    assert press(client, price)["Location"] == attempt().session_url
