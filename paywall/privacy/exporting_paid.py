"""What is kept of what a reader paid for."""

from typing import Any

from django.db.models import F

from accounts.models import Reader
from paywall.payments.models import CheckoutAttempt, Concern, StripeEvent
from paywall.subscriptions.models import Customer, SubscriptionChange

_PRICE = {
    "package": F("price__package__name"),
    "interval": F("price__interval"),
    "price_amount": F("price__amount"),
    "price_currency": F("price__currency"),
}
# Where the reader has them already, or what only orders our own recordings.
_OURS = {"id", "customer", "price", "entitlement", "recorded_ticket", "ticket", "reader"}


def paid_by(reader: Reader) -> dict[str, Any]:
    """Return customer, subscriptions with their history, invoices and passes.

    Amounts are in the currency's smallest unit.
    """
    attempts = CheckoutAttempt.objects.filter(reader=reader).order_by("pk")
    begun = list(attempts.values("state", "begun_at", "expires_at", "back_to", **_PRICE))
    customer = Customer.objects.filter(reader=reader).first()
    if customer is None:
        return {"checkouts": begun}
    changes = SubscriptionChange.objects.filter(subscription__customer=customer)
    former = _rows(customer.former)
    ids = [customer.stripe_id or "-", *(each["stripe_id"] for each in former)]
    told = StripeEvent.objects.filter(customer_id__in=ids).order_by("pk")
    return {
        "customer": {name: getattr(customer, name) for name in _names(Customer)},
        "former_customers": former,
        "checkouts": begun,
        "subscriptions": _rows(customer.subscriptions, **_PRICE),
        "changes": list(
            changes.order_by("pk").values(
                "at", "what", "before", "after", "why", of=F("subscription__stripe_id")
            )
        ),
        "invoices": _rows(customer.invoices),
        "passes": _rows(customer.purchases, **_PRICE),
        "told_by_stripe": list(told.values("type", "happened_at", "received_at")),
        "looked_at_by_staff": list(
            Concern.objects.filter(customer=customer)
            .order_by("pk")
            .values("kind", "text", "raised_at", "settled_at")
        ),
    }


def _rows(related: Any, **more: Any) -> list[dict[str, Any]]:
    return list(related.order_by("pk").values(*_names(related.model), **more))


def _names(model: Any) -> list[str]:
    return [field.name for field in model._meta.concrete_fields if field.name not in _OURS]
