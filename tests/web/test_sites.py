"""A reader leaves a site that they signed in on."""

from unittest.mock import Mock

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from accounts.models import Reader
from paywall.sites.models import SiteReader
from tests.accounts.doing import PASSWORD
from tests.api.asking import Caller, Server, make_site
from tests.gate.visiting import sign_in
from tests.making import make_reader

pytestmark = pytest.mark.django_db

SIGN_IN = "/_allauth/app/v1/auth/login"


@pytest.fixture
def server() -> Server:
    return Server.of(make_site())


@pytest.fixture
def reader() -> Reader:
    return make_reader()


@pytest.fixture
def app(reader: Reader, server: Server) -> Caller:
    """Return what the site holds of the reader, who signed in there: the token it showed us."""
    app = some_app(reader)
    assert server.ask("POST", "readers/", shown(app)).status_code == 200
    return app


def some_app(reader: Reader) -> Caller:
    typed = {"email": reader.email, "password": PASSWORD}
    signed_in = Client().post(SIGN_IN, typed, content_type="application/json").json()
    return Caller({"X-Session-Token": signed_in["meta"]["session_token"]}, Client())


def shown(app: Caller) -> dict[str, str]:
    return {"session_token": app.headers["X-Session-Token"]}


def address_of(server: Server) -> str:
    return f"/account/sites/{server.site.pk}/"


def test_the_account_page_names_the_sites(reader: Reader, app: Caller, server: Server) -> None:
    page = sign_in(reader).get("/account/").text
    assert "Other sites" in page
    assert server.site.name in page
    assert address_of(server) in page
    assert "Other sites" not in sign_in(make_reader()).get("/account/").text


def test_leaving_is_asked_first_and_done_by_a_button(
    reader: Reader, app: Caller, server: Server
) -> None:
    browser = sign_in(reader)
    browser.handler.enforce_csrf_checks = True
    page = browser.get(address_of(server))
    assert "Leave Other?" in page.text
    assert "no-store" in page["Cache-Control"]
    assert browser.post(address_of(server)).status_code == 403
    assert server.look_for(reader).status_code == 200
    token = browser.cookies["csrftoken"].value
    done = browser.post(address_of(server), {"csrfmiddlewaretoken": token}, follow=True)
    assert "Other no longer knows you." in done.text
    assert server.look_for(reader).json()["type"] == "urn:paywall:problem:no-such-reader"


def test_what_the_site_holds_is_good_for_nothing_then(
    reader: Reader, app: Caller, server: Server
) -> None:
    elsewhere = Caller.reading(reader)
    assert app.ask("GET", "me/").status_code == 200
    browser = sign_in(reader)
    browser.post(address_of(server))
    assert app.ask("GET", "me/").status_code == 401
    assert server.ask("POST", "readers/", shown(app)).status_code == 422
    assert elsewhere.ask("GET", "me/").status_code == 200
    assert browser.get("/account/").status_code == 200


def test_a_token_that_two_sites_hold_ends_with_either(
    reader: Reader, app: Caller, server: Server
) -> None:
    another = Server.of(make_site("Another", "https://another.example"))
    assert another.ask("POST", "readers/", shown(app)).status_code == 200
    only_there = some_app(reader)
    assert another.ask("POST", "readers/", shown(only_there)).status_code == 200
    sign_in(reader).post(address_of(server))
    assert app.ask("GET", "me/").status_code == 401
    assert server.ask("POST", "readers/", shown(app)).status_code == 422
    assert only_there.ask("GET", "me/").status_code == 200
    assert [row.site for row in SiteReader.objects.all()] == [another.site]


def test_a_token_kept_back_ends_too(reader: Reader, app: Caller, server: Server) -> None:
    kept_back = some_app(reader)
    sign_in(reader).post(address_of(server))
    assert server.ask("POST", "readers/", shown(kept_back)).status_code == 422
    assert not SiteReader.objects.exists()


def test_a_token_noted_when_one_site_could_be_ends_too(
    reader: Reader, app: Caller, server: Server
) -> None:
    UserSession.objects.filter(user=reader).update(data={"held_by": server.site.pk})
    sign_in(reader).post(address_of(server))
    assert app.ask("GET", "me/").status_code == 401


def test_leaving_that_failed_is_done_again(
    reader: Reader, app: Caller, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = sign_in(reader)
    with monkeypatch.context() as broken:
        broken.setattr(UserSession, "end", Mock(side_effect=ConnectionError))
        with pytest.raises(ConnectionError):
            browser.post(address_of(server))
    assert app.ask("GET", "me/").status_code == 200
    assert browser.post(address_of(server))["Location"] == "/account/"
    assert app.ask("GET", "me/").status_code == 401


def test_nobody_leaves_for_somebody_else(reader: Reader, app: Caller, server: Server) -> None:
    other = sign_in(make_reader())
    assert other.get(address_of(server)).status_code == 404
    assert other.post(address_of(server)).status_code == 404
    assert Client().post(address_of(server))["Location"].startswith("/accounts/login/")
    assert SiteReader.objects.count() == 1
