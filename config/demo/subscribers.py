"""Readers who pay: at the Stripe sandbox, by the same way as everybody else.

A new sandbox's clock begins a month back. They subscribe there, and its clock is moved on to the
present: so each has renewed once, and one of them could not pay. Beside a sandbox that had begun
already they subscribe at its present moment, and the payment that fails is the next one.
"""

import json
import time
from datetime import datetime
from urllib.request import ProxyHandler, Request, build_opener

from django.conf import settings
from django.utils import timezone

from accounts.models import Reader
from config.demo.clock import ASKED_EVERY
from config.demo.readers import account_of
from paywall import clock
from paywall.catalog.models import Price
from paywall.entitlements import granting
from paywall.entitlements.models import Entitlement, Source
from paywall.payments import cancelling, checkout, gateway, returning, updating
from paywall.payments.buying import terms_for
from paywall.payments.gateway import Gateway
from paywall.payments.models import CheckoutAttempt
from paywall.subscriptions.models import Customer, Subscription

PAYS, FAILS_LATER = "4242424242424242", "4000000000000341"
CARDS = {
    "subscriber@example.com": PAYS,
    "unpaid@example.com": FAILS_LATER,
    "leaving@example.com": PAYS,
}
PACKAGE = "everything"
CANCELS = "leaving@example.com"
ANSWERS_WITHIN = 60  # seconds; a month of a long-lived sandbox takes a few


def make_subscribers() -> None:
    """Have those subscribe who never did, and bring the sandbox to the present.

    What has become of their subscriptions since is left as it is. Raises GatewayError.
    """
    stripe = gateway.from_settings()
    new = [email for email, card in CARDS.items() if _subscribes(stripe, account_of(email), card)]
    _come_to_the_present()
    for customer in Customer.objects.filter(reader__email__in=new):
        updating.everything_of(stripe, customer, why="the demonstration begins", now=clock.now())
    if CANCELS in new:
        subscription = Subscription.objects.get(customer__reader__email=CANCELS)
        cancelling.cancel(stripe, subscription, now=clock.now())


def _subscribes(stripe: Gateway, reader: Reader, card: str) -> bool:
    """Subscribe and pay, and tell whether that is new; what broke off is gone on with."""
    if Subscription.objects.filter(customer__reader=reader).exists():
        return False
    price = Price.objects.in_force().filter(package__slug=PACKAGE, interval="month").first()
    if price is None:  # staff sell it no more
        return False
    now = clock.now()
    _withdraw_what_was_never_paid(reader, now=now)
    checkout.begin(stripe, reader, price, shown=terms_for(reader, price), back_to="", now=now)
    attempt = CheckoutAttempt.objects.open().filter(reader=reader).first()
    if attempt:  # else it was paid before, and is recorded by now
        _tell_sandbox("checkout", session=attempt.session_id, number=card)
        returning.come_back(stripe, attempt.session_id, now=now)
    return True


def _withdraw_what_was_never_paid(reader: Reader, *, now: datetime) -> None:
    """Take back what the demonstration gives where there is no sandbox."""
    given = Entitlement.objects.not_ended(now).filter(reader=reader, source=Source.SUBSCRIPTION)
    for entitlement in given:
        granting.withdraw(entitlement, at=now)


def _come_to_the_present() -> None:
    """Move a sandbox on that is behind real time; one that is ahead stays there."""
    if _tell_sandbox("clock")["ahead"] < 0:
        real = timezone.now()  # noqa: TID251, the sandbox is brought to real time
        _tell_sandbox("clock", to=int(real.timestamp()))
        time.sleep(2 * ASKED_EVERY)  # until our clock has seen it


def _tell_sandbox(what: str, **asked: object) -> dict[str, float]:
    """Use one of the sandbox's controls, and return its answer."""
    request = Request(  # noqa: S310, the address is the setting's
        f"{settings.STRIPE_API_BASE}/sandbox/{what}",
        data=json.dumps(asked).encode() if asked else None,
        headers={"Content-Type": "application/json"},
    )
    directly = build_opener(ProxyHandler({}))  # a proxy knows nothing of this machine's ports
    with directly.open(request, timeout=ANSWERS_WITHIN) as answer:
        told: dict[str, float] = json.load(answer)
    return told
