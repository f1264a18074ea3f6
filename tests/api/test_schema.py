"""The schema is what is checked in, its examples are true, and nothing else is ever answered."""

import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import schemathesis
import yaml
from django.conf import LazySettings
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as how
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from paywall.api.examples import EXAMPLES, PACKAGE, PRICE, READER, TERMS, Example
from paywall.payments import checkout, gateway
from tests.api.asking import Caller, Server, just_proved
from tests.catalog.packages import MONTHLY, make_package
from tests.circulation.claiming import make_account
from tests.gate.visiting import Clock
from tests.making import make_reader, make_section
from tests.payments.conftest import NOW as AT_THE_SANDBOX
from tests.stripe_sandbox import Sandbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

SCHEMA = Path(__file__).parents[2] / "paywall" / "api" / "schema.yml"
ANNOUNCE = (
    "The API changed. If that is meant: DEBUG=1 manage.py spectacular --file "
    "paywall/api/schema.yml, and say so in CHANGELOG.md."
)


def written_now() -> str:
    written = StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=written)
    return written.getvalue()


def test_the_schema_is_the_one_that_is_checked_in() -> None:
    assert written_now().strip() == SCHEMA.read_text().strip(), ANNOUNCE


def test_every_operation_has_an_example() -> None:
    paths = yaml.safe_load(SCHEMA.read_text())["paths"]
    operations = {each["operationId"] for path in paths.values() for each in path.values()}
    assert operations == {example.operation for example in EXAMPLES}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: f"{each.operation}: {each.name}")
def test_an_example_is_true(
    example: Example, server: Server, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SITE_URL = "https://paper.example"
    address = "https://checkout.stripe.com/c/pay/cs_test_example"
    monkeypatch.setattr(gateway, "from_settings", lambda: None)
    monkeypatch.setattr(checkout, "begin", lambda *_, **__: address)
    reader = make_reader(public_id=UUID(READER))
    if example.operation != "introduce_reader":
        server.introduce(reader)
    make_account()
    package = make_package(
        MONTHLY,
        name="Everything",
        slug="everything",
        blurb="Every story, every day.",
        public_id=PACKAGE,
    )
    package.prices.update(public_id=PRICE)
    if example.operation == "look":
        server.register("harbour-wall")
    app = Caller.reading(reader)
    body = example.body
    if body and "session_token" in body:
        body = {"session_token": app.headers["X-Session-Token"]}
    caller: Caller = server if example.key else app
    if example.operation == "export":
        caller = Caller({}, just_proved(reader))
    answer = caller.ask(example.method, example.path, body, example.query, **example.headers)
    assert answer.status_code == example.status, answer.content
    said = answer.json() if answer.content else {}
    if example.operation == "export":  # has all there is: here is a part of it
        said = {name: said[name] for name in example.answer}
    assert said == example.answer
    assert MONTHLY.written() == TERMS


def test_the_pages_for_people_ask_nobody_else(client: Client) -> None:
    page = client.get("/api/v1/docs/")
    assert page.status_code == 200
    addresses = re.findall(r"""(?:src|href)=["']([^"']+)""", page.text)
    assert addresses
    assert all(address.startswith("/") for address in addresses), addresses
    assert not re.search(r"https?://(?!127\.0\.0\.1|testserver)", page.text)
    schema = client.get("/api/v1/schema/")
    assert yaml.safe_load(schema.content)["openapi"].startswith("3.")


@pytest.fixture
def api(server: Server, sandbox: Sandbox, clock: Clock) -> Iterator[Any]:
    """Return the schema over the site, with a key, a reader, a story and a price to find."""
    make_section("news")
    server.introduce(make_reader(public_id=UUID(READER)))
    server.register("harbour-wall")
    make_package(MONTHLY).prices.update(public_id=PRICE)
    clock.now = AT_THE_SANDBOX
    site = get_wsgi_application()

    def served(environ: dict[str, Any], start_response: Any) -> Any:
        return site({**environ, "REMOTE_ADDR": "192.0.2.1"}, start_response)

    # As Django's own client does: what a test wrote is in this connection alone.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/schema/", served)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


CONFORMANCE = [status_code_conformance, content_type_conformance, response_schema_conformance]
FEW = how(
    max_examples=4,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("mode", GenerationMode)
def test_whatever_is_sent_the_answer_is_documented(
    api: Any, server: Server, mode: GenerationMode
) -> None:
    reader = {"X-Session-Token": Caller.reading(make_reader()).headers["X-Session-Token"]}
    seen: set[int] = set()
    for each in api.get_all_operations():
        operation = each.ok()

        @FEW
        @given(case=operation.as_strategy(generation_mode=mode), who=st.integers(0, 2))
        def tried(case: Any, who: int) -> None:
            headers = (server.headers, reader, {})[who]
            response = case.call(headers=headers)
            case.validate_response(response, checks=CONFORMANCE)
            assert response.status_code < 500
            seen.add(response.status_code)

        tried()
    assert seen >= {401, 403, 404, 422}
    assert mode is GenerationMode.NEGATIVE or 200 in seen
