"""Real pages, real letters, and limits as they are."""

import pytest
from django.conf import LazySettings


@pytest.fixture(autouse=True)
def _readers_pages(settings: LazySettings) -> None:
    settings.ROOT_URLCONF = "tests.accounts.urls"
    settings.WHITENOISE_USE_FINDERS = False  # every new client would look for all static files
