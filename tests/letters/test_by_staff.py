"""The letters that the desk has written are complete, plain and lead where they should."""

import pytest
from django.conf import LazySettings

from paywall.letters import by_staff
from paywall.letters.models import Letter
from tests.letters.rows import NOW
from tests.letters.test_words import NOT_OURS, Structure
from tests.making import make_reader

pytestmark = pytest.mark.django_db


def made(kind: str) -> Letter:
    reader = make_reader("ada@example.com")
    if kind == "account_made":
        return by_staff.write_account_made(reader, key="1", now=NOW)
    return by_staff.write_payment_link(
        reader, what="Digital & more", price="€12.00", link="https://pay.example/1",
        owed=kind == "owed", key="1", now=NOW,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "subject", "link"),
    [
        ("account_made", "Your account with The Gazette", "https://g.example/accounts/password/"),
        ("owed", "Where to pay for your subscription", "https://pay.example/1"),
        ("offered", "Your link to subscribe", "https://pay.example/1"),
    ],
)
def test_it_is_complete_and_plain(
    settings: LazySettings, kind: str, subject: str, link: str
) -> None:
    settings.SITE_URL, settings.NEWSPAPER_NAME = "https://g.example", "The Gazette"
    letter = made(kind)
    assert letter.subject == subject
    assert link in letter.text
    assert f'href="{link}' in letter.html
    assert not [word for word in NOT_OURS if word in letter.text.lower()]
    assert "&amp;" not in letter.text
    Structure(letter.html)
