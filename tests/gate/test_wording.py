"""The words of the wall: what staff may write, and what the wall then says."""

from datetime import date, timedelta

import pytest
from django.test import Client

from paywall.catalog.story import Access, Story
from paywall.gate import publishing, wording
from paywall.gate.admission import Admission
from paywall.gate.decision import Decision, Outcome
from paywall.gate.models import WallVersion
from paywall.gate.previewing import NOBODY
from paywall.gate.saying import Said, said_by
from paywall.gate.wall import wall_for
from paywall.gate.wording import PIECES, problem_with
from paywall.periods import Period
from tests.catalog.packages import MONTHLY, YEARLY, make_package
from tests.gate.visiting import NOW, Clock, make_story, visit
from tests.making import make_reader, make_section

STORY = Story("story-1", Access.METERED, "news", "A story", "/stories/a-story/")


@pytest.mark.parametrize("piece", PIECES.values(), ids=PIECES)
def test_our_own_words_pass(piece: wording.Piece) -> None:
    assert problem_with(piece, piece.default) == ""


@pytest.mark.parametrize(
    ("key", "text", "problem"),
    [
        ("account_text", "Read {allowance} {stories}", ""),
        ("account_text", "", ""),
        ("account_title", " ", "Write something"),
        ("account_text", "{alowance} stories", "{alowance} means nothing here"),
        ("account_text", "{alowance} stories", "{allowance}, {stories}, {come}"),
        ("subscribe_text", "{allowance}", "No placeholder may stand here"),
        ("account_text", "{allowance.__class__}", "“{” stands alone"),
        ("account_text", "{0}", "{0} means nothing here"),
        ("account_text", "{allowance!r:>9}", "“{” stands alone"),
        ("account_text", "ends}", "“}” stands alone"),
        ("account_button", "x" * 81, "It has 81 characters; 80 fit."),
    ],
)
def test_what_is_wrong_is_said(key: str, text: str, problem: str) -> None:
    found = problem_with(PIECES[key], text)
    assert (problem in found) if problem else not found


def said(outcome: Outcome, access: Access = Access.METERED, house: int = 7, **counted: int) -> Said:
    decision = Decision(outcome, False, counted.get("allowance"), counted.get("remaining"))
    story = Story("story-1", access, "news", "A story", "/stories/a-story/")
    admission = Admission(story, NOBODY, decision, Period(date(2026, 11, 1)))
    wall = wall_for(admission)
    assert wall
    return said_by(wall, admission, texts={}, house=house)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("outcome", "access", "counted", "title", "text"),
    [
        ("sign_in", "metered", {}, "Keep reading", "There are three ways to the rest"),
        (
            "sign_in", "metered", {"allowance": 2, "remaining": 0}, "Keep reading",
            "You have read your 2 free premium stories this month without an account.",
        ),
        (
            "meter_spent", "metered", {"allowance": 7, "remaining": 0},
            "You have read your 7 free premium stories this month.",
            "Your next 7 come on 1 December.",
        ),
        (
            "meter_spent", "metered", {"allowance": 1, "remaining": 0, "house": 1},
            "You have read your 1 free premium story this month.",
            "Your next 1 comes on 1 December.",
        ),
        (
            "meter_spent", "metered", {"allowance": 0, "remaining": 0},
            "This story comes with a package.", "",
        ),
        (
            "meter_spent", "metered", {"allowance": 3, "remaining": 0, "house": 7},
            "No more free stories in Local news this month.",
            "In Local news, only the first 3 premium stories of your month can be free. "
            "That begins anew on 1 December.",
        ),
        (
            "subscribers_only", "subscribers", {"allowance": 7, "remaining": 5},
            "This one is for subscribers.", "Your five free stories are untouched.",
        ),
        (
            "subscribers_only", "subscribers", {"allowance": 7, "remaining": 1},
            "This one is for subscribers.", "Your one free story is untouched.",
        ),
        (
            "subscribers_only", "subscribers", {"allowance": 7, "remaining": 0},
            "This one is for subscribers.", "",
        ),
        (
            "not_in_package", "subscribers", {}, "Your package covers other sections",
            "This one is in Local news: a package that covers Local news opens it.",
        ),
        (
            "verify_email", "metered", {}, "One more step to this story",
            "Your account is waiting for the code we emailed you.",
        ),
    ],
)  # fmt: skip
def test_the_wall_says_why(
    outcome: str, access: str, counted: dict[str, int], title: str, text: str
) -> None:
    make_section("news", name="Local news")
    found = said(Outcome(outcome), Access(access), **counted)
    assert found.title == title
    assert found.text.startswith(text)
    assert bool(found.text) == bool(text)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("house", "access", "account", "verify"),
    [
        (7, "metered", "7 premium stories every month for free.", "opens 7 premium stories"),
        (1, "metered", "1 premium story every month for free.", "opens 1 premium story every"),
        (0, "metered", "Choose a package later.", ""),
        (7, "subscribers", "every month for free. This one is not among them.", "opens 7"),
    ],
)
def test_the_offer_of_an_account_says_what_it_gives(
    house: int, access: str, account: str, verify: str
) -> None:
    offers = said(Outcome.SIGN_IN, Access(access), house=house).offers
    assert offers["account_text"].endswith(account)
    assert verify in offers["verify_text"]
    assert bool(offers["verify_text"]) == bool(verify)


@pytest.mark.django_db
def test_the_offer_of_a_package_says_the_lowest_price_and_nothing_where_none_is_sold() -> None:
    alone = "Choose a package that suits your preferences."
    assert said(Outcome.SIGN_IN, Access.METERED).offers["subscribe_text"] == alone
    make_package(MONTHLY, YEARLY)
    priced = said(Outcome.METER_SPENT, Access.METERED).offers["subscribe_text"]
    assert priced == f"{alone} From €12.00 a month."


@pytest.mark.django_db
def test_staff_may_leave_the_price_out(clock: Clock, client: Client) -> None:
    make_package(MONTHLY)
    story, staff = make_story(), make_reader()
    assert "From €12.00 a month." in visit(client, story).content.decode()
    quiet = publishing.draft({"subscribe_price": ""}, note="Quiet", by=staff, now=NOW)
    publishing.publish(quiet, by=staff, now=NOW)
    assert "From €" not in visit(Client(), make_story()).content.decode()


@pytest.mark.django_db
def test_who_pays_for_other_sections_is_not_asked_to_subscribe_once_more() -> None:
    make_section("news", name="Local news")
    offers = said(Outcome.NOT_IN_PACKAGE, Access.SUBSCRIBERS).offers
    assert offers["subscribe_title"] == "Choose another package"
    assert offers["subscribe_text"] == "You see what is due before you change anything."
    assert said(Outcome.METER_SPENT, Access.METERED).offers["subscribe_title"] == "Subscribe now"


@pytest.mark.django_db
def test_what_is_published_is_shown_escaped_and_kept(clock: Clock, client: Client) -> None:
    story, staff = make_story(), make_reader()
    texts = {"sign_in_title": "Stay <b>with</b> us", "account_text": "{allowance} for nothing"}
    first = publishing.draft(texts, note="Autumn", by=staff, now=NOW)
    assert "Keep reading" in visit(client, story).content.decode()
    assert publishing.publish(first, by=staff, now=NOW)
    assert not publishing.publish(first, by=make_reader(), now=NOW + timedelta(days=1))
    page = visit(Client(), make_story()).content.decode()
    assert "Stay &lt;b&gt;with&lt;/b&gt; us" in page
    assert "7 for nothing" in page
    with pytest.raises(publishing.PublishedError):
        publishing.draft({}, note="", by=staff, now=NOW, of=first.pk)
    second = publishing.draft({}, note="As it was", by=staff, now=NOW + timedelta(days=2))
    publishing.publish(second, by=staff, now=NOW + timedelta(days=2))
    assert "Keep reading" in visit(Client(), make_story()).content.decode()
    assert [one.note for one in WallVersion.objects.published()] == ["As it was", "Autumn"]
    first.refresh_from_db()
    assert (first.texts, first.published_by, first.published_at) == (texts, staff, NOW)


@pytest.mark.django_db
def test_a_page_remembered_with_a_story_follows_its_words(clock: Clock) -> None:
    """The page of a wall is remembered with its story; new words are another page."""
    story, staff = make_story(), make_reader()
    for title in ("One", "Two"):
        draft = publishing.draft({"sign_in_title": title}, note="", by=staff, now=NOW)
        publishing.publish(draft, by=staff, now=NOW)
        client = Client(headers={"Cookie": "session=abcdefghijklmnopqrstuvwxyz012345"})
        assert f">{title}</h2>" in visit(client, story).content.decode()
