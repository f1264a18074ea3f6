"""Finding whom a command is about."""

from allauth.account.models import EmailAddress
from django.core.management.base import CommandError

from accounts.models import Reader


def reader_of(email: str) -> Reader:
    """Return the reader with this address, as the account's or as another verified one of theirs.

    Raises CommandError.
    """
    address = email.strip().lower()
    reader = Reader.objects.filter(email=address).first()
    if reader:
        return reader
    other = EmailAddress.objects.filter(email__iexact=address, verified=True).first()
    if other is None:
        raise CommandError(f"Nobody here has the address {address}.")
    return other.user  # type: ignore[no-any-return]
