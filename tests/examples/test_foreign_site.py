"""A foreign site with its own stories, beside the paywall, each served over HTTP."""

import re
from collections.abc import Iterator
from dataclasses import replace
from http.cookiejar import CookieJar
from threading import Thread
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, Request, build_opener
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.conf import LazySettings
from pytest_django.live_server_helper import LiveServer

from accounts.models import Reader
from examples.foreign_site.app import Site, _opens_unasked
from examples.foreign_site.paywall import Paywall, Refused
from examples.foreign_site.stories import STORIES
from paywall import clock
from paywall.metering.models import MeteredRead
from paywall.sites import keys
from paywall.sites.models import ApiSite, Scope, SiteReader
from tests.api.test_doors import code
from tests.circulation.claiming import make_account
from tests.journeys.conftest import paper
from tests.making import make_reader, make_section
from tests.payments.buying import sessions
from tests.payments.shop import GOOD, Newspaper
from tests.stripe_sandbox.paying import pay

__all__ = ["paper"]

pytestmark = pytest.mark.django_db(transaction=True)

NEWS = [slug for slug, story in STORIES.items() if story.access == "metered"]
SPORT = next(slug for slug, story in STORIES.items() if story.section == "sport")
PAID = re.compile("That is how story|The rest of story")


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def site(live_server: LiveServer, settings: LazySettings) -> Iterator[Site]:
    """Serve the foreign site, whose server has a key."""
    settings.SITE_URL = live_server.url
    make_section("news")
    make_section("sport")
    with make_server("127.0.0.1", 0, lambda *_: [], WSGIServer, Quiet) as server:
        address = f"http://127.0.0.1:{server.server_port}"
        row = ApiSite.objects.create(name="The Other Paper", origin=address)
        _, key = keys.issue(row, "web server", list(Scope), now=clock.now())
        site = Site(Paywall(live_server.url, key), address)
        server.set_app(site)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield site
        server.shutdown()
        thread.join()


class Browser:
    """Somebody's browser, without scripts."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def ask(self, path: str, typed: dict[str, str] | None = None, **headers: str) -> str:
        """Follow to the end; return the page, and remember where it was."""
        address = path if path.startswith("http") else f"{self.site.address}{path}"
        sent = None if typed is None else urlencode(typed).encode()
        try:
            with self.opener.open(Request(address, sent, headers), timeout=20) as response:
                self.at, self.status = response.url, response.status
                return str(response.read().decode())
        except HTTPError as error:
            with error:
                self.at, self.status = error.url, error.code
                return error.read().decode()

    def sign_up(self, email: str, to: str) -> str:
        self.ask(f"/sign-up?next=/{to}", {"email": email, "next": f"/{to}"})
        return self.ask(f"/code?next=/{to}", {"code": code()})


def opens(page: str, slug: str) -> bool:
    """Tell whether the whole story is there; of a paid one it is the last sentence, or none."""
    ending = STORIES[slug].paragraphs[-1]
    assert bool(PAID.search(page)) == (ending in page)
    return ending in page


def test_the_meter_the_wall_and_signing_up(site: Site) -> None:
    browser = Browser(site)
    assert opens(browser.ask("/when-to-stay-indoors"), "when-to-stay-indoors")
    walled = browser.ask(f"/{NEWS[0]}")
    assert not opens(walled, NEWS[0])
    for words in (
        "Start a free account",
        "7 premium stories every month for free.",
        "Subscribe now",
        "Choose a package that suits your preferences.",
        "Already a subscriber?",
        "I get the printed paper: turn on my digital access",
    ):
        assert words in walled
    assert opens(browser.sign_up("new@example.com", NEWS[0]), NEWS[0])
    assert browser.at == f"{site.address}/{NEWS[0]}"
    assert not opens(browser.ask(f"/{NEWS[1]}", Sec_Purpose="prefetch"), NEWS[1])
    assert (browser.status, MeteredRead.objects.count()) == (503, 1)
    for slug in NEWS[:7]:
        assert opens(browser.ask(f"/{slug}"), slug)
    assert MeteredRead.objects.count() == 7
    spent = browser.ask(f"/{NEWS[7]}")
    assert not opens(spent, NEWS[7])
    assert "You have read your 7 free premium stories this month." in spent
    assert "This one is for subscribers." in browser.ask(f"/{SPORT}")
    assert opens(browser.ask(f"/{NEWS[0]}"), NEWS[0])
    browser.ask("/sign-out", {})
    assert not opens(browser.ask(f"/{NEWS[0]}"), NEWS[0])


def test_a_reader_pays_on_the_way(site: Site, paper: Newspaper) -> None:
    browser = Browser(site)
    browser.sign_up("payer@example.com", SPORT)
    shown = browser.ask(f"/packages?next=/{SPORT}")
    assert "until you cancel" in shown
    price, terms = paper.month, paper.month.terms.written()
    typed = {"price": str(price.public_id), "terms": terms, "next": f"/{SPORT}"}
    assert typed["price"] in shown
    browser.ask("/checkout", typed)
    (session,) = sessions(paper)
    assert urlsplit(browser.at).path == urlsplit(session["url"]).path
    pay(paper.sandbox, session["id"], GOOD)
    back = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
    assert opens(browser.ask(back), SPORT)
    assert browser.at == f"{site.address}/{SPORT}"


def test_a_print_subscriber_turns_it_on(site: Site) -> None:
    make_account()
    make_reader("printed@example.com")
    browser = Browser(site)
    browser.ask(f"/sign-in?next=/{SPORT}", {"email": "printed@example.com"})
    assert not opens(browser.ask(f"/code?next=/{SPORT}", {"code": code()}), SPORT)
    typed = {"number": "999", "last_name": "Smith", "postal_code": "96813"}
    refused = browser.ask(f"/print?next=/{SPORT}", typed)
    assert "What you can do now" in refused
    assert browser.status == 422
    assert "we found no subscription that we can turn on" in refused
    done = browser.ask(f"/print?next=/{SPORT}", {**typed, "number": "00123456"})
    assert opens(done, SPORT)
    assert Reader.objects.get().entitlements.get().source == "print"


def test_while_the_paywall_is_away_each_section_does_as_it_says(site: Site) -> None:
    browser = Browser(site)
    site.paywall = Paywall("http://127.0.0.1:9", "no-key")
    assert opens(browser.ask(f"/{NEWS[0]}"), NEWS[0])
    closed = browser.ask(f"/{SPORT}")
    assert (browser.status, opens(closed, SPORT)) == (503, False)
    browser.ask("/packages")
    assert browser.status == 503


def test_a_refusal_is_an_outage_where_a_story_is_shown(site: Site) -> None:
    browser = Browser(site)
    site.paywall.key = "no-key"
    for slug, open_ in [(NEWS[0], True), ("when-to-stay-indoors", True), (SPORT, False)]:
        assert opens(browser.ask(f"/{slug}"), slug) == open_
        assert browser.status == (200 if open_ else 503)


@pytest.mark.parametrize(
    ("section", "access", "open_"),
    [
        ("sport", "free", True),
        ("news", "metered", True),
        ("sport", "metered", False),
        ("news", "subscribers", False),
    ],
)
def test_what_opens_unasked(section: str, access: str, open_: bool) -> None:
    story = replace(STORIES[SPORT], section=section, access=access)
    assert _opens_unasked(story) is open_


def test_a_reader_whom_the_paywall_knows_no_more_is_a_stranger(site: Site) -> None:
    for path in (f"/{NEWS[0]}", "/print"):
        browser = Browser(site)
        browser.sign_up(f"gone{len(path)}@example.com", "when-to-stay-indoors")
        SiteReader.objects.all().delete()
        browser.ask(path, {"number": "1"} if path == "/print" else None)
        assert browser.status == (400 if path == "/print" else 200)
        walled = browser.ask(f"/{NEWS[0]}")
        assert not opens(walled, NEWS[0])
        assert "Start a free account" in walled
        assert "Sign out" not in walled


def test_a_refusal_is_escaped(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise Refused(422, {"detail": "<b>No</b>"})

    monkeypatch.setattr(site.paywall, "packages", refuse)
    assert "<p>&lt;b&gt;No&lt;/b&gt;</p>" in Browser(site).ask("/packages")


def test_answers_are_kept_as_long_as_they_say(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    ask = site.paywall._ask

    def counted(method: str, path: str, *more: Any) -> Any:
        asked.append(path)
        return ask(method, path, *more)

    monkeypatch.setattr(site.paywall, "_ask", counted)
    browser = Browser(site)
    for _ in range(3):
        browser.ask(f"/{NEWS[0]}")
    assert len(asked) == 1
