import pytest
from django.test import Client

from tests.making import make_article, make_reader

pytestmark = pytest.mark.django_db


def test_a_reader_opens_seven_and_no_eighth(client: Client) -> None:
    client.force_login(make_reader())
    articles = [make_article() for _ in range(8)]
    outcomes = [client.get(article.get_absolute_url())["Paywall-Outcome"] for article in articles]
    assert outcomes == ["metered"] * 7 + ["meter_spent"]
    assert client.get(articles[0].get_absolute_url())["Paywall-Outcome"] == "read_before"


def test_a_stranger_signs_in_first(client: Client) -> None:
    response = client.get(make_article().get_absolute_url())
    assert response["Paywall-Outcome"] == "sign_in"
    assert response["Cache-Control"] == "public, max-age=0, s-maxage=60"
