"""The demonstration: every state can be seen, and a second run changes nothing."""

import pytest
from django.test import Client

from accounts.models import Reader
from articles.models import Article
from config.demo.readers import PASSWORD, READERS, STAFF
from paywall.catalog.models import Package, Price, Section
from paywall.metering.models import Meter, MeteredRead
from tests.demo.conftest import BEFORE, make_demonstration

pytestmark = pytest.mark.django_db


def test_it_makes_sixty_stories_in_six_sections_once(said: str) -> None:
    models = (Article, Section, Package, Price, Meter, MeteredRead)
    counts = [model.objects.count() for model in models]
    assert counts[:2] == [60, 6]
    assert "60 new stories" in said
    for email in (*READERS, *STAFF, PASSWORD):
        assert email in said
    assert "0 new stories" in make_demonstration()
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
def test_readers_show_every_state(said: str, client: Client, email: str, outcome: str) -> None:
    response = client.post("/accounts/login/", {"login": email, "password": PASSWORD})
    assert response.status_code == 302
    unread = Article.objects.filter(section__slug="culture", access="").earliest("published_at")
    assert client.get(unread.get_absolute_url())["Paywall-Outcome"] == outcome


def test_the_unverified_reader_is_asked_for_the_code(said: str, client: Client) -> None:
    form = {"login": "unverified@example.com", "password": PASSWORD}
    assert client.post("/accounts/login/", form)["Location"].startswith("/accounts/confirm-email/")


def test_it_leaves_other_readers_alone(said: str) -> None:
    assert Reader.objects.get(email=BEFORE).check_password("correct horse")
