"""What points to a meter, as values that can be compared."""

import hashlib
from dataclasses import dataclass

from django.conf import settings

from accounts.mailbox import mailbox_hash
from accounts.models import Reader
from paywall.metering.models import MeterKey


@dataclass(frozen=True, slots=True)
class Key:
    """A kind of MeterKey and its value; `reader_id` where it is a reader's own."""

    kind: MeterKey.Kind
    value: str
    reader_id: int | None = None


def of_reader(reader: Reader) -> Key:
    return Key(MeterKey.Kind.READER, reader.public_id.hex, reader.pk)


def of_mailbox(email: str) -> Key:
    """Return the key of the mailbox behind an address, whoever signs up with it."""
    return Key(MeterKey.Kind.MAILBOX, mailbox_hash(email, key=settings.MAILBOX_KEY))


def of_stranger(token: str) -> Key:
    """Return the key of a stranger's cookie; the database never knows the cookie itself."""
    return Key(MeterKey.Kind.STRANGER, hashlib.sha256(token.encode()).hexdigest())
