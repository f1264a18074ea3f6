"""Subscription schedules: changes that wait for their moment.

https://docs.stripe.com/billing/subscriptions/subscription-schedules, used to switch down at the
end of a period.
"""

from __future__ import annotations

from collections.abc import Iterable

from stripe._subscription_schedule_service import SubscriptionScheduleService

from tests.stripe_sandbox.changing import make_change, plan_change
from tests.stripe_sandbox.clock import falls_due, later
from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.coupons import kept, put
from tests.stripe_sandbox.customers import ENDED
from tests.stripe_sandbox.ending import end
from tests.stripe_sandbox.errors import Json, invalid
from tests.stripe_sandbox.fields import matching, merged
from tests.stripe_sandbox.lines import span_of
from tests.stripe_sandbox.renewing import BEFORE_RENEWAL
from tests.stripe_sandbox.serving import Call, serves

RUNNING = ("active", "not_started")
PHASE_KNOWS = frozenset(
    {"items", "start_date", "end_date", "duration", "proration_behavior", "metadata", "currency",
     "discounts", "default_payment_method", "collection_method"}
)  # fmt: skip


@serves(SubscriptionScheduleService.create, "from_subscription metadata end_behavior")
def create_schedule(sandbox: Sandbox, call: Call) -> Json:
    """Put a running subscription under a schedule, its current period being the first phase."""
    params = call.params
    if "from_subscription" not in params:
        raise invalid("The sandbox makes schedules from subscriptions.", "from_subscription")
    subscription = sandbox.store.get(
        "subscription", params["from_subscription"], "from_subscription"
    )
    if subscription["status"] in ENDED or subscription["schedule"]:
        raise invalid("You cannot migrate a subscription that is already attached to a schedule, "
                      "or has ended.", "from_subscription")  # fmt: skip
    span = span_of(subscription)
    items = [_item(sandbox, each["price"]["id"], each) for each in subscription["items"]["data"]]
    discounts = [{"discount": id_} for id_ in subscription["discounts"]]
    phase = _phase(subscription, items, span.start, span.end, {"discounts": discounts})
    schedule = sandbox.new(
        "subscription_schedule", application=None,
        billing_mode={"flexible": {"proration_discounts": "included"}, "type": "flexible"},
        canceled_at=None, completed_at=None,
        current_phase={"start_date": span.start, "end_date": span.end},
        customer=subscription["customer"],
        default_settings={
            "application_fee_percent": None, "billing_cycle_anchor": "automatic",
            "billing_thresholds": None, "collection_method": "charge_automatically",
            "default_payment_method": subscription["default_payment_method"], "description": None,
            "invoice_settings": {"account_tax_ids": None, "days_until_due": None,
                                 "issuer": {"type": "self"}},
            "on_behalf_of": None, "transfer_data": None,
        },
        end_behavior=params.get("end_behavior", "release"),
        metadata=merged({}, params.get("metadata")), pause_schedules=[], phases=[phase],
        released_at=None, released_subscription=None, status="active",
        subscription=subscription["id"], test_clock=None,
    )  # fmt: skip
    sandbox.emit("subscription_schedule.created", schedule)
    sandbox.change(subscription, "customer.subscription.updated", schedule=schedule["id"])
    sandbox.clock.plan(span.end, "phase", schedule["id"])
    return schedule


def _item(sandbox: Sandbox, price_id: str, sent: Json) -> Json:
    price = sandbox.store.get("price", price_id, "phases[items][price]")
    return {
        "billing_thresholds": None, "discounts": [], "metadata": {}, "plan": price["id"],
        "price": price["id"], "quantity": sent.get("quantity", 1), "tax_rates": [],
    }  # fmt: skip


def _phase(subscription: Json, items: list[Json], start: int, until: int, sent: Json) -> Json:
    return {
        "add_invoice_items": [], "application_fee_percent": None, "billing_cycle_anchor": None,
        "billing_thresholds": None, "collection_method": sent.get("collection_method"),
        "currency": subscription["currency"],
        "default_payment_method": sent.get("default_payment_method"), "default_tax_rates": [],
        "description": None, "discounts": _discounts(sent), "end_date": until,
        "invoice_settings": None,
        "items": items, "metadata": sent.get("metadata", {}), "on_behalf_of": None,
        "proration_behavior": sent.get("proration_behavior", "create_prorations"),
        "start_date": start, "transfer_data": None, "trial_end": None,
    }  # fmt: skip


def _discounts(sent: Json) -> list[Json]:
    return [
        {"coupon": None, "discount": each["discount"], "promotion_code": None}
        for each in sent.get("discounts") or []
    ]


def _put_discounts(sandbox: Sandbox, subscription: Json, phase: Json) -> None:
    """Let a subscription have a phase's discounts; a phase that names none has none."""
    put(sandbox, subscription, [each["discount"] for each in phase["discounts"]])


@serves(SubscriptionScheduleService.update, "end_behavior metadata phases proration_behavior")
def update_schedule(sandbox: Sandbox, call: Call) -> Json:
    """Set the phases, the current one included, and what happens after the last."""
    schedule, params = sandbox.store.get("subscription_schedule", call.id), call.params
    if schedule["status"] not in RUNNING:
        raise invalid(f"The schedule is {schedule['status']} and cannot be updated.")
    fields: Json = {}
    if "end_behavior" in params:
        fields["end_behavior"] = params["end_behavior"]
    if "metadata" in params:
        fields["metadata"] = merged(schedule["metadata"], params["metadata"])
    if "phases" in params:
        fields["phases"] = _phases(sandbox, schedule, params["phases"])
        fields["current_phase"] = {
            name: fields["phases"][0][name] for name in ("start_date", "end_date")
        }
        subscription = sandbox.store.get("subscription", schedule["subscription"])
        _put_discounts(sandbox, subscription, fields["phases"][0])
        for phase in fields["phases"]:
            sandbox.clock.plan(phase["end_date"], "phase", schedule["id"])
    return sandbox.change(schedule, "subscription_schedule.updated", **fields)


def _phases(sandbox: Sandbox, schedule: Json, sent: list[Json]) -> list[Json]:
    subscription = sandbox.store.get("subscription", schedule["subscription"])
    current = schedule["current_phase"]
    start = sent[0].get("start_date") if sent else None
    if start != current["start_date"]:
        raise invalid("The first phase must be the current one, with its start_date "
                      f"({current['start_date']}).", "phases[0][start_date]")  # fmt: skip
    phases: list[Json] = []
    for number, entry in enumerate(sent):
        where = f"phases[{number}]"
        unknown = sorted(set(entry) - PHASE_KNOWS)
        if unknown:
            raise invalid(f"The sandbox does not know {unknown} here.", where)
        kept(sandbox, entry.get("discounts", ""))
        if entry.get("start_date", start) != start:
            raise invalid("A phase must begin where the one before it ends.", where)
        items = [_item(sandbox, each["price"], each) for each in entry["items"]]
        until = _end_of(sandbox, entry, start, items, where)
        phases.append(_phase(subscription, items, start, until, entry))
        start = until
    if phases[0]["end_date"] <= sandbox.now:
        raise invalid("The current phase must end in the future.", "phases[0][end_date]")
    return phases


def _end_of(sandbox: Sandbox, entry: Json, start: int, items: list[Json], where: str) -> int:
    """Return a phase's end: given, after a duration, or after one interval of its price."""
    if "end_date" in entry and "duration" in entry:
        raise invalid("You may only specify one of end_date and duration.", where)
    if "end_date" in entry:
        until = sandbox.now if entry["end_date"] == "now" else int(entry["end_date"])
        if until <= start:
            raise invalid("A phase's end_date must be after its start_date.", where)
        return until
    recurring = sandbox.store.get("price", items[0]["price"])["recurring"]
    length: Json = entry.get("duration") or recurring
    return later(start, length["interval"], length.get("interval_count", 1))


def _begin_phase(sandbox: Sandbox, schedule: Json, at: int) -> Json | None:
    """Move a schedule on at the end of a phase; return the phase that begins, if one does."""
    phases: list[Json] = schedule["phases"]
    following = next((phase for phase in phases if phase["start_date"] == at), None)
    if following is not None:
        current = {"start_date": at, "end_date": following["end_date"]}
        if schedule["current_phase"] == current:
            return None
        sandbox.change(schedule, "subscription_schedule.updated", current_phase=current)
        return following
    if schedule["end_behavior"] == "cancel":
        subscription = sandbox.store.get("subscription", schedule["subscription"])
        sandbox.change(
            schedule,
            "subscription_schedule.completed",
            status="completed",
            completed_at=sandbox.now,
            current_phase=None,
        )
        end(sandbox, subscription, None)
    else:
        _release(sandbox, schedule)
    return None


def _ends_now(schedule: Json, at: int) -> bool:
    current = schedule["current_phase"]
    return schedule["status"] == "active" and current is not None and current["end_date"] == at


def _at_renewal(sandbox: Sandbox, subscription: Json, at: int) -> None:
    """Let a phase that begins with the new period decide what that period is for."""
    schedule = sandbox.store.find(subscription["schedule"])
    if schedule is None or not _ends_now(schedule, at):
        return
    phase = _begin_phase(sandbox, schedule, at)
    if phase is None:
        return
    _put_discounts(sandbox, subscription, phase)
    before = subscription["items"]["data"][0]["price"]["recurring"]
    change = plan_change(sandbox, subscription, {**_as_items(subscription, phase),
                                                 "proration_behavior": "none"})  # fmt: skip
    subscription["items"] = {**subscription["items"], "data": change.items}
    if change.items[0]["price"]["recurring"] != before:
        subscription["billing_cycle_anchor"] = at


BEFORE_RENEWAL.append(_at_renewal)


@falls_due("phase")
def _phase_over(sandbox: Sandbox, id_: str, at: int) -> None:
    """Change phases in the middle of a period."""
    schedule = sandbox.store.get("subscription_schedule", id_)
    if not _ends_now(schedule, at):
        return
    subscription = sandbox.store.get("subscription", schedule["subscription"])
    phase = _begin_phase(sandbox, schedule, at)
    if phase is not None:
        _put_discounts(sandbox, subscription, phase)
        wanted = {**_as_items(subscription, phase),
                  "proration_behavior": phase["proration_behavior"]}  # fmt: skip
        make_change(sandbox, subscription, plan_change(sandbox, subscription, wanted), {})


def _as_items(subscription: Json, phase: Json) -> Json:
    """Return a phase's items as an update of the subscription's, in their order."""
    ids = [item["id"] for item in subscription["items"]["data"]]
    wanted = phase["items"]
    sent: list[Json] = [
        {"price": each["price"], "quantity": each["quantity"],
         **({"id": ids[number]} if number < len(ids) else {})}
        for number, each in enumerate(wanted)
    ]  # fmt: skip
    return {"items": sent + [{"id": id_, "deleted": True} for id_ in ids[len(wanted) :]]}


def _release(sandbox: Sandbox, schedule: Json) -> Json:
    subscription = sandbox.store.get("subscription", schedule["subscription"])
    sandbox.change(subscription, "customer.subscription.updated", schedule=None)
    return sandbox.change(
        schedule,
        "subscription_schedule.released",
        status="released",
        current_phase=None,
        released_at=sandbox.now,
        released_subscription=schedule["subscription"],
        subscription=None,
    )


@serves(SubscriptionScheduleService.release, "preserve_cancel_date")
def release_schedule(sandbox: Sandbox, call: Call) -> Json:
    """Leave the subscription as it is, without its schedule."""
    schedule = sandbox.store.get("subscription_schedule", call.id)
    if schedule["status"] not in RUNNING:
        raise invalid(f"You cannot release a schedule that is {schedule['status']}.")
    return _release(sandbox, schedule)


@serves(SubscriptionScheduleService.cancel)
def cancel_schedule(sandbox: Sandbox, call: Call) -> Json:
    """End the schedule and its subscription at once."""
    schedule = sandbox.store.get("subscription_schedule", call.id)
    if schedule["status"] not in RUNNING:
        raise invalid(f"You cannot cancel a schedule that is {schedule['status']}.")
    end(sandbox, sandbox.store.get("subscription", schedule["subscription"]), None)
    return schedule


@serves(SubscriptionScheduleService.retrieve)
def retrieve_schedule(sandbox: Sandbox, call: Call) -> Json:
    """Return a schedule."""
    return sandbox.store.get("subscription_schedule", call.id)


@serves(SubscriptionScheduleService.list, "created customer")
def list_schedules(sandbox: Sandbox, call: Call) -> Iterable[Json]:
    """Return the schedules, the newest first."""
    return matching(sandbox.store.all("subscription_schedule"), call.params, "customer")
