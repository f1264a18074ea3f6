"""What an event of Stripe's says has happened, and to what. Pure: from its JSON to names.

An event is a hint, never a source: what it names is fetched again. So only names are kept of it.
https://docs.stripe.com/api/events/types
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, Self, TypeAlias

Json: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Touched:
    """The objects at Stripe that something happened to, by their ids.

    `customers`: those of whom everything that runs is meant, such as when their card is another.
    """

    subscriptions: frozenset[str] = frozenset()
    invoices: frozenset[str] = frozenset()
    sessions: frozenset[str] = frozenset()
    payment_intents: frozenset[str] = frozenset()
    customers: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.names())

    @property
    def a_sale(self) -> bool:
        """Whether something that is sold was touched: no card, address or way to the till alone."""
        return bool(self.subscriptions or self.invoices or self.payment_intents)

    def names(self) -> dict[str, list[str]]:
        """Return what is touched as plain JSON, for `of_names`."""
        every = {field.name: sorted(getattr(self, field.name)) for field in fields(self)}
        return {kind: ids for kind, ids in every.items() if ids}

    @classmethod
    def of_names(cls, names: Mapping[str, Iterable[str]]) -> Self:
        return cls(**{kind: frozenset(ids) for kind, ids in names.items()})


@dataclass(frozen=True, slots=True)
class Happened:
    """One event. `customer_id` is "" where the event does not say whose it is."""

    stripe_id: str
    type: str
    at: datetime
    customer_id: str
    touched: Touched


# What an object says it concerns: the field of Touched, and where its ids are.
CONCERNS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "charge": ("payment_intents", ("payment_intent",)),
    "checkout.session": ("sessions", ("id",)),
    "discount": ("subscriptions", ("subscription",)),
    "dispute": ("payment_intents", ("payment_intent",)),
    "invoice": ("invoices", ("id",)),
    "invoice_payment": ("invoices", ("invoice",)),
    "payment_intent": ("payment_intents", ("id",)),
    "refund": ("payment_intents", ("payment_intent",)),
    "subscription": ("subscriptions", ("id",)),
    "subscription_schedule": ("subscriptions", ("subscription", "released_subscription")),
}
# With these the card may be another that every subscription of the customer is charged to.
CONCERN_THE_CARD = frozenset({"customer", "payment_method"})
# Somebody went to the till, or their card was declined there: nothing was sold.
NO_SALE = frozenset(
    {
        "charge.failed",
        "payment_intent.canceled",
        "payment_intent.created",
        "payment_intent.payment_failed",
        "payment_intent.requires_action",
    }
)
# There is nothing to fetch of an invoice that is only foreseen, or that was a draft and is gone.
WITHOUT_AN_OBJECT = frozenset({"invoice.upcoming", "invoice.deleted"})


def what_happened(event: Json) -> Happened:
    """Read an event. What it is about that concerns no reader touches nothing.

    Products, prices and coupons are such: the comparison of the catalogue looks at those.
    """
    data = event.get("data") or {}
    thing: Json = data.get("object") or {}
    customer_id = _customer_of(thing, data.get("previous_attributes") or {})
    return Happened(
        stripe_id=event["id"],
        type=event["type"],
        at=datetime.fromtimestamp(event["created"], UTC),
        customer_id=customer_id,
        touched=Touched() if event["type"] in WITHOUT_AN_OBJECT else _touched(thing, customer_id),
    )


def _touched(thing: Json, customer_id: str) -> Touched:
    kind = str(thing.get("object"))
    if kind in CONCERN_THE_CARD:
        return Touched(customers=frozenset(filter(None, [customer_id])))
    if kind not in CONCERNS:
        return Touched()
    field, places = CONCERNS[kind]
    ids = frozenset(filter(None, (_id(thing.get(place)) for place in places)))
    return Touched(**{field: ids})


def _customer_of(thing: Json, before: Json) -> str:
    """Return whose an object is; a card that was taken away was somebody's before."""
    if thing.get("object") == "customer":
        return _id(thing)
    return _id(thing.get("customer")) or _id(before.get("customer"))


def _id(thing: Any) -> str:
    """Return the id of what is named, or was expanded in its place."""
    if isinstance(thing, Mapping):
        thing = thing.get("id")
    return thing if isinstance(thing, str) else ""
