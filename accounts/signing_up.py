"""Signing up with an address that has an account already, proved or not."""

from uuid import uuid4

from allauth.account.internal.flows.login import perform_login
from allauth.account.internal.flows.manage_email import sync_user_email_address
from allauth.account.models import EmailAddress, Login
from allauth.account.utils import get_next_redirect_url, setup_user_email
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from accounts.models import Reader

PASSWORD = "password"  # noqa: S105  # a name in allauth's Login.state


def sign_up_again(request: HttpRequest, *, email: str, password: str) -> HttpResponse:
    """Answer as to a new address, with the same work: a password, the rows, one letter.

    An account whose address was never proved is nobody's yet. Whoever proves the address has
    it, with the password that they chose: the one typed earlier may be a stranger's, who took
    the address to wait for its owner.
    """
    _write_as_for_a_new_one(request, email)
    login = Login(
        user=reader_to_prove(email),
        email=email,
        signup=True,
        redirect_url=get_next_redirect_url(request),
        state={PASSWORD: make_password(password or None)},
    )
    response: HttpResponse = perform_login(request, login)
    return response


def _write_as_for_a_new_one(request: HttpRequest, email: str) -> None:
    """Write what a new account would have written, and take it back: how long it takes tells much.

    What is committed instead is the reader's row as it is, since a disk takes its time over that.
    """
    with transaction.atomic():
        with transaction.atomic():
            nobody = Reader.objects.create_user(f"{uuid4()}@nobody.invalid")
            setup_user_email(request, nobody, [])
            transaction.set_rollback(True)
        is_unproved(nobody)
        Reader.objects.filter(email=email).update(email=email)


def reader_to_prove(email: str) -> Reader | None:
    """Return the reader who signed up with this address and never proved it."""
    reader = Reader.objects.filter(email=email, is_active=True).first()
    return reader if reader and is_unproved(reader) else None


def is_unproved(reader: Reader) -> bool:
    """Tell whether nobody has shown yet that the reader's mailbox is theirs."""
    if reader.last_login is not None:
        return False
    return not EmailAddress.objects.filter(user=reader, verified=True).exists()


def take_password(login: Login) -> None:
    """Give the reader who has just proved the address the password of this sign-up, or none."""
    if PASSWORD in login.state:
        login.user.password = login.state.pop(PASSWORD)
        login.user.save(update_fields=["password"])


def drop_unproved_password(reader: Reader) -> bool:
    """Forget a password chosen before the mailbox is proved by a code alone; tell whether so.

    Call it before the address counts as proved. The address may not be on allauth's list yet,
    where staff made the reader.
    """
    if not is_unproved(reader):
        return False
    sync_user_email_address(reader)
    if not reader.has_usable_password():
        return False
    reader.set_unusable_password()
    reader.save(update_fields=["password"])
    return True
