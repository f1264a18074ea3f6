"""Where the demonstration is not made."""

import pytest
from django.conf import LazySettings
from django.core.management import CommandError

from articles.models import Article
from tests.demo.conftest import make_demonstration


@pytest.mark.django_db
def test_it_needs_debug(settings: LazySettings) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG"):
        make_demonstration()
    assert not Article.objects.exists()
