"""Many browsers in one test, each of them quickly made."""

import pytest
from django.conf import LazySettings


@pytest.fixture(autouse=True)
def _no_static_files(settings: LazySettings) -> None:
    settings.WHITENOISE_USE_FINDERS = False  # every new client would look for all of them
