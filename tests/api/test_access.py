"""Looking at stories and opening them, by whichever door somebody comes."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from paywall.entitlements import granting
from paywall.entitlements.models import Source
from paywall.gate import publishing
from paywall.insights import counting
from paywall.metering import freeing
from paywall.metering.models import MeteredRead
from paywall.sites.models import ApiSite
from tests.api.asking import FACTS, Caller, Server, make_site
from tests.gate.visiting import NOW, Clock, make_story, outcome, set_rule, sign_in
from tests.making import make_reader

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def said(response: Any, *names: str) -> list[Any]:
    assert response.status_code == 200, response.content
    return [response.json()[name] for name in names]


def test_a_look_never_spends_and_opening_does_once(server: Server) -> None:
    reader = server.introduce(make_reader())
    for _ in range(2):
        assert said(server.look_for(reader), "outcome", "opens", "spent", "remaining") == [
            "metered",
            False,
            False,
            7,
        ]
    assert not MeteredRead.objects.exists()
    opened = server.open_for(reader)
    assert said(opened, "outcome", "opens", "spent", "remaining") == ["metered", True, True, 6]
    assert said(opened, "resets_at", "time_zone") == ["2026-12-01T00:00:00+00:00", "UTC"]
    assert (opened["Paywall-Outcome"], opened["Paywall-Remaining"]) == ("metered", "6")
    again = said(server.open_for(reader), "outcome", "opens", "spent", "remaining", "max_age_s")
    assert again == ["read_before", True, False, 6, 300]


def test_what_is_opened_through_the_api_is_among_the_figures(server: Server) -> None:
    reader = server.introduce(make_reader())
    server.look_for(reader)
    server.open_for(reader)
    ((_day, outcome_, opened, _story), number) = next(iter(counting.tally.take().visits.items()))
    assert (outcome_, opened, number) == ("metered", True, 1)


def test_an_answer_does_not_outlive_an_opening_for_all(server: Server) -> None:
    reader = server.introduce(make_reader())
    freeing.open_all(None, until=NOW + timedelta(hours=1), why="A storm", by=make_reader(), now=NOW)
    assert said(server.open_for(reader), "outcome", "max_age_s") == ["free", 0]


def test_the_web_and_the_api_count_on_one_meter(server: Server) -> None:
    reader = make_reader()
    browser, article = sign_in(reader), make_story()
    server.introduce(reader)
    assert outcome(browser, article) == "metered"
    app = Caller.reading(reader)
    key = f"article-{article.pk}"
    assert said(app.open(key), "outcome", "remaining") == ["read_before", 6]
    for number in range(6):
        assert said(server.open_for(reader, f"story-{number}"), "spent") == [True]
    assert outcome(browser, make_story()) == "meter_spent"
    assert said(server.open_for(reader, "one-more"), "opens", "outcome") == [False, "meter_spent"]
    assert outcome(browser, article) == "read_before"


def test_what_a_browser_says_of_a_story_is_not_believed(server: Server) -> None:
    reader = make_reader()
    server.register(access="subscribers")
    free = {**FACTS, "access": "free"}
    for caller in (Caller.stranger(), Caller.reading(reader)):
        assert caller.look(query=free).status_code == 403
        refused = caller.open(body={"story": free})
        assert refused.status_code == 403
        assert refused.json()["errors"][0]["field"] == "story"
        assert caller.ask("PUT", "stories/a-story/", free).status_code in {401, 403}
        assert said(caller.look(), "opens") == [False]


def test_a_server_may_say_who_it_asks_for_and_nobody_else(server: Server) -> None:
    server.register()
    other = make_reader()
    refused = Caller.reading(make_reader()).look(query={"reader": str(other.public_id)})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (403, "reader")


@pytest.mark.parametrize(
    ("access", "word", "offers"),
    [
        ("free", "free", []),
        ("metered", "sign_in", ["account", "subscribe", "subscriber"]),
        ("subscribers", "sign_in", ["subscribe", "subscriber", "account"]),
    ],
)
def test_a_stranger_is_offered_the_ways_in(
    server: Server, access: str, word: str, offers: list[str]
) -> None:
    server.register(access=access)
    for caller in (server, Caller.stranger()):
        answer = caller.look().json()
        assert answer["outcome"] == word
        assert [offer["name"] for offer in answer["offers"]] == offers
        assert answer["remaining"] is answer["resets_at"] is None


def test_the_offers_are_in_the_words_of_the_wall(server: Server) -> None:
    reader = make_reader()
    for access in ("metered", "subscribers"):
        article = make_story(access=access)
        for client, app in [
            (Client(), Caller.stranger()),
            (sign_in(reader), Caller.reading(reader)),
        ]:
            page = client.get(article.get_absolute_url()).text
            answer = app.look(f"article-{article.pk}").json()
            for offer in answer["offers"]:
                for words in (offer["title"], offer["text"], offer["action"]):
                    assert words in page, words
                path = offer["address"].removeprefix("http://127.0.0.1:8000")
                assert path.split("?")[0] in page
                assert f"next={article.get_absolute_url()}" in path


def test_the_offers_are_in_the_words_that_staff_published(server: Server) -> None:
    staff = make_reader()
    texts = {
        "account_text": "{allowance} {stories}, and not a penny.",
        "subscribe_title": "Be one of us",
        "print_link": "It comes with the paper",
    }
    publishing.publish(publishing.draft(texts, note="", by=staff, now=NOW), by=staff, now=NOW)
    server.register()
    account, subscribe, subscriber = Caller.stranger().look().json()["offers"]
    assert account["text"] == "7 stories, and not a penny."
    assert subscribe["title"] == "Be one of us"
    assert (subscriber["text"], subscriber["more"]["text"]) == ("", "It comes with the paper")
    set_rule(readers=0)
    *_, printed = said(Caller.reading(staff).look(), "offers")[0]
    assert printed["action"] == "It comes with the paper"


def test_an_entitlement_opens_and_says_what_it_does_not_cover(server: Server) -> None:
    reader = make_reader()
    news = make_story().section
    granting.give(reader, Source.COURTESY, starts_at=NOW, sections=[news])
    server.introduce(reader)
    make_story(section="sport")
    assert said(server.open_for(reader), "outcome", "spent", "remaining") == [
        "entitled",
        False,
        None,
    ]
    look = server.look_for(reader, section="sport", access="subscribers")
    assert said(look, "outcome") == ["not_in_package"]


def test_a_site_counts_its_strangers_by_its_own_ids(server: Server) -> None:
    set_rule(strangers=1)
    asked = {"visitor": "abc", "story": FACTS}
    assert said(server.open(body=asked), "outcome", "spent") == ["metered", True]
    assert said(server.open("another", asked), "outcome") == ["sign_in"]
    assert said(server.open("another", {**asked, "visitor": "def"}), "spent") == [True]


def test_a_browser_without_an_account_is_counted_by_its_cookie(server: Server) -> None:
    set_rule(strangers=1)
    server.register()
    server.register("another")
    browser = Caller.stranger()
    assert said(browser.open(), "spent") == [True]
    assert said(browser.open("another"), "outcome") == ["sign_in"]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"section": "no-such"}, "story.section"),
        ({"access": "gratis"}, "story.access"),
        ({"address": "https://elsewhere.example/a"}, "story.address"),
        ({"address": "javascript:alert(1)"}, "story.address"),
        ({"text": "All of it."}, "story.text"),
        ({"title": ""}, "story.title"),
    ],
)
def test_a_wrong_field_is_named(server: Server, facts: dict[str, str], field: str) -> None:
    refused = server.open(body={"story": {**FACTS, **facts}})
    assert refused.status_code == 422
    assert refused["Content-Type"] == "application/problem+json"
    assert [each["field"] for each in refused.json()["errors"]] == [field]


def test_unknown_fields_are_refused_wherever_they_are(server: Server) -> None:
    for response in (
        server.look(query={"redaer": "x"}),
        server.open(body={"redaer": "x"}),
        server.ask("GET", "me/", query={"x": "1"}),
        server.ask("GET", "packages/", query={"page": "1"}),
    ):
        assert response.status_code == 422
        assert "There is no such field" in response.json()["detail"]


def test_an_unknown_story_is_a_404_that_says_what_to_do(server: Server) -> None:
    problem = server.look("nobody-knows").json()
    assert (problem["status"], problem["type"]) == (404, "urn:paywall:problem:no-such-story")
    assert "PUT /api/v1/stories/nobody-knows/" in problem["detail"]


def test_registered_facts_can_be_changed(server: Server, clock: Clock) -> None:
    assert server.register().status_code == 201
    assert server.register(access="free").status_code == 200
    assert said(Caller.stranger().look(), "outcome") == ["free"]


def test_a_key_of_the_papers_own_stories_is_not_a_sites(server: Server) -> None:
    assert server.register(f"article-{make_story().pk}").status_code == 409


def test_a_site_learns_nothing_of_a_story_that_is_not_its_own(server: Server) -> None:
    """Its facts under another's key make another story, which is read and counted apart."""
    reader, article = make_reader(), make_story()
    other = Server.of(make_site("Third", "https://third.example"))
    server.introduce(reader)
    asked = {
        "reader": other.introduce(reader),
        "story": {**FACTS, "address": "https://third.example/a-story"},
    }
    server.register()
    outcome(sign_in(reader), article)
    assert said(server.open_for(reader), "spent") == [True]
    for key in ("a-story", f"article-{article.pk}"):
        assert said(other.open(key, asked), "story", "outcome", "spent") == [key, "metered", True]
        assert said(other.open(key, asked), "outcome") == ["read_before"]


@pytest.mark.parametrize("key", ["a-story", "x" * 200])
def test_a_story_is_one_whether_registered_or_told_of(server: Server, key: str) -> None:
    reader = make_reader()
    server.introduce(reader)
    server.register(key)
    assert said(Caller.reading(reader).open(key), "story", "spent") == [key, True]
    assert said(server.open_for(reader, key), "story", "outcome") == [key, "read_before"]


def test_an_unpublished_story_is_not_known(clock: Clock) -> None:
    article = make_story(published_at=NOW.replace(year=2027))
    assert Caller.stranger().look(f"article-{article.pk}").status_code == 404


def test_nothing_is_kept_by_caches(server: Server, site: ApiSite) -> None:
    for response in (server.register(), server.look(), server.look("unknown")):
        assert response["Cache-Control"] == "private, no-store"
