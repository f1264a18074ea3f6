"""Browsers, apps and other origins at the door."""

import re
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import mail
from django.test import Client

from accounts.models import Reader
from paywall.metering.models import MeteredRead
from tests.api.asking import Caller, Server
from tests.gate.visiting import sign_in
from tests.making import make_reader

pytestmark = pytest.mark.django_db

AUTH = "/_allauth/app/v1/auth"
OPEN = "/api/v1/stories/a-story/access/"
NEW = "the new password 3"
JSON: dict[str, Any] = {"content_type": "application/json"}


def browser_of(reader: Reader) -> Client:
    """Return a browser whose CSRF tokens are looked at."""
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = sign_in(reader).cookies
    return browser


def test_a_session_needs_its_csrf_token_for_what_changes(server: Server) -> None:
    server.register()
    browser = browser_of(make_reader())
    assert browser.get(OPEN).json()["outcome"] == "metered"
    assert browser.post(OPEN, {}, **JSON).status_code == 403
    assert not MeteredRead.objects.exists()
    browser.get("/account/")
    token = browser.cookies["csrftoken"].value
    opened = browser.post(OPEN, {}, headers={"X-CSRFToken": token}, **JSON)
    assert opened.json()["spent"]


def test_a_form_elsewhere_sends_nothing(server: Server) -> None:
    server.register()
    browser = sign_in(make_reader())
    for sent_as in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        assert browser.generic("POST", OPEN, "{}", sent_as).status_code == 415
    assert not MeteredRead.objects.exists()


def test_only_named_origins_may_ask_from_a_browser(settings: LazySettings) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example"]
    for origin, allowed in [("https://app.example", True), ("https://evil.example", False)]:
        asked = Client().options(
            OPEN,
            headers={
                "Origin": origin,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "x-session-token",
            },
        )
        assert (asked.get("Access-Control-Allow-Origin") == origin) == allowed
        assert "Access-Control-Allow-Credentials" not in asked
        for path in ("/api/v1/packages/", f"{AUTH}/session"):
            answer = Client().get(path, headers={"Origin": origin})
            assert (answer.get("Access-Control-Allow-Origin") == origin) == allowed
    page = Client().get("/", headers={"Origin": "https://app.example"})
    assert "Access-Control-Allow-Origin" not in page


def code() -> str:
    found = re.search(r"\b\d{4}[ -]?\d{4}\b", str(mail.outbox[-1].body))
    assert found
    return found[0]


def test_an_app_signs_a_reader_up_in_and_out(server: Server) -> None:
    server.register()
    app = Client()
    started = app.post(f"{AUTH}/signup", {"email": "new@example.com"}, **JSON)
    assert started.status_code == 401
    token = started.json()["meta"]["session_token"]
    pending = Caller({"X-Session-Token": token}, app)
    assert pending.look().json()["outcome"] == "verify_email"
    assert pending.ask("GET", "me/").status_code == 401
    refused = server.ask("POST", "readers/", {"session_token": token})
    assert refused.status_code == 422
    headers = {"X-Session-Token": token}
    proved = app.post(f"{AUTH}/email/verify", {"key": code()}, headers=headers, **JSON)
    assert proved.status_code == 200
    token = proved.json()["meta"].get("session_token", token)
    reader = Caller({"X-Session-Token": token}, app)
    assert reader.ask("GET", "me/").json()["email"] == "new@example.com"
    assert reader.open().json()["spent"]
    made = server.ask("POST", "readers/", {"session_token": token}).json()["reader"]
    assert server.look_for(made).json()["outcome"] == "read_before"
    app.delete(f"{AUTH}/session", headers={"X-Session-Token": token})
    assert reader.ask("GET", "me/").status_code == 401


def test_a_known_address_is_answered_like_a_new_one() -> None:
    make_reader("known@example.com")
    app = Client()
    answers = [
        app.post(f"{AUTH}/signup", {"email": f"{name}@example.com"}, **JSON).json()
        for name in ("known", "new")
    ]
    for answer in answers:
        answer["meta"].pop("session_token")
    assert answers[0] == answers[1]


def test_who_proves_the_mailbox_has_it_and_nobody_elses_password() -> None:
    """Somebody takes an address with a password, and waits for its owner to come."""
    app, email = Client(), "owner@example.com"
    first = {"email": email, "password": "the waiting one 1"}
    app.post(f"{AUTH}/signup", first, **JSON)
    own = {"email": email, "password": "the owner's own 2"}
    started = app.post(f"{AUTH}/signup", own, **JSON)
    headers = {"X-Session-Token": started.json()["meta"]["session_token"]}
    app.post(f"{AUTH}/email/verify", {"key": code()}, headers=headers, **JSON)
    reader = Reader.objects.get(email=email)
    assert reader.check_password("the owner's own 2")
    assert not reader.check_password("the waiting one 1")


def test_signing_in_by_code_forgets_a_password_chosen_before() -> None:
    app, email = Client(), "owner@example.com"
    app.post(f"{AUTH}/signup", {"email": email, "password": "the waiting one 1"}, **JSON)
    started = app.post(f"{AUTH}/code/request", {"email": email}, **JSON)
    headers = {"X-Session-Token": started.json()["meta"]["session_token"]}
    app.post(f"{AUTH}/code/confirm", {"code": code()}, headers=headers, **JSON)
    reader = Reader.objects.get(email=email)
    assert reader.last_login
    assert not reader.has_usable_password()


def test_a_code_is_tried_five_times() -> None:
    app = Client()
    started = app.post(f"{AUTH}/signup", {"email": "new@example.com"}, **JSON)
    headers = {"X-Session-Token": started.json()["meta"]["session_token"]}
    right = code()
    tries = [
        app.post(f"{AUTH}/email/verify", {"key": "0000 0000"}, headers=headers, **JSON).status_code
        for _ in range(5)
    ]
    assert tries == [400] * 5
    last = app.post(f"{AUTH}/email/verify", {"key": right}, headers=headers, **JSON)
    assert last.status_code in {409, 429}


def reset(app: Client, email: str) -> dict[str, str]:
    """Ask for a code to choose a new password; return the headers to go on with."""
    started = app.post(f"{AUTH}/password/request", {"email": email}, **JSON)
    return {"X-Session-Token": started.json()["meta"]["session_token"]}


@pytest.mark.parametrize(
    "typed",
    [{"key": "x", "password": "a"}, {"key": "-", "password": NEW}, {"key": "é"}, {"password": "a"}],
    ids=["a weak password", "no code", "no password", "a password alone"],
)
def test_a_wrong_code_to_reset_does_not_tell_who_has_an_account(typed: dict[str, str]) -> None:
    make_reader("known@example.com")
    answers = []
    for name in ("known", "unknown"):
        app = Client()
        headers = reset(app, f"{name}@example.com")
        tries = [
            app.post(f"{AUTH}/password/reset", typed, headers=headers, **JSON) for _ in range(7)
        ]
        answers.append([(each.status_code, each.content) for each in tries])
    assert answers[0] == answers[1]
    assert answers[0][0][0] == 400
    assert answers[0][-1][0] in {409, 429}


def test_a_code_to_reset_proves_nothing_before_the_password_is_chosen() -> None:
    make_reader("known@example.com")
    for name in ("known", "unknown"):
        app = Client()
        headers = {**reset(app, f"{name}@example.com"), "X-Password-Reset-Key": "x"}
        assert app.get(f"{AUTH}/password/reset", headers=headers).status_code == 405


def test_an_app_resets_a_password() -> None:
    reader, app = make_reader("known@example.com"), Client()
    headers = reset(app, reader.email)
    weak = {"key": code(), "password": "a"}
    refused = app.post(f"{AUTH}/password/reset", weak, headers=headers, **JSON)
    assert {each["param"] for each in refused.json()["errors"]} == {"password"}
    typed = {"key": code(), "password": NEW}
    done = app.post(f"{AUTH}/password/reset", typed, headers=headers, **JSON)
    assert done.json()["meta"]["is_authenticated"]
    reader.refresh_from_db()
    assert reader.check_password(NEW)


@pytest.mark.parametrize("path", ["nothing/", "stories/a%00b/access/", "stories/a/b/", ""])
def test_an_address_that_there_is_not_is_a_problem_too(path: str) -> None:
    answer = Caller.stranger().ask("GET", path)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400),
        ("[" * 50_000, 400),
        ('{"x": "' + "x" * 70_000 + '"}', 413),
        ("[]", 422),
        ('{"\\ud800": 1}', 422),
        ('{"story": {"access": "\\ud800"}}', 422),
        ('{"visitor": "\\u0000"}', 422),
        ('{"reader": 3.5}', 422),
    ],
    ids=["half", "deep", "large", "a list", "half a character", "another", "nothing", "a number"],
)
def test_whatever_is_sent_is_answered(server: Server, body: str, status: int) -> None:
    answer = server.client.post(OPEN, body, headers=server.headers, **JSON)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")


def test_what_is_no_json_is_a_400(server: Server) -> None:
    answer = server.client.post(OPEN, "{", headers=server.headers, **JSON)
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:paywall:problem:unreadable")
    assert server.client.put(OPEN, "{}", headers=server.headers, **JSON).status_code == 405


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "stories/a-story/access/"),
        ("PUT", "stories/a-story/"),
        ("POST", "checkout/"),
        ("POST", "print-activations/"),
        ("POST", "readers/"),
        ("DELETE", "readers/5f0f7b9c-6a6e-4c55-9d5c-2f6d3e1f0a11/"),
    ],
)
def test_what_belongs_in_the_body_is_refused_in_the_address(
    server: Server, method: str, path: str
) -> None:
    refused = server.ask(method, path, {}, {"reader": "x"})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "reader"


@pytest.mark.parametrize("path", ["schema/", "docs/", "packages/"])
def test_a_problem_is_json_wherever_it_is_met(path: str) -> None:
    refused = Client().delete(f"/api/v1/{path}")
    assert refused["Content-Type"] == "application/problem+json"
    assert refused.json()["status"] == 405
