"""Finding whom a command is about."""

from allauth.account.models import EmailAddress
from django.core.management.base import CommandError

from accounts.models import Reader


def reader_of(email: str) -> Reader:
    """Return the reader with this address, as the account's or as another verified one of theirs.

    Raises CommandError.
    """
    address = email.strip().lower()
    key = Reader.objects.filter(email=address).values_list("pk", flat=True).first()
    if key is None:
        others = EmailAddress.objects.filter(email__iexact=address, verified=True)
        key = others.values_list("user", flat=True).first()
    if key is None:
        raise CommandError(f"Nobody here has the address {address}.")
    reader: Reader = Reader.objects.get(pk=key)
    return reader
