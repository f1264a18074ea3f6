"""Keys of sites' servers: kept hashed, shown once, replaced with overlap, each for its own work."""

import time
import uuid
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from paywall.api import guessing
from paywall.sites import keys
from paywall.sites.models import ApiKey, ApiSite, Scope, SiteReader
from tests.api.asking import FACTS, Caller, Server, make_site, some_id
from tests.gate.visiting import NOW, Clock, sign_in
from tests.making import make_reader

pytestmark = pytest.mark.django_db

NO_CURSOR = "cD1uby1udW1iZXI="  # p=no-number
CALLS: dict[Scope, list[tuple[str, str, Any]]] = {
    Scope.LOOK: [("GET", "stories/a-story/access/", None)],
    Scope.OPEN: [
        ("POST", "stories/a-story/access/", {}),
        ("PUT", "stories/a-story/", FACTS),
    ],
    Scope.READERS: [
        ("GET", "me/", None),
        ("GET", "readers/", None),
        ("POST", "readers/", {"session_token": "x"}),
        ("DELETE", f"readers/{uuid.uuid4()}/", None),
        ("POST", "checkout/", {}),
        ("POST", "print-activations/", {}),
    ],
    Scope.PACKAGES: [("GET", "packages/", None)],
}


@pytest.mark.parametrize("scope", Scope)
def test_a_scope_does_no_others_work(site: ApiSite, scope: Scope) -> None:
    server = Server.of(site, scope)
    for needed, calls in CALLS.items():
        for method, path, body in calls:
            if method == "GET":
                head = server.ask("HEAD", path)
                assert (head.status_code == HTTPStatus.FORBIDDEN) == (needed is not scope)
            response = server.ask(method, path, body)
            refused = response.status_code == HTTPStatus.FORBIDDEN
            assert refused == (needed is not scope), (path, response.content)
            if refused:
                assert f"“{needed.value}”" in response.json()["detail"]


def test_a_key_is_kept_as_a_hash(site: ApiSite) -> None:
    key, shown = keys.issue(site, "web server", [Scope.LOOK], now=NOW)
    row = str(ApiKey.objects.filter(pk=key.pk).values().get())
    assert shown.split("_", 2)[2] not in row
    assert keys.find(shown, now=NOW) == key


@pytest.mark.parametrize("shown", ["", "pwk", "pwk_", "pwk_%_x", "pwk_000000000000_x", "\udc00"])
def test_no_other_key_is_good(site: ApiSite, shown: str) -> None:
    keys.issue(site, "web server", [Scope.LOOK], now=NOW)
    assert keys.find(shown, now=NOW) is None


def test_a_right_beginning_is_no_key(site: ApiSite) -> None:
    key, shown = keys.issue(site, "web server", [Scope.LOOK], now=NOW)
    assert keys.find(f"{shown}x", now=NOW) is None
    assert keys.find(f"pwk_{key.start}_guess", now=NOW) is None


def test_a_successor_and_the_old_key_are_both_good_for_a_week(site: ApiSite) -> None:
    old, old_shown = keys.issue(site, "web server", [Scope.LOOK], now=NOW, per_minute=5)
    new, new_shown = keys.replace(old, now=NOW)
    assert (new.scopes, new.per_minute, new.site) == (old.scopes, 5, site)
    for after, good in [(6, True), (8, False)]:
        at = NOW + timedelta(days=after)
        assert (keys.find(old_shown, now=at) is not None) == good
        assert keys.find(new_shown, now=at) == new


def test_replacing_lengthens_no_life(site: ApiSite) -> None:
    ends_at = NOW + timedelta(days=1)
    old, _ = keys.issue(site, "web server", [Scope.LOOK], now=NOW, ends_at=ends_at)
    keys.replace(old, now=NOW)
    old.refresh_from_db()
    assert old.ends_at == ends_at


def test_the_last_use_is_seen_and_written_once_a_minute(
    site: ApiSite, clock: Clock, django_assert_num_queries: Any
) -> None:
    server = Server.of(site)
    server.ask("GET", "nothing/")
    server.look(query=FACTS)
    key = ApiKey.objects.get()
    assert key.last_used_at == clock.now
    clock.move(seconds=30)
    keys.note_use(key, now=clock.now)
    clock.move(seconds=31)
    with django_assert_num_queries(1):
        keys.note_use(key, now=clock.now)
        keys.note_use(key, now=clock.now)
    key.refresh_from_db()
    assert key.last_used_at == clock.now


def test_who_asks_too_often_is_told_when_to_come_back(
    site: ApiSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time", lambda: 6000.0 * 60 + 42)
    server, other = Server.of(site, per_minute=2), Server.of(site)
    assert [server.look(query=FACTS).status_code for _ in range(3)] == [200, 200, 429]
    refused = server.look(query=FACTS)
    assert refused["Retry-After"] == "18"
    assert refused.json()["type"] == "urn:paywall:problem:too-often"
    assert other.look(query=FACTS).status_code == 200
    monkeypatch.setattr(time, "time", lambda: 6001.0 * 60)
    assert server.look(query=FACTS).status_code == 200


@pytest.mark.parametrize("header", ["Authorization", "X-Session-Token"])
def test_a_guesser_is_soon_looked_up_no_more(
    server: Server,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: Any,
    header: str,
) -> None:
    settings.API_STRANGER_PER_MINUTE = 2
    monkeypatch.setattr(time, "time", lambda: 6000.0 * 60 + 42)
    reader = Caller.reading(make_reader())
    newcomer = Server.of(server.site)
    assert [who.look(query=FACTS).status_code for who in (server, newcomer)] == [200, 200]
    assert reader.ask("GET", "me/").status_code == 200
    guessing._right.clear()  # but for the first of them
    assert [server.look(query=FACTS).status_code, reader.ask("GET", "me/").status_code] == [200] * 2

    def guess(number: int, **network: Any) -> Any:
        wrong = {
            "Authorization": f"Bearer pwk_0000000000{number:02}_x",
            "X-Session-Token": "a" * 32,
        }
        return Client(**network).get("/api/v1/packages/", headers={header: wrong[header]})

    assert [guess(number).status_code for number in range(3)] == [401] * 3
    with django_assert_num_queries(0):
        refused = guess(3)
    assert (refused.status_code, refused["Retry-After"]) == (429, "18")
    assert server.look(query=FACTS).status_code == 200  # a neighbour who was right before
    assert reader.ask("GET", "me/").status_code == 200
    assert newcomer.look(query=FACTS).status_code == 429
    assert guess(4, REMOTE_ADDR="192.0.2.7").status_code == 401
    monkeypatch.setattr(time, "time", lambda: 6001.0 * 60)
    assert newcomer.look(query=FACTS).status_code == 200


@pytest.mark.parametrize("headers", [{"Authorization": "Bearer pwk_x_y"}, {"X-Session-Token": "x"}])
def test_what_is_not_good_is_a_401_that_says_so(headers: dict[str, str]) -> None:
    refused = Caller(headers, Client()).ask("GET", "packages/")
    assert refused.status_code == 401
    assert refused["WWW-Authenticate"] == "Bearer"
    assert "not good" in refused.json()["detail"]


def test_a_key_of_one_site_sees_no_reader_of_another(site: ApiSite, server: Server) -> None:
    theirs = server.introduce(make_reader())
    other = Server.of(make_site("Another", "https://another.example"))
    server.register()
    for reader in (theirs, some_id()):
        refusals = [
            other.look_for(reader, address="https://another.example/a"),
            other.open(body={"reader": reader}),
            other.ask("GET", "me/", query={"reader": reader}),
            other.ask("DELETE", f"readers/{reader}/"),
            other.ask("POST", "checkout/", {"reader": reader, "price": some_id(), "terms": "x"}),
            other.ask(
                "POST",
                "print-activations/",
                {"reader": reader, "last_name": "Smith", "network": "192.0.2.1"},
            ),
        ]
        for refused in refusals:
            assert refused.status_code == 404
            assert refused.json()["type"] == "urn:paywall:problem:no-such-reader"
    assert other.ask("GET", "readers/").json()["results"] == []
    assert other.look("a-story").status_code == 404  # nor its stories
    assert other.register(address="https://another.example/a").status_code == 409
    assert [each["reader"] for each in server.ask("GET", "readers/").json()["results"]] == [theirs]


def test_a_site_lets_go_a_reader_whose_account_is_closed(server: Server) -> None:
    closed = make_reader()
    reader = server.introduce(closed)
    closed.is_active = False
    closed.save()
    statuses = [server.ask("DELETE", f"readers/{reader}/").status_code for _ in range(2)]
    assert statuses == [204, 404]
    assert not SiteReader.objects.exists()


def test_a_reader_whom_the_site_forgot_is_not_named_again(server: Server) -> None:
    reader = server.introduce(make_reader())
    assert server.look_for(reader).status_code == 200
    assert server.ask("DELETE", f"readers/{reader}/").status_code == 204
    assert server.look_for(reader).status_code == 404


def test_a_site_hears_no_address_and_no_titles(server: Server) -> None:
    reader = make_reader("private@example.com")
    server.introduce(reader)
    server.open_for(reader)
    told = server.ask("GET", "me/", query={"reader": str(reader.public_id)})
    assert told.json()["meter"]["used"] == 1
    assert b"private@" not in told.content
    assert b"A story" not in told.content


def test_the_readers_of_a_site_come_page_by_page(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("paywall.api.pages.Pages.page_size", 2)
    everybody = {server.introduce(make_reader()) for _ in range(5)}
    found: list[str] = []
    address = "http://testserver/api/v1/readers/"
    while address:
        page = server.ask("GET", address.removeprefix("http://testserver/api/v1/")).json()
        found += [each["reader"] for each in page["results"]]
        address = page["next"]
    assert sorted(found) == sorted(everybody)
    assert server.ask("GET", "readers/", query={"cursor": NO_CURSOR}).status_code == 422


def test_staff_make_a_key_see_it_once_and_replace_it(site: ApiSite) -> None:
    staff = make_reader(is_staff=True)
    may = ["add_apikey", "view_apikey", "change_apikey"]
    staff.user_permissions.set(Permission.objects.filter(codename__in=may))
    browser, address = sign_in(staff), reverse("admin:paywall_apikey_changelist")
    form = {"site": site.pk, "name": "web server", "scopes": ["look"], "per_minute": 60}
    page = browser.post(reverse("admin:paywall_apikey_add"), form)
    key = ApiKey.objects.get()
    assert f"pwk_{key.start}_" in page.text
    assert "no-store" in page["Cache-Control"]
    pages = [address, reverse("admin:paywall_apikey_change", args=[key.pk])]
    assert not any(f"pwk_{key.start}_" in browser.get(each).text for each in pages)
    replaced = browser.post(address, {"action": "replace", "_selected_action": [key.pk]})
    new = ApiKey.objects.exclude(pk=key.pk).get()
    assert f"pwk_{new.start}_" in replaced.text
    staff.user_permissions.set(Permission.objects.filter(codename="view_apikey"))
    browser.post(address, {"action": "replace", "_selected_action": [key.pk]})
    assert ApiKey.objects.count() == 2
