"""Cancelling a subscription, and taking that back.

Who has paid reads on until that time is over. Who has not (the renewal failed, the trial was
paused without a card, or the bank asks for the payment back) wants one thing, that nothing more is
charged: it ends at once, and the open invoice is asked for no more. https://docs.stripe.com/billing/subscriptions/cancel
"""

import contextlib
from collections.abc import Sequence
from datetime import datetime

from paywall.payments.gateway import Gateway, GatewayRefused, Json
from paywall.payments.hindrances import Hindered, catch_up
from paywall.payments.switching import going_on, release
from paywall.subscriptions.leaving import REASONS, By, marked
from paywall.subscriptions.models import Subscription
from paywall.subscriptions.snapshot import Status
from paywall.subscriptions.switches import ENDED, is_disputed

WHYS = {
    By.READER: "the reader cancelled",
    By.STAFF: "staff cancelled",
    By.PAPER: "it was cancelled by itself",
}
PAID_FOR = (Status.ACTIVE, Status.TRIALING)
OVER = "This subscription is over. Choose a package, and you read on at once."


def ends_at_once(subscription: Subscription) -> bool:
    """Tell whether cancelling ends it now, rather than when what is paid for is over.

    Raises Hindered when it has ended already.
    """
    if subscription.status in ENDED:
        raise Hindered(OVER)
    return not _is_paid_for(subscription)


def is_cancelled(subscription: Subscription) -> bool:
    """Tell whether it ends with the time that is paid for; staff may have named a later moment."""
    ends_at = subscription.cancels_at
    by_then = ends_at is not None and ends_at <= subscription.period_ends_at
    return by_then and _is_paid_for(subscription)


def cancel(
    stripe: Gateway,
    subscription: Subscription,
    *,
    now: datetime,
    feedback: str = "",
    by: By = By.READER,
) -> None:
    """Let it end; a second time changes nothing. Raises GatewayError: then ask again.

    `feedback`: why, where the reader said so, as leaving.REASONS names it. `by`: who chose it,
    which Stripe keeps for us: whatever tells us of it, we know.
    """
    details = {"cancellation_details": {"feedback": feedback}} if feedback in REASONS else {}
    if not _is_paid_for(subscription):
        voided = end_at_stripe(stripe, subscription.stripe_id, by=by, details=details)
        # The invoices come after it: one without an open invoice would be active again.
        catch_up(stripe, subscription, invoices=voided, why=WHYS[by], now=now)
        return
    theirs = stripe.subscription(subscription.stripe_id)
    if theirs["status"] in PAID_FOR and not _is_charged_no_more(theirs):
        release(stripe, theirs)
        stripe.update_subscription(
            subscription.stripe_id, {"cancel_at_period_end": True, **marked(by), **details}
        )
    catch_up(stripe, subscription, why=WHYS[by], now=now)


def _is_charged_no_more(theirs: Json) -> bool:
    """Tell whether it ends with the running period; staff may have named a later moment."""
    ends = theirs.get("cancel_at")
    return bool(ends and ends <= theirs["items"]["data"][0]["current_period_end"])


def _is_paid_for(subscription: Subscription) -> bool:
    status = Status(subscription.status)
    return status in PAID_FOR and not is_disputed(status, subscription.reason)


def resume(stripe: Gateway, subscription: Subscription, *, now: datetime) -> None:
    """Take a cancellation back. Raises Hindered once it is over, and GatewayError."""
    theirs = stripe.subscription(subscription.stripe_id)
    if theirs["status"] not in ENDED and (asked := going_on(theirs)):
        stripe.update_subscription(subscription.stripe_id, asked)
    catch_up(stripe, subscription, why="the reader stays", now=now)
    if subscription.status in ENDED:
        raise Hindered(OVER)


def end_at_stripe(
    stripe: Gateway, subscription_id: str, *, by: By, details: Json | None = None
) -> Sequence[str]:
    """End a subscription and void its open invoices; return their ids. Raises GatewayError.

    `details`: what else Stripe is to keep about the end.
    """
    if stripe.subscription(subscription_id)["status"] not in ENDED:
        stripe.update_subscription(subscription_id, {**marked(by), **(details or {})})
        try:
            stripe.cancel_subscription(subscription_id)
        except GatewayRefused:  # it was done in the same moment, or its answer was lost
            if stripe.subscription(subscription_id)["status"] not in ENDED:
                raise
    return void_open(stripe, subscription_id)


def void_open(stripe: Gateway, subscription_id: str) -> Sequence[str]:
    """Ask for the money of a subscription's open invoices no more; return their ids."""
    found = [each["id"] for each in stripe.invoices(subscription=subscription_id, status="open")]
    for invoice_id in found:
        with contextlib.suppress(GatewayRefused):  # paid in the same moment
            stripe.void_invoice(invoice_id)
    return found
