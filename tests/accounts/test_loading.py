"""A reader's row, loaded without the ORM, is the one that the ORM loads."""

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.signals import user_login_failed
from django.test import Client

from accounts.loading import NAMES, ReaderBackend
from accounts.models import Reader
from tests.accounts.doing import PASSWORD, is_signed_in
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


def test_a_session_from_before_this_way_of_loading_goes_on() -> None:
    browser = Client()
    before = "allauth.account.auth_backends.AuthenticationBackend"
    browser.force_login(make_reader(), backend=before)
    assert browser.session["_auth_user_backend"] == before
    assert is_signed_in(browser)


@pytest.mark.parametrize("known", [True, False])
def test_a_wrong_password_is_hashed_once_whoever_it_is(
    monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    email = make_reader().email if known else "nobody@example.com"
    hashed: list[str] = []
    failed: list[object] = []

    def check(reader: Reader, password: str) -> bool:
        hashed.append(password)
        return False

    monkeypatch.setattr(Reader, "check_password", check)
    monkeypatch.setattr(Reader, "set_password", lambda reader, typed: hashed.append(typed))

    def note(**told: object) -> None:
        failed.append(told["sender"])

    user_login_failed.connect(note)
    try:
        assert authenticate(None, email=email, password="wrong") is None
    finally:
        user_login_failed.disconnect(note)
    assert hashed == ["wrong"]
    assert len(failed) == 1


def test_a_right_password_signs_in_under_the_name_of_our_own() -> None:
    signed_in: AbstractBaseUser | None = authenticate(
        None, email=make_reader().email, password=PASSWORD
    )
    assert signed_in
    assert signed_in.backend == "accounts.loading.ReaderBackend"
