"""Bringing our records of a customer up to date: fetch under a ticket, then record.

Stripe is asked outside any transaction. It does not matter what told us, how late, how often or
in what order: what is recorded is what Stripe says when it is asked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from paywall.catalog.models import Price
from paywall.payments import concerns, finishing
from paywall.payments.comparing import Kind
from paywall.payments.gateway import Gateway, Json
from paywall.payments.happened import Touched as Touched
from paywall.payments.models import Publication
from paywall.subscriptions import facts, recording, tickets
from paywall.subscriptions.facts import InvoiceFacts, PassFacts, Payment
from paywall.subscriptions.models import Customer, Subscription
from paywall.subscriptions.recording import Fetched
from paywall.subscriptions.snapshot import Snapshot, snapshot_of


@dataclass(slots=True)
class _Found:
    """What was fetched so far, each object once."""

    subscriptions: dict[str, Snapshot] = field(default_factory=dict)
    invoices: dict[str, InvoiceFacts] = field(default_factory=dict)
    passes: dict[str, PassFacts] = field(default_factory=dict)
    finished: set[str] = field(default_factory=set)  # Checkout sessions


def bring_up_to_date(
    stripe: Gateway, customer: Customer, touched: Touched, *, why: str, now: datetime
) -> bool:
    """Fetch what was touched, with what it belongs to, and record it.

    Return whether any of it is the customer's and sold by us. Raises GatewayUnavailable and
    GatewayRefused; then nothing was recorded.
    """
    ticket = tickets.take(customer)
    found = _Found()
    for session_id in touched.sessions:
        _fetch_session(stripe, session_id, found)
    for intent in touched.payment_intents:
        _fetch_payment(stripe, intent, found)
    for invoice_id in touched.invoices:
        _fetch_invoice(stripe, invoice_id, found)
    for subscription_id in touched.subscriptions:
        _fetch_subscription(stripe, subscription_id, found)
    if touched.customers:
        for subscription in customer.subscriptions.running():
            _fetch_subscription(stripe, subscription.stripe_id, found)
    return record_found(customer, ticket, found, why=why, now=now)


def everything_of(stripe: Gateway, customer: Customer, *, why: str, now: datetime) -> None:
    """Fetch all subscriptions of a customer with their invoices, and all passes, and record them.

    Raises GatewayUnavailable and GatewayRefused; then nothing was recorded.
    """
    ticket = tickets.take(customer)
    found = _Found()
    for customer_id in filter(None, [*_former_of(customer), customer.stripe_id]):
        for subscription in stripe.subscriptions(customer=customer_id):
            _fetch_subscription(stripe, subscription["id"], found)
            for invoice in stripe.invoices(subscription=subscription["id"]):
                _fetch_invoice(stripe, invoice["id"], found)
        for session in stripe.sessions(customer=customer_id):
            if session["mode"] == "payment" and session["status"] == "complete":
                _fetch_session(stripe, session["id"], found)
    record_found(customer, ticket, found, why=why, now=now)


def record_found(
    customer: Customer, ticket: int, found: _Found, *, why: str, now: datetime
) -> bool:
    """Record what was fetched of this customer; what is another's is left out.

    Return whether any of it is sold by us.
    """
    own = _ids_of(customer, found)
    subscriptions = [each for each in found.subscriptions.values() if each.customer_id in own]
    invoices = [each for each in found.invoices.values() if each.customer_id in own]
    passes = [each for each in found.passes.values() if each.customer_id in own]
    ids = {name for each in subscriptions for name in (each.price_id, each.next_price_id)}
    prices = prices_named(ids | {each.price_id for each in passes})
    fetched = Fetched(ticket, subscriptions, invoices, passes, prices)
    recording.record(customer, fetched, why=why, now=now)
    finishing.finish(found.finished, now=now)
    foreign = {each.stripe_id: each.price_id for each in subscriptions}
    foreign = {name: price for name, price in foreign.items() if price not in prices}
    known = concerns.raise_foreign_prices(customer, foreign, now=now)
    ours = [each for each in invoices if each.subscription_id not in foreign.keys() - known]
    return bool(
        ours
        or known
        or len(subscriptions) > len(foreign)
        or any(each.price_id in prices for each in passes)
    )


def _ids_of(customer: Customer, found: _Found) -> frozenset[str | None]:
    """Return the customer's ids at Stripe; the former ones only where something asks for them."""
    own = frozenset({customer.stripe_id})
    kinds = (found.subscriptions, found.invoices, found.passes)
    if all(each.customer_id in own for kind in kinds for each in kind.values()):
        return own
    return own | set(_former_of(customer))


def _former_of(customer: Customer) -> Iterable[str]:
    return customer.former.values_list("stripe_id", flat=True)


def prices_named(ids: Iterable[str]) -> Mapping[str, Price]:
    """Return our prices by the ids that Stripe knows them under; foreign ids are left out."""
    published = Publication.objects.filter(kind=Kind.PRICE.value, stripe_id__in=set(ids) - {""})
    return {
        each.stripe_id: each.price
        for each in published.select_related("price__package")
        if each.price
    }


def _fetch_subscription(stripe: Gateway, subscription_id: str, found: _Found) -> None:
    if subscription_id not in found.subscriptions:
        found.subscriptions[subscription_id] = snapshot_of(stripe.subscription(subscription_id))


def _fetch_invoice(stripe: Gateway, invoice_id: str, found: _Found) -> None:
    """Fetch an invoice with its payment, and its subscription where that matters.

    It does while the subscription is not known yet, and where money was given or taken back:
    whether that closes it depends on the period that runs by now.
    """
    if invoice_id in found.invoices:
        return
    invoice = stripe.invoice(invoice_id)
    subscription_id = facts.subscription_of(invoice)
    if not subscription_id:
        return
    payment = _payment(stripe, facts.charge_of(invoice), intent=facts.intent_of(invoice))
    found.invoices[invoice_id] = facts.invoice_facts(invoice, payment)
    taken_back = payment.refunded_at or payment.disputed_at
    if taken_back or not Subscription.objects.filter(stripe_id=subscription_id).exists():
        _fetch_subscription(stripe, subscription_id, found)


def _fetch_session(stripe: Gateway, session_id: str, found: _Found) -> None:
    """Fetch what a Checkout session sold: a subscription with its invoice, or a pass."""
    session = stripe.session(session_id)
    if session["status"] == "complete":
        found.finished.add(session_id)
    if session["mode"] == "payment":
        intent: Json = session.get("payment_intent") or {}
        charge = intent.get("latest_charge") or {}
        payment = _payment(stripe, charge.get("id", ""), intent=intent.get("id", ""))
        found.passes[session_id] = facts.pass_facts(session, payment)
    if session.get("subscription"):
        _fetch_subscription(stripe, session["subscription"], found)
    if session.get("invoice"):
        _fetch_invoice(stripe, session["invoice"], found)


def _fetch_payment(stripe: Gateway, intent: str, found: _Found) -> None:
    """Fetch what a payment is for: an invoice, or else a pass."""
    if invoice_id := stripe.invoice_of(intent):
        _fetch_invoice(stripe, invoice_id, found)
        return
    for session in stripe.sessions(payment_intent=intent):
        _fetch_session(stripe, session["id"], found)


def _payment(stripe: Gateway, charge_id: str, *, intent: str) -> Payment:
    if not charge_id:
        return Payment(payment_intent=intent)
    charge = stripe.charge(charge_id)
    disputes = stripe.disputes(charge_id) if charge["disputed"] else []
    return facts.payment_of(charge, disputes, intent=intent)
