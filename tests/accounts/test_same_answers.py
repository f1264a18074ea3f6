"""Whoever types an address learns nothing about who has an account: answers and work are equal."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from unittest.mock import patch

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Reader
from tests.accounts.doing import (
    ASK_FOR_CODE,
    RESET,
    SIGN_IN,
    SIGN_UP,
    TYPE_CODE_TO_RESET,
    TYPE_CODE_TO_SIGN_IN,
    TYPE_CODE_TO_VERIFY,
    WRONG,
    Response,
    make_unproved_reader,
)
from tests.making import make_reader

pytestmark = pytest.mark.django_db

ADDRESS = "somebody@example.com"
AGAIN = {"action": "resend"}
CODE = {"code": WRONG}

Step = tuple[str, str, dict[str, str]]
FLOWS: dict[str, list[Step]] = {
    "sign up": [
        ("post", SIGN_UP, {"email": ADDRESS, "next": "/stories/one/"}),
        ("get", TYPE_CODE_TO_VERIFY, {}),
        ("post", TYPE_CODE_TO_VERIFY, CODE),
        ("post", TYPE_CODE_TO_VERIFY, AGAIN),
        ("get", TYPE_CODE_TO_VERIFY, {}),
        *[("post", TYPE_CODE_TO_VERIFY, CODE)] * 5,
        ("get", TYPE_CODE_TO_VERIFY, {}),
        ("get", SIGN_UP, {}),
        ("get", SIGN_IN, {}),
        ("get", ASK_FOR_CODE, {}),
    ],
    "sign up with a password": [
        ("post", SIGN_UP, {"email": ADDRESS, "password1": "correct horse"}),
        ("get", TYPE_CODE_TO_VERIFY, {}),
    ],
    "sign up and call it off": [
        ("post", SIGN_UP, {"email": ADDRESS}),
        ("post", reverse("account_logout"), {}),
        ("get", TYPE_CODE_TO_VERIFY, {}),
        ("get", SIGN_IN, {}),
    ],
    "sign up twice": [
        ("post", SIGN_UP, {"email": ADDRESS}),
        ("post", SIGN_UP, {"email": ADDRESS}),
        ("get", TYPE_CODE_TO_VERIFY, {}),
    ],
    "sign in by password": [
        *[("post", SIGN_IN, {"login": ADDRESS, "password": "wrong horse"})] * 7,
        ("get", SIGN_IN, {}),
    ],
    "sign in by code": [
        ("post", ASK_FOR_CODE, {"email": ADDRESS, "next": "/stories/one/"}),
        ("get", TYPE_CODE_TO_SIGN_IN, {}),
        ("post", TYPE_CODE_TO_SIGN_IN, CODE),
        ("post", TYPE_CODE_TO_SIGN_IN, AGAIN),
        ("get", TYPE_CODE_TO_SIGN_IN, {}),
        *[("post", TYPE_CODE_TO_SIGN_IN, CODE)] * 5,
        ("get", TYPE_CODE_TO_SIGN_IN, {}),
        ("get", SIGN_UP, {}),
        ("post", ASK_FOR_CODE, {"email": ADDRESS}),
        ("post", ASK_FOR_CODE, {"email": ADDRESS}),
    ],
    "reset": [
        ("post", RESET, {"email": ADDRESS, "next": "/stories/one/"}),
        ("get", TYPE_CODE_TO_RESET, {}),
        ("post", TYPE_CODE_TO_RESET, CODE),
        ("post", TYPE_CODE_TO_RESET, AGAIN),
        ("get", TYPE_CODE_TO_RESET, {}),
        *[("post", TYPE_CODE_TO_RESET, CODE)] * 5,
        ("get", TYPE_CODE_TO_RESET, {}),
        ("post", RESET, {"email": ADDRESS}),
        ("post", RESET, {"email": ADDRESS}),
    ],
}


def a_reader() -> None:
    make_reader(ADDRESS)


def a_reader_without_a_password() -> None:
    reader = make_reader(ADDRESS)
    reader.set_unusable_password()
    reader.save()


def an_unproved_reader() -> None:
    make_unproved_reader(ADDRESS)


def a_reader_with_a_closed_account() -> None:
    make_reader(ADDRESS, is_active=False)


def nobody() -> None:
    pass


@dataclass(frozen=True)
class Answer:
    """What somebody outside sees of an answer, and the work it took."""

    status: int
    location: str
    page: str
    cookies: frozenset[str]
    passwords_hashed: int
    letters: int


KINDS: list[Callable[[], None]] = [
    a_reader,
    a_reader_without_a_password,
    an_unproved_reader,
    a_reader_with_a_closed_account,
]


@pytest.fixture
def hashed() -> Iterator[Counter[str]]:
    count: Counter[str] = Counter()
    encode = MD5PasswordHasher.encode

    def counting(self: MD5PasswordHasher, password: str, salt: str) -> str:
        count["passwords"] += 1
        return encode(self, password, salt)

    with patch.object(MD5PasswordHasher, "encode", counting):
        yield count


def walk(steps: list[Step], hashed: Counter[str]) -> list[Answer]:
    cache.clear()
    mail.outbox.clear()
    client, answers = Client(), []
    for method, path, data in steps:
        passwords, letters = hashed["passwords"], len(mail.outbox)
        response = getattr(client, method)(path, data)
        answers.append(
            Answer(
                response.status_code,
                response.get("Location", ""),
                without_tokens(response),
                frozenset(response.cookies),
                hashed["passwords"] - passwords,
                len(mail.outbox) - letters,
            )
        )
    return answers


def without_tokens(response: Response) -> str:
    return re.sub(r'(name="csrfmiddlewaretoken" value)="[^"]*"', r"\1", response.content.decode())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("flow", FLOWS)
def test_a_known_address_is_answered_like_an_unknown_one(
    flow: str, kind: Callable[[], None], hashed: Counter[str]
) -> None:
    unknown = walk(FLOWS[flow], hashed) if "sign up" not in flow else walk_and_forget(flow, hashed)
    kind()
    hashed.clear()
    known = walk(FLOWS[flow], hashed)
    for step, expected, answer in zip(FLOWS[flow], unknown, known, strict=True):
        assert answer == expected, step
    assert sum(answer.letters for answer in known) > 0 or flow == "sign in by password"


def walk_and_forget(flow: str, hashed: Counter[str]) -> list[Answer]:
    answers = walk(FLOWS[flow], hashed)
    Reader.objects.filter(email=ADDRESS).delete()
    return answers


def test_a_new_password_costs_the_same_for_a_known_and_an_unknown_address(
    hashed: Counter[str],
) -> None:
    steps = FLOWS["sign up with a password"]
    assert walk(steps, hashed)[0].passwords_hashed == 1
    hashed.clear()
    assert walk(steps, hashed)[0].passwords_hashed == 1


def test_a_changed_address_does_not_tell_who_else_has_it(client: Client) -> None:
    make_reader(ADDRESS)
    pages = []
    for new in (ADDRESS, "nobodys@example.com"):
        reader = Client()
        reader.force_login(make_reader())
        page = reverse("account_email")
        again = reader.post(page, {"email": new, "action_add": "1"})["Location"]
        response = reader.post(again, {"password": "correct horse"})
        html = without_tokens(reader.get(response["Location"])).replace(new, "…")
        pages.append((response.status_code, response["Location"], len(mail.outbox), html))
        mail.outbox.clear()
    assert pages[0] == pages[1]


def test_signing_up_asks_and_writes_as_much_for_who_is_known() -> None:
    """A sign-up without a password is quick: its rows would tell whether there is an account."""
    asked = []
    for make in (a_reader, nobody):
        Reader.objects.all().delete()
        make()
        with CaptureQueriesContext(connection) as captured:
            Client().post(SIGN_UP, {"email": ADDRESS})
        asked.append([query["sql"].split()[0] for query in captured.captured_queries])
    known, unknown = asked
    assert abs(len(known) - len(unknown)) < 8  # two savepoints more, and fewer looks
    assert known.count("INSERT") == unknown.count("INSERT")
