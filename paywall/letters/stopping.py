"""Stopping the letters that a reader can do without, and having them again."""

from datetime import datetime

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from accounts.models import Reader
from paywall.letters.models import Unsubscribed

SALT = "paywall.letters.stop"


def address_for(reader: Reader) -> str:
    """Return where the reader stops these letters without signing in."""
    token = Signer(salt=SALT).sign(str(reader.public_id))
    return f"{settings.SITE_URL}{reverse('stop_letters', args=[token])}"


def reader_of(token: str) -> Reader | None:
    """Return whose token it is; None: nobody's, or the account was closed."""
    try:
        public_id = Signer(salt=SALT).unsign(token)
    except BadSignature:
        return None
    reader: Reader | None = Reader.objects.filter(public_id=public_id).first()
    return reader


def wants(reader: Reader) -> bool:
    """Tell whether the reader gets the letters that can be stopped."""
    return not Unsubscribed.objects.filter(reader=reader).exists()


def stop(reader: Reader, *, now: datetime) -> None:
    """Write and send this reader no letters but those about money."""
    Unsubscribed.objects.get_or_create(reader=reader, defaults={"at": now})


def resume(reader: Reader) -> None:
    """Write this reader every letter again."""
    Unsubscribed.objects.filter(reader=reader).delete()
