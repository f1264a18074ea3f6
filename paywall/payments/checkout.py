"""Sending a reader to Stripe's Checkout, once however often they ask.

An attempt's row is made before Stripe is asked, and holds the key under which it is asked for this
customer: two clicks, two devices and a retry after a crash all end in one session.
"""

from datetime import datetime, timedelta
from functools import partial
from urllib.parse import quote

from django.db import IntegrityError
from django.urls import reverse

from accounts.models import Reader
from paywall.catalog import pricing
from paywall.catalog.models import Price
from paywall.catalog.pricing import RefusedError
from paywall.catalog.terms import Terms
from paywall.insights import counting
from paywall.insights.happenings import What
from paywall.payments import attempts, publishing, replacing
from paywall.payments.asking import session_for
from paywall.payments.attempts import Progress, State
from paywall.payments.buying import Obstacle, obstacle_to, terms_for
from paywall.payments.customers import customer_of
from paywall.payments.gateway import Gateway, GatewayBroken, GatewayRefused, GatewayUnavailable
from paywall.payments.models import CheckoutAttempt
from paywall.subscriptions.models import Customer

LASTS = timedelta(hours=3)  # a session; Stripe takes 30 minutes to 24 hours from its creation
LEAST_LEFT = timedelta(minutes=45)  # of it, or the reader is given a new one


class NotSold(Exception):  # noqa: N818, it is no error
    """Something stands in the way of selling this to this reader."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle.why)
        self.obstacle = obstacle


class Overtaken(Exception):  # noqa: N818, it is no error
    """The reader chose something else in the same moment, in another window."""


class _Replaced(Overtaken):
    """The customer was deleted at Stripe: from now on the reader is another one there."""


def begin(
    stripe: Gateway,
    reader: Reader,
    price: Price,
    *,
    shown: Terms,
    back_to: str,
    now: datetime,
    story: str = "",
) -> str:
    """Return the address to send a reader to who wants to pay a price as it was `shown`.

    `back_to` is the path of the story that they came from, its address where another site has it
    (whoever calls has made sure of the site), or "", and `story` its key, which gets the credit. It
    is Stripe's page, or ours where they have paid there already.

    Raises NotSold; RefusedError where the price is another one meanwhile; Overtaken;
    GatewayUnavailable and GatewayRefused, and asking again then goes on where this broke off.
    """
    begin_once = partial(
        _begin, stripe, reader, price, shown=shown, back_to=back_to, now=now, story=story
    )
    try:
        return begin_once()
    except _Replaced:
        return begin_once()


def _begin(
    stripe: Gateway,
    reader: Reader,
    price: Price,
    *,
    shown: Terms,
    back_to: str,
    now: datetime,
    story: str,
) -> str:
    standing = CheckoutAttempt.objects.open().filter(reader=reader).select_related("price").first()
    if standing and standing.session_id:
        progress = attempts.follow(stripe, standing, now=now)
        if progress is not Progress.UNPAID:
            if progress is not Progress.EXPIRED and standing.price_id == price.pk:
                return _welcome(standing)
            standing = None
    if obstacle := obstacle_to(reader, price, now=now):
        raise NotSold(obstacle)
    sold = _sell(reader, price, shown, now=now)
    if standing and not _goes_on(standing, sold, now):
        if attempts.withdraw(stripe, standing, now=now) is not Progress.EXPIRED:
            # Paid in this very moment, on another device: look again.
            return _begin(stripe, reader, price, shown=shown, back_to=back_to, now=now, story=story)
        standing = None
    if standing and standing.session_id:
        return _page_again(stripe, standing, back_to, now=now)
    publishing.make_sure(stripe, sold, now=now)
    customer = customer_of(stripe, reader, now=now)
    attempt = _attempt_at(sold, reader, back_to=back_to, story=story, now=now)
    if attempt.price_id != sold.pk:
        raise Overtaken
    return _open_session(stripe, attempt, customer, shown, now=now)


def _sell(reader: Reader, price: Price, shown: Terms, *, now: datetime) -> Price:
    """Mark the price as sold on exactly the terms that this reader was shown."""
    current = Price.objects.get(pk=price.pk)
    if terms_for(reader, current) != shown:
        raise RefusedError(f"{current} asks something else since the page was shown.")
    return pricing.sell(current, current.terms, now=now)


def _attempt_at(
    price: Price, reader: Reader, *, back_to: str, story: str, now: datetime
) -> CheckoutAttempt:
    """Return the reader's one open attempt, which may be at another price in another window."""
    about = {"price": price, "back_to": back_to, "story": story}
    about |= {"begun_at": now, "expires_at": now + LASTS}
    try:
        attempt, begun = CheckoutAttempt.objects.get_or_create(
            reader=reader, state=State.OPEN, defaults=about
        )
    except IntegrityError:  # one was in the way, and closed before it could be looked at
        raise Overtaken from None
    if begun:
        counting.count(What.CHECKOUT_BEGUN, at=now, story=story)
    return attempt


def _goes_on(attempt: CheckoutAttempt, price: Price, now: datetime) -> bool:
    """Tell whether an open attempt is for this price, and has time enough left."""
    return attempt.price_id == price.pk and attempt.expires_at - now > LEAST_LEFT


def _page_again(stripe: Gateway, attempt: CheckoutAttempt, back_to: str, *, now: datetime) -> str:
    """Return the page of an open attempt once more: one that can still be paid."""
    customer = Customer.objects.get(reader=attempt.reader_id)
    if replacing.replace_if_deleted(stripe, customer, now=now):
        raise _Replaced
    CheckoutAttempt.objects.filter(pk=attempt.pk).update(back_to=back_to)
    return attempt.session_url


def _open_session(
    stripe: Gateway, attempt: CheckoutAttempt, customer: Customer, terms: Terms, *, now: datetime
) -> str:
    """Have Stripe open the attempt's session, or give it again, and return its address."""
    try:
        session = stripe.create_session(
            session_for(attempt, customer, terms),
            key=f"checkout-{attempt.key}-{customer.stripe_id}",
        )
    except GatewayUnavailable as error:
        attempt.refresh_from_db()  # somebody else, in the same moment, may have got the answer
        if attempt.state == State.OPEN and attempt.session_url:
            return attempt.session_url
        if isinstance(error, GatewayBroken):
            attempts.withdraw(stripe, attempt, now=now)  # the next try has another key
        raise
    except GatewayRefused:
        if replacing.replace_if_deleted(stripe, customer, now=now):
            raise _Replaced from None
        attempts.withdraw(stripe, attempt, now=now)
        raise
    known = {"session_id": session["id"], "session_url": session["url"]}
    if not CheckoutAttempt.objects.open().filter(pk=attempt.pk).update(**known):
        attempt.session_id = session["id"]
        attempts.withdraw(stripe, attempt, now=now)  # nobody was sent to it
        raise Overtaken
    return str(session["url"])


def _welcome(attempt: CheckoutAttempt) -> str:
    return f"{reverse('welcome')}?session={quote(attempt.session_id)}"
