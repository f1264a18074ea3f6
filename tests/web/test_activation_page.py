"""/activate/: strangers are shown the way, readers type, and a guesser learns nothing."""

import logging
import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.conf import LazySettings
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Reader
from paywall import clock
from paywall.circulation.claims import Activation, PrintCase
from paywall.circulation.models import PrintAccount, PrintLine
from paywall.entitlements.models import Entitlement
from paywall.letters import sending
from tests.accounts.doing import TYPE_CODE_TO_VERIFY, sign_in, sign_up, type_code, words
from tests.circulation.claiming import NOW, claim, make_account
from tests.making import make_article, make_reader

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

pytestmark = pytest.mark.django_db

RIGHT = {"way": "number", "number": "123456", "last_name": "Smith", "postal_code": "96813"}
PAGE = "/activate/"


def signed_in(reader: Reader | None = None) -> Client:
    client = Client()
    client.force_login(reader or make_reader())
    return client


def post(client: Client, **changes: str) -> "Response":
    return client.post(PAGE, {**RIGHT, **changes})


def back_from(response: "Response") -> str:
    return parse_qs(urlsplit(response["Location"]).query)["next"][0]


def test_looking_at_the_page_makes_no_session(client: Client, settings: LazySettings) -> None:
    response = client.get(PAGE)
    assert "no-store" in response["Cache-Control"]
    assert settings.SESSION_COOKIE_NAME not in response.cookies
    assert not Session.objects.exists()


def test_a_stranger_signs_up_on_the_way_and_comes_back_to_the_filled_form(client: Client) -> None:
    make_account()
    article = make_article("one")
    address = article.get_absolute_url()
    text = client.get(PAGE, {"next": address}).content.decode()
    assert f'name="next" value="{address}"' in text
    leading = post(client, next=address, begin="")
    assert leading["Location"].startswith("/accounts/signup/?next=%2Factivate%2F")
    assert "123456" not in leading["Location"]
    assert 'value="123456"' in client.get(PAGE).content.decode(), "going back loses nothing"
    first = words(client.get(leading["Location"]))
    assert "First, your email address" in first
    assert "What you have typed about the paper is kept for you" in first
    assert "Start my free account" not in first
    sign_up(client, "ada@example.com", next=back_from(leading))
    confirmed = type_code(client, TYPE_CODE_TO_VERIFY)
    form = client.get(confirmed["Location"]).content.decode()
    assert "Press the button once more" in form
    assert 'value="123456"' in form
    assert 'value="Smith"' in form
    assert f'name="next" value="{address}"' in form
    assert post(client, next=address)["Location"] == address
    assert client.get(address)["Paywall-Outcome"] == "entitled"


def test_what_a_stranger_typed_is_believed_for_an_hour_and_from_us_alone(client: Client) -> None:
    post(client, begin="")
    for moment, found in ((59, True), (61, False)):
        with time_machine.travel(timezone.now() + timedelta(minutes=moment), tick=False):
            client.cookies["print_typed"]["max-age"] = ""  # a browser would have dropped it
            assert ('value="123456"' in client.get(PAGE).content.decode()) is found
    client.cookies["print_typed"] = "eyJudW1iZXIiOiIxMjM0NTYifQ:1:forged"
    assert 'value="123456"' not in client.get(PAGE).content.decode()


def test_a_stranger_hears_what_is_missing_before_signing_up(client: Client) -> None:
    response = post(client, number="", begin="")
    assert response.status_code == 422
    assert "Type the account number" in words(response)
    assert 'value="Smith"' in response.content.decode()


def test_a_stranger_who_has_an_account_signs_in_and_comes_back(client: Client) -> None:
    text = client.get(f"{PAGE}?next=/stories/one/").content.decode()
    assert 'href="/accounts/login/?next=%2Factivate%2F%3Fnext%3D%252Fstories%252Fone%252F"' in text
    make_reader("ada@example.com")
    back = "/activate/?next=%2Fstories%2Fone%2F"
    response = sign_in(client, "ada@example.com", next=back)
    assert response["Location"] == back
    form = client.get(response["Location"]).content.decode()
    assert 'name="next" value="/stories/one/"' in form


def test_a_reader_goes_from_the_form_to_the_open_story() -> None:
    make_account()
    article = make_article("one")
    client = signed_in()
    response = post(client, next=article.get_absolute_url())
    assert response["Location"] == article.get_absolute_url()
    story = client.get(article.get_absolute_url())
    assert story["Paywall-Outcome"] == "entitled"
    assert "Your digital access is on." in story.content.decode()


def test_the_way_back_leads_to_no_other_site() -> None:
    make_account()
    assert post(signed_in(), next="https://evil.example/")["Location"] == "/account/"


def test_the_way_back_does_not_grow_from_page_to_page() -> None:
    again = "/activate/?next=%2Factivate%2F%3Fnext%3D%252Fstories%252Fone%252F"
    for client in (Client(), signed_in()):
        text = client.get(again).content.decode()
        assert "%25252F" not in text
        assert "stories" in text
    make_account()
    response = post(signed_in(), next="/activate/?next=%2Fstories%2Fone%2F")
    assert response["Location"] == "/stories/one/"
    assert post(signed_in(), next="/activate/?next=//evil.example")["Location"] == "/account/"


def test_without_the_number_the_phone_will_do() -> None:
    make_account()
    response = signed_in().post(
        PAGE, {"way": "phone", "last_name": "Smith", "postal_code": "96813", "phone": "0142"}
    )
    assert response["Location"] == "/account/"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"number": ""}, "Type the account number"),
        ({"last_name": " "}, "Type the last name"),
        ({"postal_code": ""}, "one of the two is enough"),
        ({"way": "phone", "phone": "12"}, "at least the last four digits"),
        ({"number": "1\x002"}, "Null characters are not allowed"),
        ({"last_name": "x" * 5000}, "at most 80"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(
    changes: dict[str, str], says: str
) -> None:
    response = post(signed_in(), **changes)
    assert response.status_code == 422
    assert says in words(response)
    assert not PrintCase.objects.exists(), "nothing was tried"


def test_fields_say_what_they_are_to_browsers_and_phones() -> None:
    text = signed_in().get(PAGE).content.decode()
    for wanted in (
        'autocomplete="family-name"',
        'autocomplete="postal-code"',
        'inputmode="numeric"',
        'id="number_number"',
        'for="number_number"',
        'id="phone_phone"',
    ):
        assert wanted in text


def test_numbers_with_letters_get_the_whole_keyboard(settings: LazySettings) -> None:
    settings.PRINT_NUMBER_EXAMPLE = "AB1234"
    assert 'inputmode="text"' in signed_in().get(PAGE).content.decode()


def test_what_was_typed_comes_back_with_the_form() -> None:
    client = signed_in()
    response = post(client, last_name="Smythe")
    assert response["Location"] == "/activate/not-found/"
    text = client.get(PAGE).content.decode()
    assert 'value="Smythe"' in text
    assert 'value="123456"' in text


def test_somebody_signed_out_meanwhile_types_nothing_twice() -> None:
    make_reader("ada@example.com")
    client = Client()
    response = post(client, next="/stories/one/")
    assert response["Location"].startswith("/accounts/login/?next=%2Factivate%2F")
    assert "123456" not in response["Location"]
    assert client.cookies["print_typed"]["max-age"] == 3600
    assert client.cookies["print_typed"]["httponly"]
    assert not Session.objects.exists(), "nothing of it is kept here"
    back = sign_in(client, "ada@example.com", next="/activate/?next=%2Fstories%2Fone%2F")
    text = client.get(back["Location"]).content.decode()
    assert 'value="123456"' in text
    assert 'value="Smith"' in text
    assert 'value="123456"' not in client.get(PAGE).content.decode(), "kept no longer than that"


def test_an_address_that_is_not_proved_turns_nothing_on() -> None:
    make_account(email="ada@example.com")
    reader = make_reader("ada@example.com")
    client = signed_in(reader)
    EmailAddress.objects.update(verified=False)
    assert "Confirm your email address first" in client.get(PAGE).content.decode()
    assert post(client).status_code == 200
    client.post(reverse("activate_by_address"))
    assert not Activation.objects.exists()


def test_one_click_where_the_address_is_known() -> None:
    make_account(email="ada@example.com")
    client = signed_in(make_reader("ada@example.com"))
    text = words(client.get(f"{PAGE}?next=/stories/one/"))
    assert "We know your address" in text
    assert "•••456" in text
    assert "00123456 has" not in text
    response = client.post(reverse("activate_by_address"), {"next": "/stories/one/"})
    assert response["Location"] == "/stories/one/"
    assert Activation.objects.active().exists()


def test_nothing_is_turned_on_without_a_token() -> None:
    make_account()
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_reader())
    assert post(client).status_code == 403


@pytest.mark.parametrize(
    ("status", "says", "says_not"),
    [
        ("active", "There is nothing to turn on", "Have you another subscription now"),
        ("hold", "Your digital access stays on", "Have you another subscription now"),
        ("stopped", "Have you another subscription now", "There is nothing to turn on"),
    ],
)
def test_who_has_a_print_account_sees_it_and_what_to_do(
    status: str, says: str, says_not: str
) -> None:
    make_account()
    reader = make_reader()
    claim(reader)
    PrintLine.objects.update(status=status)
    page = words(signed_in(reader).get(f"{PAGE}?next=/stories/one/"))
    assert "Subscription •••456" in page
    assert says in page
    assert says_not not in page
    assert ("Back to the story" in page) is (status != "stopped")


def test_whose_case_is_open_is_told_so_on_the_form() -> None:
    client = signed_in()
    post(client, number="999")
    client.post(reverse("activate_check"))
    assert "We are checking already what you typed" in words(client.get(PAGE))


# -- A guesser learns nothing ------------------------------------------------------------------


def wrong_number() -> dict[str, str]:
    return {"number": "123465"}


def wrong_name() -> dict[str, str]:
    return {"last_name": "Smythe"}


def wrong_postal_code() -> dict[str, str]:
    return {"postal_code": "96831"}


def ended() -> dict[str, str]:
    PrintLine.objects.update(status="stopped")
    return {}


def claimed() -> dict[str, str]:
    claim()
    claim()
    return {}


def claimed_and_asked_before() -> dict[str, str]:
    return {**claimed(), "asked": "yes"}


def by_phone(make: Callable[[], dict[str, str]]) -> Callable[[], dict[str, str]]:
    def made() -> dict[str, str]:
        return {"way": "phone", "phone": "0142", "number": "", **make()}

    made.__name__ = f"{make.__name__}_by_phone"
    return made


def wrong_phone() -> dict[str, str]:
    return {"phone": "0124"}


BY_NUMBER = [wrong_number, wrong_name, wrong_postal_code, ended, claimed, claimed_and_asked_before]
BY_PHONE = [
    by_phone(make)
    for make in (
        wrong_phone, wrong_name, wrong_postal_code, ended, claimed, claimed_and_asked_before
    )
]  # fmt: skip
# Each with what it must not be told from.
REFUSED = [
    *((make, BY_NUMBER[0]) for make in BY_NUMBER[1:]),
    *((make, BY_PHONE[0]) for make in BY_PHONE[1:]),
]
EACH = pytest.mark.parametrize(
    ("make", "another"), REFUSED, ids=[make.__name__ for make, _ in REFUSED]
)


def answer_to(make: Callable[[], dict[str, str]]) -> tuple[object, bytes, list[str]]:
    """Return status and headers, bytes without tokens, and the work: each query's first words."""
    make_account()
    changes = make()
    client = signed_in()
    if changes.pop("asked", ""):
        post(client, **changes)
        PrintCase.objects.all().delete()
    warmup = {"phone": "9990"} if changes.get("way") == "phone" else {"number": "999000"}
    post(client, **{**changes, **warmup, "last_name": "Warmup"})
    with CaptureQueriesContext(connection) as queries:
        response = post(client, **changes)
    page = client.get(response["Location"])
    body = re.sub(rb'name="csrfmiddlewaretoken" value="[^"]*"', b"", page.content)
    headers = (response.status_code, response["Location"], page.status_code, sorted(page.headers))
    return headers, body, [query["sql"].split(" WHERE ")[0][:60] for query in queries]


@EACH
def test_whatever_was_wrong_the_answer_and_the_work_are_the_same(
    make: Callable[[], dict[str, str]], another: Callable[[], dict[str, str]]
) -> None:
    headers, body, work = answer_to(make)
    expected_headers, expected, expected_work = answer_to_apart(another)
    assert headers == expected_headers
    assert body == expected
    assert len(work) == len(expected_work), "\n".join([*work, "", *expected_work])


def answer_to_apart(make: Callable[[], dict[str, str]]) -> tuple[object, bytes, list[str]]:
    """Ask as if nobody had asked before."""
    Reader.objects.all().delete()
    PrintLine.objects.all().delete()
    PrintAccount.objects.all().delete()
    return answer_to(make)


def test_the_waiting_page_says_when_and_says_the_same_to_who_is_right() -> None:
    make_account()
    client = signed_in()
    for number in range(5):
        post(client, number=f"47{number}")
    response = post(client)
    assert response.status_code == 429
    assert 3000 < int(response["Retry-After"]) <= 3601
    assert "You can try again at" in words(response)
    assert "Check it for me" in words(response)
    assert not Activation.objects.exists()
    assert 'value="123456"' in client.get(PAGE).content.decode(), "what was typed is not lost"


def test_the_account_page_does_not_tell_who_waits_that_they_are_right() -> None:
    make_account(seats=0)
    client = signed_in()
    post(client)
    assert Activation.objects.get().state == Activation.State.WAITING
    assert "Your printed paper" not in client.get("/account/").content.decode()


def test_nothing_typed_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        client = signed_in()
        post(client, number="4711471147", last_name="Secretname", postal_code="SE1 7QT")
        client.get("/activate/not-found/")
        client.post(reverse("activate_check"))
    logged = caplog.text
    for secret in ("4711471147", "Secretname", "SE1 7QT"):
        assert secret not in "".join(
            line for line in logged.splitlines() if "django.db.backends" not in line
        )


# -- Help ----------------------------------------------------------------------------------------


def test_the_page_that_refuses_helps(settings: LazySettings) -> None:
    settings.CIRCULATION_PHONE, settings.CIRCULATION_HOURS = "01632 960 111", "8 to 5"
    client = signed_in()
    text = client.get(post(client, number="999")["Location"]).content.decode()
    for wanted in ("<svg", "On the bill the account number is", "01632 960 111", "8 to 5"):
        assert wanted in text
    assert 'action="/activate/check/"' in text


def test_check_it_for_me_opens_a_case_and_says_what_happens() -> None:
    client = signed_in()
    post(client, number="999")
    response = client.post(reverse("activate_check"), follow=True)
    assert "We are checking it for you" in words(response)
    assert "each of the next seven lists" in words(response)
    assert PrintCase.objects.get().state == PrintCase.State.OPEN
    assert "We are checking for you" in words(client.get("/account/"))


def test_nothing_to_check_leads_back_to_the_form() -> None:
    response = signed_in().post(reverse("activate_check"), follow=True)
    assert "Type it once more" in words(response)


# -- Seats on the account page -----------------------------------------------------------------


def holder() -> Client:
    make_account()
    reader = make_reader("holder@example.com")
    claim(reader)
    return signed_in(reader)


def test_the_account_page_shows_the_paper_masked_and_in_plain_words(settings: LazySettings) -> None:
    settings.CIRCULATION_BILLS_URL = "https://circulation.example/bills"
    settings.CIRCULATION_HOLDS_URL = ""
    text = holder().get("/account/").content.decode()
    assert "Subscription •••456" in text
    assert "00123456" not in text
    assert "Your paper is delivered, and your digital access is on." in text
    assert "https://circulation.example/bills" in text
    assert "stripe" not in text.lower()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"status": "hold", "hold_until": "2026-12-24"}, "on hold until 24 December 2026"),
        ({"status": "stopped", "paid_through": "2999-01-01"}, "stays on until 15 January 2999"),
        ({"status": "stopped"}, "Your paper has stopped, and so has the digital access"),
    ],
)
def test_each_status_in_plain_words(change: dict[str, str], says: str) -> None:
    client = holder()
    PrintLine.objects.update(**change)
    assert says in words(client.get("/account/"))


def test_the_holder_invites_and_the_invited_accepts() -> None:
    client = holder()
    account = Activation.objects.get().account
    client.post(reverse("print_invite", args=[account.pk]), {"address": "Guest@example.com"})
    sending.send_due(clock.now)
    letter = mail.outbox[-1]
    assert letter.to == ["guest@example.com"]
    found = re.search(r"http\S+(/activate/invitation/\S+/)", str(letter.body))
    assert found, letter.body
    assert "g•••@example.com is invited" in words(client.get("/account/"))
    guest = signed_in(make_reader("guest@example.com"))
    stranger = Client().get(found[1], follow=True)
    assert stranger.redirect_chain[0][0].startswith("/accounts/signup/?next=%2Factivate%2Finvit")
    assert "You are invited to read The Brackwater Gazette" in words(stranger)
    assert Client().post(found[1])["Location"].startswith("/accounts/signup/")
    assert Client().get(found[1])["Cache-Control"].endswith("private")
    assert "h•••@example.com gets the printed paper" in words(guest.get(found[1]))
    assert guest.get(found[1])["Cache-Control"] == (
        "max-age=0, no-cache, no-store, must-revalidate, private"
    )
    assert not Entitlement.objects.filter(reader__email="guest@example.com").exists()
    guest.post(found[1])
    assert Entitlement.objects.filter(reader__email="guest@example.com").exists()
    assert "This invitation is over" in words(signed_in().get(found[1]))
    assert "This invitation is over" in words(Client().get(found[1]))
    assert "This invitation is over" in words(Client().post(found[1]))


def test_the_holder_lets_in_who_waits_and_takes_back() -> None:
    client = holder()
    second, third = make_reader("second@example.com"), make_reader("third@example.com")
    claim(second)
    claim(third)
    text = words(client.get("/account/"))
    assert "t•••@example.com asks to read too" in text
    waiting = Activation.objects.get(reader=third)
    refused = client.post(reverse("print_approve", args=[waiting.pk]), follow=True)
    assert "Take one back first" in words(refused)
    client.post(reverse("print_withdraw", args=[Activation.objects.get(reader=second).pk]))
    client.post(reverse("print_approve", args=[waiting.pk]))
    assert Entitlement.objects.in_force(NOW + timedelta(days=900)).filter(reader=third).exists()
    assert not Entitlement.objects.in_force(clock.now()).filter(reader=second).exists()


def test_nobody_else_touches_a_seat() -> None:
    holder()
    other = signed_in()
    seat = Activation.objects.get()
    for name in ("print_approve", "print_withdraw"):
        assert other.post(reverse(name, args=[seat.pk])).status_code == 404
    response = other.post(
        reverse("print_invite", args=[seat.account_id]), {"address": "x@example.com"}
    )
    assert response.status_code == 404
    assert other.post(reverse("print_take_back", args=[4711])).status_code == 404
