"""What is not there has the newspaper's own page, with DEBUG on as well."""

import pytest
from django.conf import LazySettings
from django.test import Client

pytestmark = pytest.mark.django_db
OWN = "There is no such page"


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("path", ["/no/such/page/", "/stories/no-such-story/", "/sections/none/"])
def test_it_is_the_papers_own_page(
    client: Client, settings: LazySettings, path: str, debug: bool
) -> None:
    settings.DEBUG = debug
    response = client.get(path)
    assert response.status_code == 404
    assert OWN in response.content.decode()
    assert response["Cache-Control"] == "private, no-store"


def test_an_address_with_thousands_of_parameters_has_it_too(client: Client) -> None:
    query = "&".join(f"a{number}=1" for number in range(2_000))
    response = client.get(f"/no/such/page/?{query}")
    assert response.status_code == 404
    assert OWN in response.content.decode()


def test_a_slash_that_was_forgotten_is_still_added(client: Client, settings: LazySettings) -> None:
    settings.DEBUG = True
    assert client.get("/subscribe")["Location"] == "/subscribe/"


def test_any_other_answer_stays(client: Client, settings: LazySettings) -> None:
    settings.DEBUG = True
    assert client.get("/").status_code == 200
    assert client.post("/").status_code == 405
    assert client.get("/health/live").status_code == 200
