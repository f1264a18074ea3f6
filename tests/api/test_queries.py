"""How many questions an answer asks of the database; transaction statements are none."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from accounts.models import Reader
from paywall.gate import facts
from paywall.metering import rules
from paywall.sites import keys, stories
from tests.api.asking import Caller, Server
from tests.catalog.packages import INTRODUCTORY, MONTHLY, make_package
from tests.gate.test_queries import asked_by
from tests.making import make_reader

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

LOOK = 2  # the reader, and what is known of them
OPEN = 5 if connection.vendor == "postgresql" else 6
SESSION = 0 if settings.REDIS_URL else 4  # that the database keeps without Redis


@pytest.fixture(autouse=True)
def _nothing_ages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what is remembered for seconds from ageing on a slow machine."""
    for module in (rules, keys, stories):
        monkeypatch.setattr(module, "REMEMBERED_FOR", 3600)


@pytest.fixture(params=["a server", "a reader"])
def caller(request: pytest.FixtureRequest, server: Server) -> tuple[Caller, Reader, int]:
    """Return who asks, for whom, and how many questions their session costs."""
    reader = make_reader()
    server.introduce(reader)
    for key in ("first", "second", "third"):
        server.register(key)
    if request.param == "a server":
        return server, reader, 0
    return Caller.reading(reader), reader, SESSION


def asking(caller: Caller, reader: Reader) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return how this caller looks at a story and opens it, by its key."""
    named = {"reader": str(reader.public_id)} if isinstance(caller, Server) else {}
    return (
        lambda key: caller.look(key, named),
        lambda key, **headers: caller.open(key, named, **headers),
    )


def warm_up(look: Callable[..., Any], open_: Callable[..., Any]) -> None:
    """Have the site's key, the stories and the rules known, as they are in a busy process."""
    assert open_("first").json()["spent"]
    for key in ("first", "second", "third"):
        assert look(key).status_code == 200


def test_looks_and_opens_ask_little(caller: tuple[Caller, Reader, int]) -> None:
    who, reader, session = caller
    look, open_ = asking(who, reader)
    warm_up(look, open_)
    asked = asked_by(lambda: look("second"))
    assert len(asked) <= 1 + session, asked  # the reader's row
    asked = asked_by(lambda: open_("second", Idempotency_Key="one"))
    assert len(asked) <= OPEN + session, asked
    asked = asked_by(lambda: open_("second", Idempotency_Key="one"))
    assert len(asked) <= 2 + session, asked


def test_a_reader_nothing_is_remembered_of_asks_no_more_than_that(
    caller: tuple[Caller, Reader, int],
) -> None:
    who, reader, session = caller
    look, open_ = asking(who, reader)
    warm_up(look, open_)
    for asked_how, most in ((look, LOOK), (open_, OPEN)):
        facts.clear()
        asked = asked_by(partial(asked_how, "third"))
        assert len(asked) <= most + session, asked


def test_an_idempotency_key_costs_two_more_where_nothing_is_remembered(
    caller: tuple[Caller, Reader, int],
) -> None:
    who, reader, session = caller
    look, open_ = asking(who, reader)
    warm_up(look, open_)
    facts.clear()
    asked = asked_by(lambda: open_("third", Idempotency_Key="one"))
    assert len(asked) <= OPEN + 1 + session, asked


def test_the_packages_ask_no_more_for_more_of_them() -> None:
    """What the reader had once, of which free days and offers depend, is asked once."""
    app = Caller.reading(make_reader())
    trial, offer = replace(MONTHLY, trial_days=14), INTRODUCTORY
    counts = []
    for _ in range(2):
        make_package(trial)
        make_package(offer)
        counts.append(len(asked_by(lambda: app.ask("GET", "packages/"))))
    assert counts[0] == counts[1] <= SESSION + 6, counts
