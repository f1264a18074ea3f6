"""The demonstration, made once for a module of tests that look at it."""

from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from tests.making import make_reader

HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
BEFORE = "somebody@example.com"  # who was a reader before


def make_demonstration() -> str:
    """Make it as the command does; return what that said."""
    output = StringIO()
    call_command("demo", stdout=output)
    return output.getvalue()


@pytest.fixture(scope="module")
def said(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Make the demonstration; return what that said. What a test changes in it is undone."""
    with (
        django_db_blocker.unblock(),
        override_settings(DEBUG=True, PASSWORD_HASHERS=HASHERS),
        transaction.atomic(),
    ):
        make_reader(BEFORE)
        yield make_demonstration()
        transaction.set_rollback(True)
