"""The frame of every page names where to write for help."""

import pytest
from django.conf import LazySettings
from django.test import Client


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/subscribe/", "/accounts/login/", "/no/such/page/"])
def test_every_page_says_where_to_write(client: Client, settings: LazySettings, path: str) -> None:
    settings.HELP_EMAIL = "help@gazette.example"
    page = client.get(path).content.decode()
    assert '<a href="mailto:help@gazette.example">help@gazette.example</a>' in page
