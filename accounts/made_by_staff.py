"""An account, or an address, that staff give a caller: nobody's, until it is proved by a code."""

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.models import Reader


class TakenError(Exception):
    """There is an account with this address already: `reader`."""

    def __init__(self, reader: Reader) -> None:
        super().__init__("There is an account with this address already.")
        self.reader = reader


def make_account(email: str) -> Reader:
    """Make an account without a password. Raises TakenError.

    Nobody can sign in to it before they typed the code that is emailed to the address, as after
    signing up.
    """
    email = email.strip().lower()
    with transaction.atomic():
        if taken := Reader.objects.filter(email=email).first():
            raise TakenError(taken)
        reader: Reader = Reader.objects.create_user(email)
        EmailAddress.objects.create(user=reader, email=email, primary=True, verified=False)
    return reader


def prove_anew(reader: Reader) -> None:
    """Have the address that staff just gave the reader proved at the next signing in.

    The one before signs in no more: it may be somebody else's, mistyped or lost.
    """
    with transaction.atomic():
        EmailAddress.objects.filter(user=reader).delete()
        EmailAddress.objects.create(user=reader, email=reader.email, primary=True, verified=False)
