"""The demonstration: every state can be seen, and a second run changes nothing."""

from io import StringIO

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.test import Client

from articles.models import Article
from config.demo.readers import PASSWORD, READERS, STAFF
from paywall.catalog.models import Package, Price, Section
from paywall.metering.models import Meter, MeteredRead
from tests.making import make_reader

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _as_in_the_demo(settings: LazySettings) -> None:
    settings.DEBUG = True


def run() -> str:
    output = StringIO()
    call_command("demo", stdout=output)
    return output.getvalue()


def test_it_makes_sixty_stories_in_six_sections_once() -> None:
    models = (Article, Section, Package, Price, Meter, MeteredRead)
    said = run()
    counts = [model.objects.count() for model in models]
    assert counts[:2] == [60, 6]
    assert "60 new stories" in said
    for email in (*READERS, *STAFF, PASSWORD):
        assert email in said
    assert "0 new stories" in run()
    assert [model.objects.count() for model in models] == counts


@pytest.mark.parametrize(
    ("email", "outcome"),
    [
        ("free@example.com", "metered"),
        ("spent@example.com", "meter_spent"),
        ("subscriber@example.com", "entitled"),
        ("print@example.com", "entitled"),
        ("staff@example.com", "previewing"),
        ("helpdesk@example.com", "previewing"),
    ],
)
def test_readers_show_every_state(client: Client, email: str, outcome: str) -> None:
    run()
    response = client.post("/accounts/login/", {"login": email, "password": PASSWORD})
    assert response.status_code == 302
    unread = Article.objects.filter(section__slug="culture", access="").earliest("published_at")
    assert client.get(unread.get_absolute_url())["Paywall-Outcome"] == outcome


def test_the_unverified_reader_is_asked_for_the_code(client: Client) -> None:
    run()
    form = {"login": "unverified@example.com", "password": PASSWORD}
    assert client.post("/accounts/login/", form)["Location"].startswith("/accounts/confirm-email/")


def test_it_needs_debug(settings: LazySettings) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG"):
        run()
    assert not Article.objects.exists()


def test_it_leaves_other_readers_alone() -> None:
    reader = make_reader("somebody@example.com")
    run()
    reader.refresh_from_db()
    assert reader.check_password("correct horse")
