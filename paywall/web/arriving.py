"""What happens to the meter when somebody signs in or proves an address."""

from typing import Any
from zoneinfo import ZoneInfo

from allauth.account.signals import email_confirmed
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

from accounts.models import Reader
from paywall import clock
from paywall.gate.visitor import COOKIE
from paywall.insights import counting
from paywall.insights.happenings import What
from paywall.metering import joining, keys
from paywall.metering.models import MeterKey
from paywall.periods import Period, month_of
from paywall.web import coming


def watch() -> None:
    """Listen to Django's and allauth's word that a reader is here."""
    user_logged_in.connect(on_signed_in, dispatch_uid="paywall-signed-in")
    email_confirmed.connect(on_address_proved, dispatch_uid="paywall-address-proved")


def on_signed_in(user: Any, request: HttpRequest | None = None, **_signal: Any) -> None:
    """Point the reader and the mailbox to one meter, with what this device opened before."""
    if not isinstance(user, Reader):
        return
    meter_id = joining.join([keys.of_reader(user), keys.of_mailbox(user.email)], period=_period())
    token = request.COOKIES.get(COOKIE, "")[:64] if request else ""  # as the gate reads it
    if token:
        key = keys.of_stranger(token)
        stranger = MeterKey.objects.filter(kind=key.kind, value=key.value).first()
        if stranger:
            joining.take_over(stranger.meter_id, meter_id)


def on_address_proved(
    email_address: Any, request: HttpRequest | None = None, **_signal: Any
) -> None:
    """A mailbox proved to be this reader's has the reader's meter, and keeps it.

    Whoever proves one and was never here before has signed up.
    """
    joining.join(
        [keys.of_reader(email_address.user), keys.of_mailbox(email_address.email)],
        period=_period(),
    )
    if email_address.user.last_login is None:
        counting.count(What.SIGNED_UP, at=clock.now(), story=coming.story_of(request))


def _period() -> Period:
    return month_of(clock.now(), ZoneInfo(settings.TIME_ZONE))
