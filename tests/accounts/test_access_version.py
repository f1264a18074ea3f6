"""What a reader may read is remembered under a version that only goes up."""

import pytest

from accounts.models import Reader, raise_access_version
from tests.making import make_reader

pytestmark = pytest.mark.django_db


def test_saving_a_reader_loaded_before_leaves_the_version() -> None:
    stale = make_reader()
    raise_access_version([stale.pk])
    raise_access_version([stale.pk])
    stale.save()
    assert Reader.objects.get(pk=stale.pk).access_version == 2
