"""The lives of what readers pay for, in steps at Stripe, and what is left of them here."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from paywall.catalog.models import Price
from paywall.entitlements.models import Entitlement
from paywall.payments.customers import customer_of
from paywall.payments.models import Concern
from paywall.payments.replacing import replace_if_deleted
from paywall.subscriptions.models import Customer, Purchase, Subscription
from tests.payments.shop import GOOD, Newspaper, stripe_id
from tests.stripe_sandbox.disputes import close_dispute, open_dispute
from tests.stripe_sandbox.paying import pay

FAILS_LATER = "4000000000000341"
PAYS_LATE = "DE89370400440532013000"


class Life:
    """A reader, and what they and the newspaper's staff do at Stripe."""

    def __init__(self, paper: Newspaper) -> None:
        self.paper, self.v1 = paper, paper.v1
        self.customer: Customer = paper.customer()

    def subscribe(self, price: Price | None = None, **more: Any) -> None:
        items = [{"price": stripe_id(price or self.paper.month)}]
        params = {"customer": self.customer.stripe_id, "items": items, **more}
        self.id = self.v1.subscriptions.create(params).id

    def introduce(self) -> None:
        off = {"amount_off": 1100, "currency": "eur", "duration": "repeating"}
        coupon = self.v1.coupons.create({**off, "duration_in_months": 2})
        self.subscribe(discounts=[{"coupon": coupon.id}])

    def use_card(self, number: str) -> None:
        card = {"number": number, "exp_month": 12, "exp_year": 2041, "cvc": "123"}
        method = self.v1.payment_methods.create({"type": "card", "card": card})
        self.v1.payment_methods.attach(method.id, {"customer": self.customer.stripe_id})
        settings = {"default_payment_method": method.id}
        self.v1.customers.update(self.customer.stripe_id, {"invoice_settings": settings})

    def pay_what_is_open(self) -> None:
        self.use_card(GOOD)
        for invoice in self.v1.invoices.list({"subscription": self.id, "status": "open"}).data:
            self.v1.invoices.pay(invoice.id)

    def update(self, **changes: Any) -> None:
        self.v1.subscriptions.update(self.id, changes)

    def switch(self, price: Price) -> None:
        item = self.v1.subscriptions.retrieve(self.id)["items"].data[0]
        self.update(
            items=[{"id": item.id, "price": stripe_id(price)}], proration_behavior="always_invoice"
        )

    def switch_later(self, price: Price) -> None:
        made = self.v1.subscription_schedules.create({"from_subscription": self.id})
        phase = made.phases[0]
        now = [{"price": phase["items"][0].price, "quantity": 1}]
        then = [{"price": stripe_id(price), "quantity": 1}]
        dates = {"start_date": phase.start_date, "end_date": phase.end_date}
        phases = [{"items": now, **dates}, {"items": then}]
        self.v1.subscription_schedules.update(made.id, {"phases": phases})

    def cancel(self) -> None:
        self.v1.subscriptions.cancel(self.id)

    def payments(self) -> list[str]:
        """Return the payments that were made, the oldest first."""
        found = self.v1.payment_intents.list({"customer": self.customer.stripe_id}).data
        return [intent.id for intent in reversed(found) if intent.status == "succeeded"]

    def refund(self, number: int = -1, **more: Any) -> None:
        self.v1.refunds.create({"payment_intent": self.payments()[number], **more})

    def dispute(self) -> None:
        intent = self.v1.payment_intents.retrieve(self.payments()[-1])
        self.disputed = open_dispute(self.paper.sandbox, intent.latest_charge)["id"]

    def decide(self, *, won: bool) -> None:
        close_dispute(self.paper.sandbox, self.disputed, won=won)

    def buy_a_day(self, number: str) -> None:
        lines = [{"price": stripe_id(self.paper.day), "quantity": 1}]
        params = {"mode": "payment", "customer": self.customer.stripe_id, "line_items": lines}
        session = self.v1.checkout.sessions.create({**params, "success_url": "https://p.example/"})
        pay(self.paper.sandbox, session.id, number)

    def vanish(self) -> None:
        self.v1.customers.delete(self.customer.stripe_id)

    def buy_anew(self) -> None:
        now, reader = self.paper.now, self.customer.reader
        assert reader
        self.customer.refresh_from_db()
        replace_if_deleted(self.paper.stripe, self.customer, now=now)
        self.customer = customer_of(self.paper.stripe, reader, now=now)
        self.use_card(GOOD)
        self.subscribe()

    def wait(self, **by: float) -> None:
        self.paper.advance(**by)


Step: TypeAlias = Callable[[Life], object]


def _month(life: Life) -> None:
    life.wait(days=32)


LIVES: Mapping[str, Sequence[Step]] = {
    "a trial": [
        lambda life: life.subscribe(trial_period_days=14),
        lambda life: life.wait(days=12),
        lambda life: life.wait(days=3),
    ],
    "an introductory offer": [Life.introduce, _month, _month, _month],
    "renewals": [Life.subscribe, _month, _month, lambda life: life.use_card(GOOD)],
    "a failure and a recovery": [
        lambda life: life.use_card(FAILS_LATER),
        Life.subscribe,
        _month,
        Life.pay_what_is_open,
    ],
    "a failure and a lapse": [
        lambda life: life.use_card(FAILS_LATER),
        Life.subscribe,
        _month,
        lambda life: life.wait(days=4),
        lambda life: life.wait(days=20),
    ],
    "a switch up": [
        lambda life: life.subscribe(life.paper.sport),
        lambda life: life.wait(days=10),
        lambda life: life.switch(life.paper.month),
        lambda life: life.switch(life.paper.year),
    ],
    "a switch down": [
        Life.subscribe,
        lambda life: life.wait(days=10),
        lambda life: life.switch_later(life.paper.sport),
        _month,
    ],
    "a cancellation taken back": [
        Life.subscribe,
        lambda life: life.update(cancel_at_period_end=True),
        lambda life: life.update(cancel_at_period_end=False),
    ],
    "a cancellation": [Life.subscribe, lambda life: life.update(cancel_at_period_end=True), _month],
    "an end at once": [Life.subscribe, lambda life: life.wait(days=3), Life.cancel],
    "a refund in part and then whole": [
        Life.subscribe,
        _month,
        lambda life: life.refund(amount=300),
        Life.refund,
    ],
    "a refund of what is over": [Life.subscribe, _month, lambda life: life.refund(0)],
    "a dispute that is won": [Life.subscribe, Life.dispute, lambda life: life.decide(won=True)],
    "a dispute that is lost": [Life.subscribe, Life.dispute, lambda life: life.decide(won=False)],
    "a pass that is paid late": [
        lambda life: life.buy_a_day(PAYS_LATE),
        lambda life: life.wait(days=4),
    ],
    "a customer who is deleted and buys anew": [
        Life.subscribe,
        lambda life: life.wait(days=3),
        Life.vanish,
        lambda life: life.wait(hours=1),
        Life.buy_anew,
    ],
    "two subscriptions at once": [
        Life.subscribe,
        lambda life: life.wait(seconds=1),
        lambda life: life.subscribe(life.paper.year),
    ],
}

# Ids, addresses with ids in them, and when we heard of what.
NOT_COMPARED = {
    "id", "stripe_id", "recorded_ticket", "recorded_at", "entitlement_id", "customer_id",
    "subscription_id", "payment_intent", "price_since", "price_id", "next_price_id", "page", "pdf",
    "receipt", "number",
}  # fmt: skip


def what_is_left(life: Life) -> list[Any]:
    """Return state, money and rights, as they do not depend on when we heard of anything."""
    subscriptions = Subscription.objects.order_by("started_at", "price__amount")
    return [
        [[_told(each), *map(_told, each.invoices.order_by("made_at", "amount_due"))]
         for each in subscriptions],
        [_told(each) for each in Purchase.objects.order_by("ordered_at")],
        [(each.starts_at, each.ends_at, each.everything,
          list(each.sections.values_list("slug", flat=True)))
         for each in Entitlement.objects.order_by("starts_at", "ends_at")],
        sorted(Concern.objects.filter(settled_at=None).values_list("kind", flat=True)),
        sorted((charge["amount"], charge["amount_refunded"], charge["status"])
               for charge in life.paper.sandbox.store.all("charge")),
    ]  # fmt: skip


def _told(row: Any) -> dict[str, Any]:
    fields = {field.attname for field in row._meta.concrete_fields} - NOT_COMPARED
    told = {name: getattr(row, name) for name in fields}
    prices = {field.name for field in row._meta.concrete_fields} & {"price", "next_price"}
    return told | {name: str(getattr(row, name)) for name in prices}
