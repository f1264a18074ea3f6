"""What a visit counts, at the pages themselves; it asks nothing of the database."""

import pytest
from django.test import Client
from django.urls import reverse

from articles.models import Article
from paywall.gate.decision import OPENING, Outcome
from paywall.gate.noting import NOT_COUNTED
from paywall.insights import access_log, counting, origin
from paywall.insights.happenings import What, reached
from paywall.insights.models import DayCount
from tests.gate.visiting import NOW, Clock, make_stories, make_story, outcomes, sign_in, visit
from tests.insights.test_counting import number
from tests.making import make_reader

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock.stopped(monkeypatch)


def reading(browser: Client) -> Client:
    """Return the browser, which says that it is one."""
    browser.defaults["HTTP_USER_AGENT"] = BROWSER
    return browser


def counted() -> dict[str, int]:
    counting.write()
    rows = DayCount.objects.filter(section="", story="", number__gt=0)
    return dict(rows.values_list("what", "number"))


def test_every_stranger_who_is_given_a_remembered_page_is_counted() -> None:
    story = make_story()
    for _ in range(3):
        visit(reading(Client()), story)
    assert counted() == {What.WALL: 3, "sign_in": 3}
    assert number(What.WALL, story=f"article-{story.pk}") == 3
    assert number(What.WALL, section="news", day=NOW.date()) == 3


def test_a_reader_is_counted_on_the_way_to_the_wall() -> None:
    browser = reading(sign_in(make_reader()))
    stories = make_stories(8)
    assert outcomes(browser, [*stories, stories[0]])[-2:] == ["meter_spent", "read_before"]
    expected = {What.OPENED: 8, "metered": 7, "read_before": 1, What.WALL: 1, "meter_spent": 1}
    once = dict.fromkeys((What.READERS, What.NEW_IN_MONTH, What.WALLED_IN_MONTH), 1)
    assert counted() == expected | once | {reached(each): 1 for each in range(1, 8)}


NOBODY = {
    "a crawler": {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"},
    "a script": {"User-Agent": "curl/8.5"},
    "nothing said": {"User-Agent": ""},
    "a prefetch": {"User-Agent": BROWSER, "Sec-Purpose": "prefetch"},
    "a prerender": {"User-Agent": BROWSER, "Sec-Purpose": "prefetch;prerender"},
    "a range": {"User-Agent": BROWSER, "Range": "bytes=0-9"},
}


@pytest.mark.parametrize("asking", NOBODY)
@pytest.mark.parametrize("access", ["free", "metered"])
def test_what_nobody_reads_is_not_counted(access: str, asking: str) -> None:
    story = make_story(access=access)
    for browser in (Client(), Client(), sign_in(make_reader())):
        visit(browser, story, headers=NOBODY[asking])
    reading(Client()).head(story.get_absolute_url())
    assert counted() == {}


def test_staff_who_look_at_a_story_are_not_counted() -> None:
    visit(reading(sign_in(make_reader(is_staff=True))), make_story())
    assert counted() == {}


def test_a_system_that_asks_for_its_readers_is_not_taken_for_a_crawler() -> None:
    headers = {"User-Agent": "python-requests/2.32", "Authorization": "Bearer x"}
    visit(Client(), make_story(), headers=headers)
    assert counted() == {What.WALL: 1, "sign_in": 1}


def test_days_are_the_newspapers(settings: object, clock: Clock) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"  # type: ignore[attr-defined]
    visit(reading(Client()), make_story())
    counting.write()
    assert DayCount.objects.values_list("day", flat=True).first() == NOW.date().replace(day=15)


def test_the_names_are_the_gates() -> None:
    assert {outcome.value for outcome in OPENING} >= access_log.OPENING
    assert {outcome.value for outcome in NOT_COUNTED} == {Outcome.PREVIEWING.value}
    assert not {what.value for what in What} & {outcome.value for outcome in Outcome}


# -- The story that somebody came from -----------------------------------------------------------


def link_to(name: str, story: Article) -> str:
    query = f"next={story.get_absolute_url()}&from={origin.sign(f'article-{story.pk}')}"
    return f"{reverse(name)}?{query}"


def test_a_signed_key_is_the_same_for_everybody_and_cannot_be_made_up() -> None:
    assert origin.sign("article-1") == origin.sign("article-1")
    assert origin.read(origin.sign("article-1")) == "article-1"
    for forged in ("article-1", origin.sign("article-1")[:-1], "article-2:" + "x" * 43, "x" * 999):
        assert origin.read(forged) == ""


def test_looking_at_a_page_makes_no_session_for_a_stranger(client: Client) -> None:
    story = make_story()
    for name in ("account_signup", "account_login", "subscribe", "activate"):
        assert client.get(link_to(name, story)).status_code == 200
    assert "session" not in client.cookies


def test_the_links_between_pages_carry_the_story_on(client: Client) -> None:
    story = make_story()
    address = link_to("subscribe", story)
    page = client.get(address).content.decode().replace("&amp;", "&")
    assert f'href="{link_to("account_signup", story).replace(":", "%3A")}"' in page
    forged = client.get(address[:-1]).content.decode()
    assert "from=" not in forged
