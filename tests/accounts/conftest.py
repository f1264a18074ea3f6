"""Real pages, real letters, and limits as they are."""

import pytest
from django.conf import LazySettings


@pytest.fixture(autouse=True)
def _readers_pages(settings: LazySettings) -> None:
    settings.ROOT_URLCONF = "tests.accounts.urls"
