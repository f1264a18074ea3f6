"""All stories open to everybody for a time: within a second, and not a moment longer."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from articles import stories as remembered_stories
from paywall.catalog.models import Section
from paywall.gate import strangers
from paywall.metering import freeing, rules
from paywall.metering.models import FreeMode, Meter, MeteredRead
from tests.gate.visiting import NOW, Clock, make_story, outcome, sign_in, visit
from tests.making import make_reader, make_section

pytestmark = pytest.mark.django_db

END = NOW + timedelta(hours=6)


def open_all(section: Section | None = None, **fields: Any) -> FreeMode:
    given: dict[str, Any] = {"until": END, "why": "Storm", "now": NOW, **fields}
    return freeing.open_all(section, by=make_reader(is_staff=True), **given)


@pytest.mark.parametrize("access", ["metered", "subscribers"])
def test_it_opens_every_story_to_everybody_and_counts_none(clock: Clock, access: str) -> None:
    story, reader = make_story(access=access), make_reader()
    open_all()
    for somebody in (Client(), sign_in(reader)):
        assert outcome(somebody, story) == "free"
        assert "Paywall-Remaining" not in visit(somebody, story)
    assert not MeteredRead.objects.exists()
    assert not Meter.objects.filter(used__gt=0).exists()


def test_what_it_opens_is_kept_by_nobody(clock: Clock, client: Client) -> None:
    story, free = make_story(), make_story(access="free")
    open_all()
    assert visit(client, story)["Cache-Control"] == "no-store"
    assert visit(sign_in(make_reader()), story)["Cache-Control"] == "private, no-store"
    assert "s-maxage" in visit(client, free)["Cache-Control"]


def test_a_section_opens_alone(clock: Clock, client: Client) -> None:
    sport, news = make_story(section="sport"), make_story()
    open_all(sport.section)
    assert (outcome(client, sport), outcome(client, news)) == ("free", "sign_in")


def test_it_ends_by_itself_at_its_very_moment(clock: Clock, client: Client) -> None:
    story = make_story()
    open_all()
    clock.now = END - timedelta(microseconds=1)
    assert outcome(client, story) == "free"
    clock.now = END
    assert outcome(client, story) == "sign_in"


def test_ending_it_closes_the_stories(clock: Clock, client: Client) -> None:
    story, mode, staff = make_story(), open_all(), make_reader(is_staff=True)
    assert outcome(client, story) == "free"
    assert freeing.close(mode, by=staff, now=NOW + timedelta(hours=1))
    assert outcome(client, story) == "sign_in"
    assert not freeing.close(mode, by=staff, now=NOW + timedelta(hours=1))
    mode.refresh_from_db()
    assert (mode.closed_by, mode.closed_at, mode.ends_at) == (staff, NOW + timedelta(hours=1), END)


def test_of_two_the_other_goes_on(clock: Clock, client: Client) -> None:
    story, first = make_story(), open_all()
    open_all(story.section)
    freeing.close(first, by=make_reader(), now=NOW)
    assert outcome(client, story) == "free"


@pytest.mark.parametrize(
    ("until", "sentence"),
    [(NOW, "over"), (NOW + timedelta(days=31, seconds=1), "31 days at most")],
)
def test_an_end_has_to_be_near_and_to_come(until: Any, sentence: str) -> None:
    with pytest.raises(freeing.RefusedError, match=sentence):
        open_all(until=until)
    assert not FreeMode.objects.exists()


def test_other_processes_open_and_close_within_a_second(
    clock: Clock, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The strangers' page too, which is remembered besides the rules."""
    seconds = [1000.0]
    watch = SimpleNamespace(monotonic=lambda: seconds[0])
    for module in (rules, strangers, remembered_stories):
        monkeypatch.setattr(module, "time", watch)
    story = make_story()
    assert outcome(client, story) == "sign_in"
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(rules, "forget", lambda: None)
        mode = open_all()
        assert outcome(client, story) == "sign_in"
        seconds[0] += 1
        assert outcome(client, story) == "free"
        freeing.close(mode, by=make_reader(), now=NOW)
        assert outcome(client, story) == "free"
        seconds[0] += 1
        assert outcome(client, story) == "sign_in"


def test_a_section_that_was_opened_once_is_not_deleted() -> None:
    open_all(make_section("sport"))
    with pytest.raises(Exception, match="protected"):
        Section.objects.get(slug="sport").delete()
