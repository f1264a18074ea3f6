"""Switching to another package or interval: choosing, seeing the exact amount, saying yes."""

import uuid
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.db.models import Case, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Reader
from paywall import clock
from paywall.catalog.models import Price
from paywall.catalog.terms import Interval, Terms
from paywall.payments import gateway, quoting, switching
from paywall.payments.hindrances import ChangedMeanwhile, Hindered
from paywall.payments.quoting import Quote
from paywall.payments.switching import Agreed
from paywall.subscriptions.models import RUNNING, Subscription
from paywall.subscriptions.snapshot import Status
from paywall.templatetags.packages import paid_for
from paywall.web.telling import telling
from paywall.web.writing import write_soon

SALT = "paywall-switch"
HOLDS_FOR = 30 * 60  # seconds that an amount shown is kept to


@require_safe
@never_cache
@login_required
@telling
def show_switches(request: HttpRequest) -> HttpResponse:
    """Show what the reader's subscription can be switched to."""
    subscription = own_subscription(request)
    context = {"subscription": subscription, "choices": quoting.choices_for(subscription)}
    return render(request, "paywall/switch.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@telling
def switch(request: HttpRequest, price_id: uuid.UUID) -> HttpResponse:
    """Show the exact amount that is due now, and from when what is paid; a POST does it."""
    subscription = own_subscription(request)
    price = get_object_or_404(Price.objects.select_related("package"), public_id=price_id)
    stripe, now = gateway.from_settings(), clock.now()
    if request.method == "POST":
        agreed = _opened(request.POST.get("agreed", ""), subscription, price)
        switching.switch(stripe, subscription, price, agreed, now=now)
        write_soon(subscription.customer)
        messages.success(request, _done(subscription, price))
        return redirect("account")
    quote = quoting.quote(stripe, subscription, price, now=now)
    context = {
        "subscription": subscription,
        "quote": quote,
        "agreed": _sealed(subscription, quote),
    }
    return render(request, "paywall/switch_confirm.html", context)


@require_POST
@login_required
@telling
def call_off(request: HttpRequest) -> HttpResponse:
    """Let the switch that waits not happen."""
    subscription = own_subscription(request)
    switching.call_off(gateway.from_settings(), subscription, now=clock.now())
    price = subscription.price
    messages.success(request, f"You stay with {price.package}, {paid_for(price)}.")
    return redirect("account")


def own_subscription(request: HttpRequest) -> Subscription:
    """Return the reader's subscription: one that runs, or else the last. Raises Hindered."""
    found = (
        Subscription.objects.filter(customer__reader=cast("Reader", request.user))
        .exclude(status__in=(Status.INCOMPLETE, Status.INCOMPLETE_EXPIRED))
        .annotate(runs=Case(When(status__in=RUNNING, then=1), default=0))
        .select_related("customer", "price__package", "next_price__package")
        .order_by("-runs", "-started_at", "-pk")
        .first()
    )
    if found is None:
        raise Hindered("You have no subscription. Choose a package to begin one.")
    return found


def _sealed(subscription: Subscription, quote: Quote) -> str:
    """Write down what the reader sees, so that nothing else is done when they say yes."""
    agreed = Agreed(
        price_before=subscription.price_id, terms=quote.price.terms, at=quote.at, due=quote.due
    )
    said = asdict(agreed) | {"at": int(quote.at.timestamp())}
    said |= {"subscription": subscription.pk, "price": quote.price.pk}
    return signing.dumps(said, salt=SALT)


def _opened(sealed: str, subscription: Subscription, price: Price) -> Agreed:
    try:
        said: dict[str, Any] = signing.loads(sealed, salt=SALT, max_age=HOLDS_FOR)
    except signing.BadSignature as error:
        raise ChangedMeanwhile from error
    if (said["subscription"], said["price"]) != (subscription.pk, price.pk):
        raise ChangedMeanwhile
    terms = said["terms"] | {"interval": Interval(said["terms"]["interval"])}
    at = datetime.fromtimestamp(said["at"], UTC)
    return Agreed(said["price_before"], Terms(**terms), at, said["due"])


def _done(subscription: Subscription, price: Price) -> str:
    chosen = f"{price.package}, {paid_for(price)},"
    if subscription.next_price_at and subscription.next_price_id == price.pk:
        return f"Done. You switch to {chosen} when the time you paid for is over."
    return f"Done. You have {chosen} from now on."
