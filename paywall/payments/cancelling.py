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
from paywall.subscriptions.leaving import REASONS
from paywall.subscriptions.models import Subscription
from paywall.subscriptions.snapshot import Status
from paywall.subscriptions.switches import ENDED, is_disputed

WHY = "the reader cancelled"
PAID_FOR = (Status.ACTIVE, Status.TRIALING)
OVER = "This subscription is over. Choose a package, and you read on at once."


def ends_at_once(subscription: Subscription) -> bool:
    """Tell whether cancelling ends it now, rather than when what is paid for is over.

    Raises Hindered when it has ended already.
    """
    if subscription.status in ENDED:
        raise Hindered(OVER)
    return not _is_paid_for(subscription)


def cancel(
    stripe: Gateway, subscription: Subscription, *, now: datetime, feedback: str = ""
) -> None:
    """Let it end; a second time changes nothing. Raises GatewayError: then ask again.

    `feedback`: why, where the reader said so, as leaving.REASONS names it.
    """
    details = {"cancellation_details": {"feedback": feedback}} if feedback in REASONS else {}
    if not _is_paid_for(subscription):
        if details:
            stripe.update_subscription(subscription.stripe_id, details)
        end_now(stripe, subscription, why=WHY, now=now)
        return
    theirs = stripe.subscription(subscription.stripe_id)
    if theirs["status"] in PAID_FOR and not _is_charged_no_more(theirs):
        release(stripe, theirs)
        stripe.update_subscription(
            subscription.stripe_id, {"cancel_at_period_end": True, **details}
        )
    catch_up(stripe, subscription, why=WHY, now=now)


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
    if theirs["status"] not in ENDED and theirs.get("cancel_at"):
        stripe.update_subscription(subscription.stripe_id, going_on(theirs))
    catch_up(stripe, subscription, why="the reader stays", now=now)
    if subscription.status in ENDED:
        raise Hindered(OVER)


def end_now(stripe: Gateway, subscription: Subscription, *, why: str, now: datetime) -> None:
    """End it at once, and ask for no money any more; a second time changes nothing.

    The invoices come after the subscription: one without an open invoice would be active again.
    """
    voided = end_at_stripe(stripe, subscription.stripe_id)
    catch_up(stripe, subscription, invoices=voided, why=why, now=now)


def end_at_stripe(stripe: Gateway, subscription_id: str) -> Sequence[str]:
    """End a subscription and void its open invoices; return their ids. Raises GatewayError."""
    if stripe.subscription(subscription_id)["status"] not in ENDED:
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
