"""After signing up or in a reader is back on the story, and never on somebody else's site."""

from collections.abc import Callable
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Reader
from tests.accounts.doing import (
    ASK_FOR_CODE,
    NEW_PASSWORD,
    PASSWORD,
    RESET,
    SIGN_IN,
    SIGN_UP,
    TYPE_CODE_TO_RESET,
    TYPE_CODE_TO_SIGN_IN,
    TYPE_CODE_TO_VERIFY,
    is_signed_in,
    make_unproved_reader,
    sign_in,
    sign_up,
    type_code,
)
from tests.making import make_reader

pytestmark = pytest.mark.django_db

ADA = "ada@example.com"
STORY = "/stories/one/"
EVIL = [
    "//",
    "// ",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\x00//evil.example",
    " //evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https://evil.example",
    "http://127.0.0.1:8000@evil.example",
    "http://127.0.0.1:8000.evil.example",
    "http://evil.example/127.0.0.1:8000",
    "http://evil.127.0.0.1:8000",
    "http://127.0.0.1:8001/",
    "ftp://127.0.0.1:8000/",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "http://testserver/",
    "http://www.gazette.example/",
]


def is_ours(location: str) -> bool:
    """Tell whether a browser on our page would stay with us, reading the address as it does."""
    as_read = location.replace("\\", "/").translate({9: None, 10: None, 13: None}).strip()
    there = urlsplit(urljoin("http://127.0.0.1:8000/accounts/login/", as_read))
    return (there.scheme, there.netloc) == ("http", "127.0.0.1:8000")


@pytest.mark.parametrize("address", EVIL)
def test_no_other_site_is_ever_followed(
    client: Client, settings: LazySettings, address: str
) -> None:
    settings.ALLOWED_HOSTS = ["testserver", ".gazette.example", "127.0.0.1"]
    make_reader(ADA)
    assert sign_in(client, ADA, next=address)["Location"] == "/"
    signed_in = client.get(SIGN_IN, {"next": address})
    assert signed_in["Location"] == "/"
    assert client.post(reverse("account_logout"), {"next": address})["Location"] == "/"
    response = sign_up(client, "new@example.com", next=address)
    assert response["Location"] == TYPE_CODE_TO_VERIFY
    assert type_code(client, TYPE_CODE_TO_VERIFY, next=address)["Location"] == "/"


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.text(st.sampled_from("/\\:.@?#%;&\t\n\r \x00ahtps"), max_size=12)
    | st.sampled_from(["//", "/\\", "https:", "http://127.0.0.1:8000", "javascript:"]).flatmap(
        lambda start: st.text(max_size=12).map(lambda rest: start + rest)
    )
)
def test_whatever_is_asked_for_the_reader_stays_with_us(address: str) -> None:
    cache.clear()
    reader = Reader.objects.filter(email=ADA).first() or make_reader(ADA)
    client = Client()
    client.force_login(reader)
    assert is_ours(client.get(SIGN_IN, {"next": address})["Location"])


def test_our_own_address_in_full_is_followed(client: Client) -> None:
    make_reader(ADA)
    address = "http://127.0.0.1:8000/stories/one/"
    assert sign_in(client, ADA, next=address)["Location"] == address


@pytest.mark.parametrize(
    ("page", "others"),
    [
        (SIGN_IN, [SIGN_UP, ASK_FOR_CODE, RESET, reverse("activate")]),
        (SIGN_UP, [SIGN_IN]),
        (ASK_FOR_CODE, [SIGN_IN]),
        (RESET, [SIGN_IN]),
    ],
)
def test_the_pages_hand_the_story_on(client: Client, page: str, others: list[str]) -> None:
    html = client.get(page, {"next": STORY}).content.decode()
    assert f'<input type="hidden" name="next" value="{STORY}">' in html
    for other in others:
        assert f'"{other}?next=%2Fstories%2Fone%2F"' in html


def by_password(client: Client) -> str:
    make_reader(ADA)
    return sign_in(client, ADA, next=STORY)["Location"]


def by_code(client: Client) -> str:
    make_reader(ADA)
    response = client.post(ASK_FOR_CODE, {"email": ADA, "next": STORY})
    return type_code(client, response["Location"])["Location"]


def by_code_from_the_form_for_passwords(client: Client) -> str:
    make_reader(ADA)
    response = client.post(ASK_FOR_CODE, {"login": ADA, "password": "", "next": STORY})
    return type_code(client, response["Location"])["Location"]


def by_code_asked_for_again(client: Client) -> str:
    make_reader(ADA)
    page = client.post(ASK_FOR_CODE, {"email": ADA, "next": STORY})["Location"]
    assert client.post(page, {"action": "resend"})["Location"] == page
    return type_code(client, page)["Location"]


def by_new_password(client: Client) -> str:
    make_reader(ADA)
    page = client.post(RESET, {"email": ADA, "next": STORY})["Location"]
    assert page.startswith(TYPE_CODE_TO_RESET)
    page = type_code(client, page)["Location"]
    assert page.startswith(NEW_PASSWORD)
    return client.post(page, {"password1": "a new password"})["Location"]


def by_password_with_an_unproved_address(client: Client) -> str:
    make_unproved_reader(ADA)
    page = sign_in(client, ADA, next=STORY)["Location"]
    return type_code(client, page)["Location"]


def by_signing_up_with_a_known_address(client: Client) -> str:
    make_reader(ADA)
    page = sign_up(client, ADA, next=STORY)["Location"]
    link = f"{SIGN_IN}?next=%2Fstories%2Fone%2F"
    assert f'"{link}"' in client.get(page).content.decode()
    return client.post(link, {"login": ADA, "password": PASSWORD})["Location"]


def by_signing_up_from_the_page_for_signing_in(client: Client) -> str:
    page = f"{SIGN_UP}?next=%2Fstories%2Fone%2F"
    page = client.post(page, {"email": ADA})["Location"]
    return type_code(client, page)["Location"]


def after_the_code_ran_out(client: Client) -> str:
    make_reader(ADA)
    page = client.post(ASK_FOR_CODE, {"email": ADA, "next": STORY})["Location"]
    for _ in range(5):
        page = type_code(client, page, "1111-1111").headers.get("Location", page)
    assert page.startswith(TYPE_CODE_TO_SIGN_IN)
    client.post(page, {"action": "resend"})
    return type_code(client, page)["Location"]


def after_the_code_was_forgotten(client: Client) -> str:
    response = client.get(TYPE_CODE_TO_SIGN_IN, {"next": STORY})
    page = response["Location"]
    assert parse_qs(urlsplit(page).query) == {"next": [STORY]}
    make_reader(ADA)
    return type_code(client, client.post(page, {"email": ADA})["Location"])["Location"]


@pytest.mark.parametrize(
    "way",
    [
        by_password,
        by_code,
        by_code_from_the_form_for_passwords,
        by_code_asked_for_again,
        by_new_password,
        by_password_with_an_unproved_address,
        by_signing_up_with_a_known_address,
        by_signing_up_from_the_page_for_signing_in,
        after_the_code_ran_out,
        after_the_code_was_forgotten,
    ],
)
def test_a_reader_is_back_on_the_story(client: Client, way: Callable[[Client], str]) -> None:
    assert way(client) == STORY
    assert is_signed_in(client)


def test_without_a_story_a_reader_is_on_the_front_page(client: Client) -> None:
    make_reader(ADA)
    assert sign_in(client, ADA)["Location"] == "/"
