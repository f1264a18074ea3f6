"""A reader's row, loaded without the ORM, is the one that the ORM loads."""

import pytest

from accounts.loading import NAMES, ReaderBackend
from accounts.models import Reader
from tests.making import make_reader

pytestmark = pytest.mark.django_db


def test_every_field_is_what_the_orm_says() -> None:
    make_reader()
    pk = make_reader(is_staff=True, access_version=7).pk
    loaded, known = ReaderBackend().get_user(pk), Reader.objects.get(pk=pk)
    assert loaded == known
    assert [getattr(loaded, name) for name in NAMES] == [getattr(known, name) for name in NAMES]


def test_a_loaded_reader_is_saved_as_any_other() -> None:
    loaded = ReaderBackend().get_user(make_reader().pk)
    assert loaded
    loaded.email = "another@example.com"
    loaded.save()
    assert Reader.objects.get().email == "another@example.com"


def test_who_may_not_sign_in_is_nobody() -> None:
    reader = make_reader(is_active=False)
    assert ReaderBackend().get_user(reader.pk) is None
    assert ReaderBackend().get_user(reader.pk + 1) is None
