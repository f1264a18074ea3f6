"""Packages, the till, the printed paper and what a reader has, without our pages."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from paywall.payments.models import CheckoutAttempt
from tests.api.asking import ORIGIN, Caller, Server, some_id
from tests.catalog.packages import MONTHLY, make_package
from tests.circulation.claiming import make_account
from tests.gate.visiting import Clock
from tests.making import make_reader
from tests.payments.buying import only_session
from tests.payments.conftest import NOW as AT_THE_SANDBOX
from tests.payments.shop import Newspaper
from tests.stripe_sandbox.paying import pay

pytestmark = pytest.mark.django_db

PRINT = {"number": "123456", "last_name": "Smith", "postal_code": "96813"}


@pytest.fixture(autouse=True)
def _by_the_sandboxs_clock(clock: Clock) -> None:
    clock.now = AT_THE_SANDBOX


def month(caller: Caller) -> dict[str, Any]:
    """Return the monthly price of everything, as it is shown."""
    packages = caller.ask("GET", "packages/").json()["results"]
    (everything,) = [each for each in packages if each["slug"] == "everything"]
    (price,) = [each for each in everything["prices"] if each["interval"] == "month"]
    return dict(price)


def test_the_packages_say_what_they_cost_and_open(paper: Newspaper) -> None:
    packages = Caller.stranger().ask("GET", "packages/").json()["results"]
    assert {each["slug"]: each["sections"] for each in packages}["sport"] == ["sport"]
    price = month(Caller.stranger())
    assert (price["amount"], price["currency"]) == (1200, "EUR")
    assert price["text"] == "€12.00 a month"
    assert "until you cancel" in price["renewal"]
    assert price["id"] == str(paper.month.public_id)


def test_a_reader_pays_and_comes_back_to_the_site(paper: Newspaper, server: Server) -> None:
    reader = make_reader()
    server.introduce(reader)
    price = month(server)
    asked = {
        "reader": str(reader.public_id),
        "price": price["id"],
        "terms": price["terms"],
        "return_to": f"{ORIGIN}/a-story",
    }
    first = server.ask("POST", "checkout/", asked).json()["address"]
    assert server.ask("POST", "checkout/", asked).json()["address"] == first
    session = only_session(paper)
    assert session["url"] == first
    assert session["cancel_url"] == f"{ORIGIN}/a-story"
    pay(paper.sandbox, session["id"], "4242424242424242")
    back = Client().get("/subscribe/welcome/", {"session": session["id"]})
    assert (back.status_code, back["Location"]) == (303, f"{ORIGIN}/a-story")
    assert server.open_for(reader).json()["outcome"] == "entitled"
    me = server.ask("GET", "me/", query={"reader": str(reader.public_id)}).json()
    assert me["subscription"]["package"] == "everything"
    assert me["entitlements"][0]["source"] == "subscription"
    again = server.ask("POST", "checkout/", asked)
    assert (again.status_code, again.json()["why"]) == (409, "has_it")


@pytest.mark.parametrize(
    ("return_to", "status"),
    [
        ("/stories/a-story/", 200),
        ("https://app.example/x", 200),
        ("https://app.example.evil.example/", 422),
        (f"{ORIGIN}.evil.example/", 422),
        ("//evil.example/", 422),
        ("/\\evil.example/", 422),
        ("/\t/evil.example/", 422),
        ("http://[", 422),
        ("javascript:alert(1)", 422),
        (f"{ORIGIN}/a-story", 422),  # of a site, and no server of it asks
    ],
)
def test_a_way_back_leads_to_nobody_else(
    paper: Newspaper, server: Server, settings: LazySettings, return_to: str, status: int
) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example"]
    app = Caller.reading(make_reader())
    price = month(app)
    asked = {"price": price["id"], "terms": price["terms"], "return_to": return_to}
    answer = app.ask("POST", "checkout/", asked)
    assert answer.status_code == status, answer.content
    if status == 422:
        assert answer.json()["errors"][0]["field"] == "return_to"
        assert not CheckoutAttempt.objects.exists()


def test_a_price_that_changed_is_a_conflict_with_what_it_is_now(paper: Newspaper) -> None:
    app = Caller.reading(make_reader())
    price = month(app)
    asked = {"price": price["id"], "terms": price["terms"].replace("1200", "100")}
    refused = app.ask("POST", "checkout/", asked)
    assert (refused.status_code, refused.json()["why"]) == (409, "changed")
    assert refused.json()["terms"] == price["terms"]


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"price": some_id()}, 404, "price"),
        ({"price": "x"}, 422, "price"),
        ({"terms": "x"}, 422, "terms"),
        ({"coupon": "x"}, 422, "coupon"),
    ],
)
def test_what_cannot_be_sold_is_named(
    paper: Newspaper, change: dict[str, str], status: int, field: str
) -> None:
    app = Caller.reading(make_reader())
    price = month(app)
    asked = {"price": price["id"], "terms": price["terms"], **change}
    refused = app.ask("POST", "checkout/", asked)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (status, field)


def test_while_stripe_is_away_nothing_is_charged(paper: Newspaper) -> None:
    app = Caller.reading(make_reader())
    price = month(app)
    paper.sandbox.faults.add("error", times=50)
    away = app.ask("POST", "checkout/", {"price": price["id"], "terms": price["terms"]})
    assert (away.status_code, away["Retry-After"]) == (503, "60")
    assert "Nothing was charged" in away.json()["detail"]


def test_packages_come_page_by_page(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("paywall.api.pages.Pages.page_size", 2)
    made = [make_package(MONTHLY).slug for _ in range(5)]
    found: list[str] = []
    path = "packages/"
    while path:
        page = Caller.stranger().ask("GET", path).json()
        found += [each["slug"] for each in page["results"]]
        path = (page["next"] or "").removeprefix("http://testserver/api/v1/")
    assert found == made


def test_a_print_subscriber_turns_it_on(server: Server) -> None:
    make_account()
    reader = make_reader()
    app = Caller.reading(reader)
    done = app.ask("POST", "print-activations/", PRINT).json()
    assert (done["active"], done["text"]) == (True, "Your digital access is on.")
    assert "00123456" not in done["number"]
    server.introduce(reader)
    assert server.open_for(reader).json()["outcome"] == "entitled"
    me = app.ask("GET", "me/").json()
    assert me["print_accounts"][0]["opens"]


def test_a_wrong_number_is_told_what_the_page_says(server: Server, client: Client) -> None:
    make_account()
    reader = make_reader()
    server.introduce(reader)
    asked = {**PRINT, "number": "999", "reader": str(reader.public_id), "network": "192.0.2.7"}
    refused = server.ask("POST", "print-activations/", asked)
    assert (refused.status_code, "errors" in refused.json()) == (422, False)
    client.force_login(reader)
    page = client.get("/activate/not-found/").text
    assert refused.json()["title"] in page
    assert refused.json()["detail"] in page
    for _ in range(4):
        server.ask("POST", "print-activations/", asked)
    later = server.ask("POST", "print-activations/", asked)
    assert later.status_code == 429
    assert int(later["Retry-After"]) > 60
    web = client.post("/activate/", {"way": "number", **PRINT, "number": "999"})
    assert web.status_code == 429
    assert later.json()["title"] in web.text
    assert later.json()["detail"] in web.text


@pytest.mark.parametrize(
    ("change", "field"),
    [({"last_name": ""}, "last_name"), ({"way": "phone"}, "phone"), ({"network": ""}, "network")],
)
def test_what_is_missing_is_named(server: Server, change: dict[str, str], field: str) -> None:
    reader = server.introduce(make_reader())
    asked = {**PRINT, "reader": reader, "network": "192.0.2.7", **change}
    refused = server.ask("POST", "print-activations/", asked)
    assert refused.status_code == 422
    assert [each["field"] for each in refused.json()["errors"]] == [field]


def test_nobody_is_everybodys_reader(server: Server) -> None:
    stranger = Caller.stranger()
    assert stranger.ask("GET", "me/").status_code == 401
    for path in ("print-activations/", "checkout/"):
        assert stranger.ask("POST", path, {}).status_code == 401
