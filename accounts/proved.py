"""Which mailboxes have been shown to be a reader's."""

from allauth.account.models import EmailAddress

from accounts.models import Reader


def proved_addresses(reader: Reader) -> list[str]:
    """Return the reader's verified addresses in small letters; empty before the first."""
    found = EmailAddress.objects.filter(user=reader, verified=True).order_by("-primary", "pk")
    return [address.lower() for address in found.values_list("email", flat=True)]
