"""Comparing all that Stripe lists with our rows, a page at a time, whatever their number."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from django.db.models import F, Max, Model
from django.db.models.functions import Greatest

from paywall.catalog.models import Price
from paywall.payments import aftercare, replacing, updating
from paywall.payments.gateway import Gateway, GatewayRefused, Json
from paywall.payments.happened import Touched
from paywall.payments.models import Reconciliation
from paywall.subscriptions import recording, scopes
from paywall.subscriptions.facts import PAID
from paywall.subscriptions.models import Customer, Invoice, Purchase, Subscription
from paywall.subscriptions.snapshot import Snapshot, Status, snapshot_of

PAGE = 100
PASSES_SINCE = timedelta(days=90)  # three times as long as Stripe keeps events
WHY = "the comparison with Stripe"
ENDED = (Status.CANCELED.value, Status.INCOMPLETE_EXPIRED.value)
COMPARED = (
    "status", "period_starts_at", "period_ends_at", "trial_ends_at", "cancels_at", "ended_at",
    "unpaid_since", "discount_ends_at", "next_price_at", "card_last4", "card_ends_date",
)  # fmt: skip

Thing = TypeVar("Thing")


class Seen:
    """Which of our rows Stripe has listed: a byte for each, so that a million take a megabyte."""

    def __init__(self, model: type[Model]) -> None:
        last = model._default_manager.aggregate(last=Max("pk"))["last"] or 0
        self._marks = bytearray(last + 1)

    def mark(self, pk: int) -> None:
        if pk < len(self._marks):
            self._marks[pk] = 1

    def lacks(self, pk: int) -> bool:
        """Tell whether a row was there before, and was not listed."""
        return pk < len(self._marks) and not self._marks[pk]


def pages(things: Iterable[Thing]) -> Iterator[list[Thing]]:
    """Give what is gone through in lists of PAGE."""
    every = iter(things)
    while page := list(islice(every, PAGE)):
        yield page


def check_subscriptions(stripe: Gateway, report: Reconciliation, *, now: datetime) -> None:
    """Compare every subscription at Stripe with ours, and fetch anew what differs."""
    seen = Seen(Subscription)
    for page in pages(stripe.subscriptions()):
        _check_page(stripe, page, seen, report, now)
    running = Subscription.objects.exclude(status__in=ENDED).order_by("pk")
    for row in running.select_related("customer").iterator(chunk_size=PAGE):
        if seen.lacks(row.pk):
            touched = Touched(subscriptions=frozenset({row.stripe_id}))
            told = "fetched again."
            try:
                updating.bring_up_to_date(stripe, row.customer, touched, why=WHY, now=now)
            except GatewayRefused as error:
                told = f"nothing was done. {error}"
            report.differences.append(
                f"{row.stripe_id} is {row.status} here, and Stripe does not list it: {told}"
            )


def check_customers(stripe: Gateway, report: Reconciliation, *, now: datetime) -> None:
    """Bring new email addresses to Stripe, and make room for others where some were deleted."""
    seen = Seen(Customer)
    for page in pages(stripe.customers()):
        report.looked_at += len(page)
        addresses = {each["id"]: each.get("email") or "" for each in page}
        for ours in Customer.objects.filter(stripe_id__in=addresses).select_related("reader"):
            seen.mark(ours.pk)
            told = _bring_address(stripe, ours, addresses[str(ours.stripe_id)])
            report.differences += [told] if told else []
    standing = Customer.objects.exclude(stripe_id=None).exclude(reader=None).order_by("pk")
    for each in standing.iterator(chunk_size=PAGE):
        if seen.lacks(each.pk):
            report.differences.append(f"{each.stripe_id} {_replace(stripe, each, now)}")


def check_passes(stripe: Gateway, report: Reconciliation, *, now: datetime) -> None:
    """Record the passes that were paid lately and are not here; foreign sales are left alone."""
    since = int((now - PASSES_SINCE).timestamp())
    for page in pages(stripe.sessions(status="complete", created={"gte": since})):
        sold = {
            each["id"]: each["customer"]
            for each in page
            if each["mode"] == "payment" and each["payment_status"] in PAID
        }
        report.looked_at += len(sold)
        recorded = Purchase.objects.filter(stripe_id__in=sold).exclude(paid_at=None)
        missing = sold.keys() - set(recorded.values_list("stripe_id", flat=True))
        payers = {sold[each] for each in missing} - {None}
        customers = Customer.objects.named([each for each in payers if each])
        for session_id in sorted(missing):
            if customer := customers.get(sold[session_id]):
                touched = Touched(sessions=frozenset({session_id}))
                _record_pass(stripe, customer, touched, report, now)


def _record_pass(
    stripe: Gateway, customer: Customer, touched: Touched, report: Reconciliation, now: datetime
) -> None:
    (session_id,) = touched.sessions
    try:
        if updating.bring_up_to_date(stripe, customer, touched, why=WHY, now=now):
            report.differences.append(f"{session_id}: a pass was paid and not here. Recorded.")
    except GatewayRefused as error:
        report.differences.append(f"{session_id} cannot be compared: {error}")


def _replace(stripe: Gateway, ours: Customer, now: datetime) -> str:
    """Look into a customer that Stripe does not list; return what was found and done."""
    try:
        if replacing.replace_if_deleted(stripe, ours, now=now):
            return "was deleted at Stripe. Its reader gets another one when they buy."
    except GatewayRefused as error:
        return f"is not listed by Stripe: nothing was done. {error}"
    return "is not listed by Stripe: nothing was done."


def _bring_address(stripe: Gateway, ours: Customer, theirs: str) -> str:
    """Tell Stripe of the address that a reader has now; return what was done, without naming it."""
    address = ours.reader.email if ours.reader else ""
    if not address or address.casefold() == theirs.casefold():
        return ""
    try:
        stripe.update_customer(str(ours.stripe_id), {"email": address})
    except GatewayRefused:  # which may name the address
        return f"{ours.stripe_id} has another email address here, and Stripe refused it."
    return f"{ours.stripe_id} had another email address at Stripe: brought there."


def check_entitlements(report: Reconciliation, *, now: datetime) -> None:
    """Let the entitlements follow what is recorded, where one or a package was changed by hand."""
    opening = Subscription.objects.exclude(opens_until=None).exclude(customer__reader=None)
    right = Greatest(F("opens_until"), F("entitlement__starts_at"))
    for row in opening.exclude(entitlement__ends_at=right).select_related("customer"):
        recording.follow_again(row.customer, why=WHY, now=now)
        report.differences.append(f"{row.stripe_id} opened stories for another time: put right.")
    if strayed := scopes.follow_packages(now=now):
        report.differences.append(f"{strayed} readers had not what their package opens: put right.")


def _check_page(
    stripe: Gateway, page: list[Json], seen: Seen, report: Reconciliation, now: datetime
) -> None:
    """Compare some subscriptions with the rows that stand for them, loaded all at once."""
    customers = Customer.objects.named({each["customer"] for each in page})
    ids = [each["id"] for each in page]
    rows = {each.stripe_id: each for each in Subscription.objects.filter(stripe_id__in=ids)}
    latest = {(each.get("latest_invoice") or {}).get("id", "") for each in page}
    invoices = {each.stripe_id: each for each in Invoice.objects.filter(stripe_id__in=latest)}
    named = {name for each in page for name in _prices_of(each)}
    prices = updating.prices_named(named)
    for theirs in page:
        row = rows.get(theirs["id"])
        if row:
            seen.mark(row.pk)
        customer = customers.get(theirs["customer"])
        if customer is None:
            continue
        report.looked_at += 1
        try:
            snapshot = snapshot_of(theirs)
            told = _differences(row, snapshot, prices) + _differences_of_invoice(
                row, theirs.get("latest_invoice"), invoices
            )
            if told:
                updating.everything_of(stripe, customer, why=WHY, now=now)
                aftercare.look_after(stripe, customer, now=now)
                report.differences.append(f"{theirs['id']}: {', '.join(told)}. Recorded.")
        except (GatewayRefused, ValueError) as error:
            report.differences.append(f"{theirs['id']} cannot be compared: {error}")


def _prices_of(theirs: Json) -> Iterator[str]:
    for item in theirs["items"]["data"]:
        yield item["price"]["id"]
    for phase in (theirs.get("schedule") or {}).get("phases", []):
        yield phase["items"][0]["price"]


def _differences(
    row: Subscription | None, snapshot: Snapshot, prices: Mapping[str, Price]
) -> list[str]:
    """Return what differs, in words; what is none of ours does not."""
    price = prices.get(snapshot.price_id)
    if row is None:
        return ["it was not here"] if price else []
    told = [
        f"{name} was {_shown(getattr(row, name))}, is {_shown(getattr(snapshot, name))}"
        for name in COMPARED
        if getattr(row, name) != getattr(snapshot, name)
        # The card of the customer, which a list does not show, may stand in for its own.
        and not (name.startswith("card") and not snapshot.card_last4)
    ]
    if price and row.price_id != price.pk:
        told.append(f"its price was {row.price_id}, is {price.pk}")
    following = prices.get(snapshot.next_price_id)
    if row.next_price_id != (following.pk if following else None):
        told.append("what it switches to was another")
    return told


def _differences_of_invoice(
    row: Subscription | None, theirs: Json | None, invoices: Mapping[str, Invoice]
) -> list[str]:
    if row is None or not theirs:
        return []
    ours = invoices.get(theirs["id"])
    if ours is None:
        return [f"its invoice {theirs['id']} was not here"]
    same = (ours.status, ours.amount_paid, ours.attempts)
    if same != (theirs["status"], theirs["amount_paid"], theirs["attempt_count"]):
        return [f"its invoice {theirs['id']} was {ours.status}, is {theirs['status']}"]
    return []


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return "nothing" if value in (None, "") else str(value)
