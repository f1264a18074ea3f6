"""Every letter is complete and plain, as text and as HTML, and links to us or to Stripe."""

import re
from html.parser import HTMLParser

import pytest
from django.conf import LazySettings

from accounts.models import Reader
from paywall.letters.kinds import BY_STAFF, KEPT_UNTIL_SENT, MAY_BE_STOPPED, Kind
from tests.letters.samples import DUE, sample

SITE = "https://gazette.example"
PAPER = "The Town & Country Gazette"
NOT_OURS = (
    "past due",
    "past_due",
    "entitle",
    "lapsed",
    "dunning",
    "meter",
    "webhook",
    "invoice",
    "this letter",
    "letters like",
)  # an email: a letter comes by post
EMPTY_ELEMENTS = {"meta", "br", "link", "img"}


class Structure(HTMLParser):
    """Checks that what is opened is closed, in order, and gathers what is looked for."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        if tag not in EMPTY_ELEMENTS:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)


@pytest.fixture(autouse=True)
def _at_home(settings: LazySettings) -> None:
    settings.SITE_URL = SITE
    settings.NEWSPAPER_NAME = PAPER


@pytest.fixture
def reader() -> Reader:
    return Reader(email="ada@example.com")


def test_there_is_a_sample_of_every_kind() -> None:
    letters = set(Kind) - BY_STAFF - KEPT_UNTIL_SENT
    others = ("print_", "circulation", "weekly_")
    about_money = {kind for kind in letters if not kind.startswith(others)}
    assert {due.kind for due in DUE.values()} == about_money


@pytest.mark.parametrize("name", DUE)
def test_it_is_complete_and_plain(name: str, reader: Reader) -> None:
    letter = sample(name, reader)
    assert 10 < len(letter.subject) < 70
    assert letter.text.endswith("\n")
    for text in (letter.subject, letter.text):
        assert not re.search(r"\{|\}|<|&amp;|None|  |\n\n\n| \n|^\s+-", text)
        assert not any(word in text.lower() for word in NOT_OURS)
    assert PAPER in letter.text
    assert "ada@example.com" in letter.text
    assert f"Your account: {SITE}/account/" in letter.text
    stops = f"{SITE}/letters/stop/{reader.public_id}:" in letter.text
    assert stops == (DUE[name].kind in MAY_BE_STOPPED)


@pytest.mark.parametrize("name", DUE)
def test_its_html_says_the_same(name: str, reader: Reader) -> None:
    letter = sample(name, reader)
    page = Structure(letter.html)
    assert '<html lang="en-GB">' in letter.html
    assert page.tags.count("h1") == 1
    assert letter.html.count('class="button"') == 1
    assert not {"table", "img", "script", "form", "link"} & set(page.tags)
    seen = " ".join(" ".join(page.words).split())
    assert letter.subject in seen
    for paragraph in letter.text.partition("\n\n--\n")[0].split("\n\n"):
        for line in paragraph.split("\n"):
            for piece in re.sub(r"^- ", "", line).rstrip(":").split(": "):
                assert piece in seen or f'href="{piece}"' in letter.html
    for address in re.findall(r'href="([^"]*)"', letter.html):
        assert address.startswith((SITE, "https://pay.example/"))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("started, sections", "You can now read every story in Sport."),
        ("started, trial", "You pay nothing before 23 December 2026."),
        ("started, offer", "You pay €1.00 every month until 23 February 2027."),
        ("pass", "See your receipt:\nhttps://pay.example/receipt_2"),
        ("renewal, card", "Your card will have expired by then: please"),
        ("card expiring", "is good until 30 November 2026"),
        ("card expired", "was good until 21 November 2026"),
        ("failed", "We try the card again on 26 November 2026."),
        ("failed", "Pay now:\nhttps://pay.example/in_1"),
        ("failed, day 3", "You can read on as before until 4 December 2026."),
        ("failed, day 7", "Your subscription is on hold until it is paid."),
        ("switch waits", "- From 13 December 2026: Sport, €5.00 a month"),
        ("ended, unpaid", "since the payment of €12.00 did not come through"),
        ("ended, refunded", "since your payment was given back"),
        ("refunded in part", "€1.00 of the €3.00 that you paid for A day"),
    ],
)
def test_it_says(name: str, words: str, reader: Reader) -> None:
    assert words in sample(name, reader).text
