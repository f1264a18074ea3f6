import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from accounts.devices import name_of
from tests.accounts.doing import is_signed_in, sign_in, words
from tests.making import make_article, make_reader

pytestmark = pytest.mark.django_db

ADA = "ada@example.com"
PAGE = reverse("usersessions_list")
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/18.2 Mobile/15E148 Safari/604.1"
)
LAPTOP = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0"
)
ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/143.0.0.0 Mobile Safari/537.36"
)


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (PHONE, "Safari on an iPhone"),
        (LAPTOP, "Firefox on Linux"),
        (WINDOWS, "Edge on Windows"),
        (ANDROID, "Chrome on Android"),
        ("curl/8", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_device_has_a_name_that_a_reader_knows(user_agent: str, name: str) -> None:
    assert name_of(user_agent) == name


def test_a_reader_sees_every_device_and_which_is_this_one(client: Client) -> None:
    make_reader(ADA)
    sign_in(Client(headers={"user-agent": PHONE}), ADA)
    laptop = Client(headers={"user-agent": LAPTOP})
    sign_in(laptop, ADA)
    text = words(laptop.get(PAGE))
    assert "Safari on an iPhone since" in text
    assert "Firefox on Linux (this one)" in text


def test_signing_out_the_others_has_effect_at_their_next_request(client: Client) -> None:
    make_reader(ADA)
    story = make_article().get_absolute_url()
    others = [Client(), Client()]
    for browser in (client, *others):
        sign_in(browser, ADA)
    assert others[0].get(story)["Paywall-Outcome"] == "metered"
    client.post(PAGE)
    for other in others:
        assert other.get(story)["Paywall-Outcome"] == "sign_in"
        assert not is_signed_in(other)
    assert is_signed_in(client)
    assert "Every other device is signed out" in words(client.get(PAGE))


def test_somebody_elses_devices_stay_signed_in(client: Client) -> None:
    make_reader(ADA)
    make_reader("bob@example.com")
    bob = Client()
    sign_in(bob, "bob@example.com")
    sign_in(client, ADA)
    client.post(PAGE)
    assert is_signed_in(bob)


def test_a_device_that_signed_out_is_on_the_list_no_more(client: Client) -> None:
    make_reader(ADA)
    phone = Client(headers={"user-agent": PHONE})
    sign_in(phone, ADA)
    sign_in(client, ADA)
    phone.post(reverse("account_logout"))
    assert "iPhone" not in words(client.get(PAGE))
    assert UserSession.objects.count() == 1


def test_reading_writes_nothing_about_the_device(client: Client) -> None:
    make_reader(ADA)
    sign_in(client, ADA)
    seen = UserSession.objects.get().last_seen_at
    client.get(make_article().get_absolute_url())
    assert UserSession.objects.get().last_seen_at == seen
