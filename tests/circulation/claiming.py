"""Print accounts and readers who claim them, in as few words as tests need."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from accounts.models import Reader
from paywall.circulation import activation
from paywall.circulation.activation import Answer
from paywall.circulation.matching import Typed
from paywall.circulation.models import PrintAccount, PrintLine
from paywall.circulation.numbers import number_key_of
from tests.making import make_reader

NOW = datetime(2026, 3, 15, 12, 0, tzinfo=UTC)
_numbers = count(1)


def make_account(
    number: str = "00123456",
    *,
    status: str = "active",
    line: dict[str, Any] | None = None,
    **fields: Any,
) -> PrintAccount:
    """Make the print account of John Smith and Mary Jones, 12 Harbour Street."""
    known = {
        "first_name": "John",
        "last_name": "SMITH",
        "second_name": "Mary Jones",
        "street": "12 Harbour Street",
        "postal_code": "96813",
        "billing_postal_code": "10115",
        "phone_last4": "0142",
        "first_seen_at": NOW,
        "last_seen_at": NOW,
        **fields,
    }
    account = PrintAccount.objects.create(number=number, number_key=number_key_of(number), **known)
    PrintLine.objects.create(account=account, status=status, **(line or {}))
    return account


def typed(number: str = "123456", last_name: str = "Smith", **more: str) -> Typed:
    """Return what proves the account of `make_account`, unless something else is said."""
    return Typed(**{"number": number, "last_name": last_name, "postal_code": "96813", **more})


def claim(
    reader: Reader | None = None,
    what: Typed | None = None,
    *,
    network: str = "",
    now: datetime = NOW,
) -> Answer:
    """Claim as a reader from a network of their own, unless one is named."""
    network = network or f"198.51.{next(_numbers) % 250}.{next(_numbers) % 250}"
    return activation.claim(reader or make_reader(), what or typed(), network=network, now=now)
