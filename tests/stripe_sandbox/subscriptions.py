"""The subscriptions API (https://docs.stripe.com/api/subscriptions)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from stripe._subscription_item_service import SubscriptionItemService
from stripe._subscription_service import SubscriptionService

from tests.stripe_sandbox.cards import declined, verdict
from tests.stripe_sandbox.changing import make_change, plan_change, refuse_unpayable
from tests.stripe_sandbox.clock import DAY
from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.coupons import give_all, put
from tests.stripe_sandbox.customers import ENDED
from tests.stripe_sandbox.drawing_up import for_subscription
from tests.stripe_sandbox.ending import end
from tests.stripe_sandbox.errors import Json, invalid
from tests.stripe_sandbox.fields import matching, merged
from tests.stripe_sandbox.invoices import collect, finalize, issue
from tests.stripe_sandbox.lines import change_lines, span_of
from tests.stripe_sandbox.renewing import renew, resume, set_span, take_pending
from tests.stripe_sandbox.serving import Call, serves
from tests.stripe_sandbox.starting import Order, begin, plan_period


@serves(
    SubscriptionService.create,
    "cancel_at_period_end customer default_payment_method description discounts items metadata "
    "off_session payment_behavior payment_settings proration_behavior trial_end "
    "trial_period_days trial_settings",
)
def create_subscription(sandbox: Sandbox, call: Call) -> Json:
    """Make a subscription, and charge its first invoice to the customer's payment method."""
    params = call.params
    customer = sandbox.store.get("customer", params.get("customer", ""), "customer")
    items = [
        (sandbox.store.get("price", each["price"], f"items[{number}][price]"),
         each.get("quantity", 1))
        for number, each in enumerate(params.get("items", []))
    ]  # fmt: skip
    if not items:
        raise invalid("Missing required param: items.", "items", "parameter_missing")
    behavior = params.get("payment_behavior", "allow_incomplete")
    present = not params.get("off_session")
    trial_end = trial_end_of(sandbox, params)
    method = params.get("default_payment_method")
    chosen = method or customer["invoice_settings"]["default_payment_method"]
    if chosen is None and trial_end is None and behavior != "default_incomplete":
        raise invalid(
            "This customer has no attached payment source or default payment method. Please "
            "consider adding a default payment method.", None, "resource_missing",
        )  # fmt: skip
    if behavior == "error_if_incomplete" and chosen and trial_end is None:
        _refuse_declined(sandbox, chosen, present=present)
    settings = params.get("trial_settings", {}).get("end_behavior", {})
    order = Order(
        customer, items, method, params.get("discounts") or [], trial_end,
        settings.get("missing_payment_method", "create_invoice"),
        merged({}, params.get("metadata")), params.get("description"),
        params.get("cancel_at_period_end", False), present=present, behavior=behavior,
    )  # fmt: skip
    return begin(sandbox, order)


def trial_end_of(sandbox: Sandbox, params: Json) -> int | None:
    """Return when the trial asked for ends, in seconds since 1970; None without one."""
    if params.get("trial_period_days"):
        return sandbox.now + int(params["trial_period_days"]) * DAY
    asked = params.get("trial_end")
    if asked in (None, "now"):
        return None
    if asked <= sandbox.now:
        raise invalid("Invalid timestamp: must be in the future.", "trial_end")
    return int(asked)


def _refuse_declined(sandbox: Sandbox, method_id: str, *, present: bool) -> None:
    method = sandbox.store.get("payment_method", method_id, "default_payment_method")
    outcome = verdict(sandbox, method, present=present)
    if outcome == "authenticate":
        outcome = "authentication_required"
    if outcome not in ("succeeds", "late", "late_failure", "disputed"):
        raise declined(outcome)


@serves(SubscriptionService.retrieve)
def retrieve_subscription(sandbox: Sandbox, call: Call) -> Json:
    """Return a subscription."""
    return sandbox.store.get("subscription", call.id)


@serves(SubscriptionService.list, "created customer price status")
def list_subscriptions(sandbox: Sandbox, call: Call) -> Iterable[Json]:
    """Return the subscriptions, the newest first; those canceled only if asked for."""
    status, price = call.params.get("status"), call.params.get("price")
    for each in matching(sandbox.store.all("subscription"), call.params, "customer"):
        ended = each["status"] in ENDED
        fits = {None: each["status"] != "canceled", "all": True, "ended": ended}
        if not fits.get(status, each["status"] == status):
            continue
        if price in (None, *(item["price"]["id"] for item in each["items"]["data"])):
            yield each


@serves(
    SubscriptionService.update,
    "billing_cycle_anchor cancel_at cancel_at_period_end cancellation_details "
    "default_payment_method description discounts items metadata off_session pause_collection "
    "payment_behavior payment_settings proration_behavior proration_date trial_end",
)
def update_subscription(sandbox: Sandbox, call: Call) -> Json:
    """Change a subscription; https://docs.stripe.com/api/subscriptions/update."""
    subscription, params = sandbox.store.get("subscription", call.id), call.params
    if subscription["status"] in ENDED:
        allowed = {"metadata", "cancellation_details", "expand"}
        if set(params) - allowed:
            raise invalid("A canceled subscription can only update its cancellation_details and "
                          "metadata.")  # fmt: skip
    behavior = params.get("payment_behavior", "allow_incomplete")
    if behavior == "pending_if_incomplete":
        raise invalid("The sandbox knows no pending updates.", "payment_behavior")
    present = not params.get("off_session")
    change = None
    discounts = give_all(sandbox, params.get("discounts", []), subscription)
    if "items" in params or params.get("billing_cycle_anchor", {}).get("type") == "now":
        after = {**subscription, "discounts": discounts}
        change = plan_change(sandbox, after, params)
        if behavior == "error_if_incomplete":
            refuse_unpayable(sandbox, after, change, present=present)
    fields = {**_plain_changes(sandbox, subscription, params), "discounts": discounts}
    previous = {
        name: subscription[name] for name, new in fields.items() if subscription[name] != new
    }
    put(sandbox, subscription, discounts)
    subscription.update(fields)
    if change is not None:
        make_change(
            sandbox,
            subscription,
            change,
            previous,
            pay=behavior != "default_incomplete",
            present=present,
        )
    elif previous:
        sandbox.emit("customer.subscription.updated", subscription, previous)
    if "trial_end" in params:
        _move_trial(sandbox, subscription, params)
    if subscription["cancel_at"] and not subscription["cancel_at_period_end"]:
        sandbox.clock.plan(subscription["cancel_at"], "cancellation", subscription["id"])
    return subscription


def _plain_changes(sandbox: Sandbox, subscription: Json, params: Json) -> Json:
    """Return the new values of the fields that bring no invoice."""
    fields: dict[str, Any] = {}
    for name in ("description", "default_payment_method"):
        if name in params:
            fields[name] = params[name] or None
    if fields.get("default_payment_method"):
        method = sandbox.store.get("payment_method", params["default_payment_method"],
                                   "default_payment_method")  # fmt: skip
        if method["customer"] != subscription["customer"]:
            raise invalid("The customer does not have a payment method with this ID.",
                          "default_payment_method", "resource_missing")  # fmt: skip
    if "metadata" in params:
        fields["metadata"] = merged(subscription["metadata"], params["metadata"])
    if "cancellation_details" in params:
        sent = {name: value or None for name, value in params["cancellation_details"].items()}
        fields["cancellation_details"] = {**subscription["cancellation_details"], **sent}
    if "pause_collection" in params:
        asked = params["pause_collection"]
        fields["pause_collection"] = (
            {"behavior": asked["behavior"], "resumes_at": asked.get("resumes_at")}
            if asked else None
        )  # fmt: skip
    return fields | _cancellation(sandbox, subscription, params)


def _cancellation(sandbox: Sandbox, subscription: Json, params: Json) -> Json:
    """Return the fields of a cancellation ordered for later, or taken back."""
    details = {**subscription["cancellation_details"]}
    fields: Json = {}
    if "cancel_at" in params and "cancel_at_period_end" in params:
        raise invalid("You may only pass one of cancel_at and cancel_at_period_end.", "cancel_at")
    if "cancel_at_period_end" in params:
        ends = params["cancel_at_period_end"]
        # One that names a moment of its own is taken back in its own words.
        if ends or subscription["cancel_at_period_end"] or not subscription["cancel_at"]:
            fields = {"cancel_at_period_end": ends,
                      "cancel_at": span_of(subscription).end if ends else None}  # fmt: skip
    elif "cancel_at" in params:
        at = params["cancel_at"] or None
        if at in ("min_period_end", "max_period_end"):
            at = span_of(subscription).end
        fields = {"cancel_at_period_end": False, "cancel_at": at}
    if fields and subscription["schedule"]:
        raise invalid(
            "The subscription is managed by the subscription schedule "
            f"`{subscription['schedule']}`, and updating any cancelation behavior directly is not "
            "allowed. Please update the schedule instead.", next(iter(fields)),
        )  # fmt: skip
    if fields:
        ordered = fields["cancel_at"] is not None
        fields["canceled_at"] = sandbox.now if ordered else None
        details["reason"] = "cancellation_requested" if ordered else None
        fields["cancellation_details"] = details | {
            name: value or None for name, value in params.get("cancellation_details", {}).items()
        }
    return fields


def _move_trial(sandbox: Sandbox, subscription: Json, params: Json) -> None:
    """End a trial now, or at another moment; ending it now begins the first paid period."""
    at = trial_end_of(sandbox, params)
    if at is None and subscription["status"] != "trialing":
        return
    end_at = at or sandbox.now
    previous = {name: subscription[name] for name in ("trial_end", "billing_cycle_anchor")}
    subscription.update(trial_end=end_at, billing_cycle_anchor=end_at)
    if at is None:
        invoice = renew(sandbox, subscription, sandbox.now)
        finalize(sandbox, invoice)
        collect(sandbox, invoice, present=False)
        return
    subscription["status"] = "trialing"
    subscription["trial_start"] = subscription["trial_start"] or sandbox.now
    set_span(subscription, type(span_of(subscription))(span_of(subscription).start, at))
    plan_period(sandbox, subscription)
    sandbox.emit("customer.subscription.updated", subscription, previous)


@serves(SubscriptionService.cancel, "cancellation_details invoice_now prorate")
def cancel_subscription(sandbox: Sandbox, call: Call) -> Json:
    """End a subscription at once; what was paid is given back only if prorate says so."""
    subscription, params = sandbox.store.get("subscription", call.id), call.params
    if subscription["status"] in ENDED:
        raise invalid(f"No such subscription: '{call.id}'", "id", "resource_missing")
    sent = {name: value or None for name, value in params.get("cancellation_details", {}).items()}
    subscription["cancellation_details"] = {**subscription["cancellation_details"], **sent}
    lines = take_pending(sandbox, subscription)
    if params.get("prorate") and subscription["status"] != "trialing":
        lines += change_lines(sandbox, subscription, [], sandbox.now, only_credit=True)
    if params.get("invoice_now") and lines:
        drawn = for_subscription(
            sandbox, subscription, lines, span_of(subscription), "subscription_update"
        )
        invoice = issue(sandbox, drawn)
        subscription["latest_invoice"] = invoice["id"]
        finalize(sandbox, invoice)
        collect(sandbox, invoice, present=False)
    return end(sandbox, subscription, "cancellation_requested")


@serves(SubscriptionService.resume, "billing_cycle_anchor proration_behavior")
def resume_subscription(sandbox: Sandbox, call: Call) -> Json:
    """Begin a paused subscription anew (https://docs.stripe.com/api/subscriptions/resume)."""
    subscription = sandbox.store.get("subscription", call.id)
    if subscription["status"] != "paused":
        raise invalid("You can only resume subscriptions with status `paused`.")
    resume(sandbox, subscription)
    return subscription


@serves(SubscriptionItemService.list, "subscription")
def list_items(sandbox: Sandbox, call: Call) -> Iterable[Json]:
    """Return a subscription's items."""
    subscription = sandbox.store.get("subscription", call.params["subscription"], "subscription")
    items: list[Json] = subscription["items"]["data"]
    return items
