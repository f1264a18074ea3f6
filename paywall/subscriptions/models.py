"""Who pays for what, as Stripe last said it, and what became of it."""

from collections.abc import Collection
from typing import ClassVar, Self

from django.conf import settings
from django.db import models

from paywall.catalog.models import Price
from paywall.entitlements.models import Entitlement
from paywall.subscriptions.leaving import By
from paywall.subscriptions.snapshot import Status
from paywall.subscriptions.switches import ENDED

# Stripe tries to get paid, or did: until one of these has ended there is no second one.
RUNNING = (Status.TRIALING, Status.ACTIVE, Status.PAST_DUE, Status.UNPAID, Status.PAUSED)

STATUS_CHOICES = [
    (Status.TRIALING.value, "Trial"),
    (Status.ACTIVE.value, "Active"),
    (Status.PAST_DUE.value, "Past due"),
    (Status.UNPAID.value, "Unpaid"),
    (Status.PAUSED.value, "Paused"),
    (Status.INCOMPLETE.value, "First payment outstanding"),
    (Status.INCOMPLETE_EXPIRED.value, "Never paid"),
    (Status.CANCELED.value, "Ended"),
]

CANCELLED_BY_CHOICES = [
    (By.READER.value, "Reader"),
    (By.STAFF.value, "Staff"),
    (By.PAPER.value, "By itself"),
]


class CustomerQuerySet(models.QuerySet["Customer"]):
    def named(self, ids: Collection[str]) -> dict[str, "Customer"]:
        """Return the customers whom these ids name at Stripe, or named before, by the ids."""
        found = {str(each.stripe_id): each for each in self.filter(stripe_id__in=ids)}
        if missing := set(ids) - found.keys():
            former = FormerCustomer.objects.filter(stripe_id__in=missing)
            found |= {each.stripe_id: each.customer for each in former.select_related("customer")}
        return found


class Customer(models.Model):
    """A reader's one customer, for ever. Its row is locked while anything is recorded.

    `stripe_id` is who they are at Stripe. Where that one was deleted in the dashboard another takes
    its place once they buy again, and it stays known as a `FormerCustomer`. `email` is the address
    that the customer is made with: whoever makes it, in whatever moment, asks Stripe the very same.
    `ticket` counts the fetches begun for it (see tickets.py).
    """

    reader = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="customer",
        help_text="Empty: the account was closed, its invoices stay.",
    )
    stripe_id = models.CharField(max_length=255, unique=True, null=True)  # noqa: DJ001  # unique when known
    email = models.EmailField(blank=True)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(
        null=True, help_text="When the account was closed: what is paid after that is given back."
    )
    ticket = models.PositiveBigIntegerField(default=0, editable=False)

    objects = CustomerQuerySet.as_manager()

    def __str__(self) -> str:
        return self.stripe_id or "Not at Stripe yet"


class FormerCustomer(models.Model):
    """Who a customer was at Stripe until that was deleted there: late events still name it."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="former")
    stripe_id = models.CharField(max_length=255, unique=True)
    noticed_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.stripe_id


class Recorded(models.Model):
    """What is told of an object at Stripe; an older telling never replaces a newer one."""

    stripe_id = models.CharField(max_length=255, unique=True)
    recorded_ticket = models.PositiveBigIntegerField(default=0, editable=False)
    recorded_at = models.DateTimeField(null=True, editable=False, db_index=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.stripe_id


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def running(self) -> Self:
        """Keep those that Stripe renews, or tries to get paid, unless they are cancelled."""
        return self.filter(status__in=RUNNING)


class Subscription(Recorded):
    """A subscription as it was when last fetched, and the entitlement it earns.

    `reason` says why it opens or does not (`lifecycle.Reason`), `opens_until` until when.
    """

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="subscriptions")
    price = models.ForeignKey(Price, models.PROTECT, related_name="subscriptions")
    status = models.CharField(max_length=24, choices=STATUS_CHOICES)
    started_at = models.DateTimeField()
    period_starts_at = models.DateTimeField()
    period_ends_at = models.DateTimeField()
    trial_ends_at = models.DateTimeField(null=True)
    discount_ends_at = models.DateTimeField(
        null=True, help_text="When the introductory offer or promotion is over."
    )
    cancels_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    unpaid_since = models.DateTimeField(null=True)
    next_price = models.ForeignKey(
        Price, models.PROTECT, null=True, related_name="+", help_text="Switches to it then."
    )
    next_price_at = models.DateTimeField(null=True)
    price_since = models.DateTimeField(help_text="When the price of today began.")
    card_brand = models.CharField(max_length=32, blank=True)
    card_last4 = models.CharField(max_length=4, blank=True)
    card_ends_date = models.DateField(null=True, help_text="First day that the card is invalid.")
    cancel_reason = models.CharField(max_length=40, blank=True, help_text="In Stripe's words.")
    cancel_feedback = models.CharField(max_length=40, blank=True, help_text="The reader's own.")
    cancelled_by = models.CharField(
        max_length=8,
        blank=True,
        db_default="",
        default="",
        choices=CANCELLED_BY_CHOICES,
        help_text="Who chose that it ends. Empty: nobody, or somebody at Stripe.",
    )
    reason = models.CharField(max_length=24, blank=True)
    opens_until = models.DateTimeField(null=True)
    entitlement = models.OneToOneField(
        Entitlement, models.SET_NULL, null=True, related_name="subscription"
    )

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["customer", "status"]),
            # The few that the figures look at one by one (reports.subscribers.ONE_BY_ONE).
            models.Index(
                fields=["id"],
                condition=models.Q(price_since__gt=models.F("started_at"))
                | models.Q(status__in=[Status.UNPAID.value, Status.PAUSED.value]),
                name="subscription_one_by_one",
            ),
        ]


class Invoice(Recorded):
    """An invoice of a subscription. Amounts are in the currency's smallest unit.

    The period is what it pays for: a refund of it concerns the running one or an older one.
    `refunded_at`: when the last of it was given back. `disputed_at`: since when its payment is
    disputed and the dispute not won.
    """

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="invoices")
    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="invoices")
    number = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=16)
    billing_reason = models.CharField(max_length=40, blank=True)
    currency = models.CharField(max_length=3)
    amount_due = models.IntegerField()
    below_price = models.BooleanField(
        db_default=False,
        default=False,
        help_text="It asks less for its period than the price of the subscription.",
    )
    amount_paid = models.IntegerField(default=0)
    amount_refunded = models.IntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    period_starts_at = models.DateTimeField()
    period_ends_at = models.DateTimeField()
    made_at = models.DateTimeField(db_index=True)
    paid_at = models.DateTimeField(null=True)
    refunded_at = models.DateTimeField(null=True)
    refunds = models.JSONField(default=list, help_text="When and how much, each time.")
    disputed_at = models.DateTimeField(null=True)
    payment_intent = models.CharField(max_length=255, blank=True, db_index=True)
    page = models.URLField(max_length=1000, blank=True, help_text="Where it is seen and paid.")
    pdf = models.URLField(max_length=1000, blank=True)
    receipt = models.URLField(max_length=1000, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["paid_at", "currency", "amount_paid"], name="invoice_paid"),
            models.Index(
                fields=["refunded_at"],
                condition=models.Q(amount_refunded__gt=0),
                name="invoice_refunded",
            ),
            models.Index(fields=["status", "made_at"], name="invoice_status"),
            models.Index(
                fields=["paid_at"],
                condition=models.Q(attempts__gt=0),
                name="invoice_paid_late",
            ),
            models.Index(
                fields=["period_ends_at"],
                condition=models.Q(below_price=True),
                name="invoice_below_price",
            ),
        ]

    @property
    def refunded_whole(self) -> bool:
        return 0 < self.amount_paid <= self.amount_refunded

    @property
    def is_asked_for(self) -> bool:
        """Whether paying it brings something: of a subscription that ended it would not."""
        return self.status == "open" and self.subscription.status not in ENDED


class Purchase(Recorded):
    """A pass: paid once, through the Checkout session that `stripe_id` names. Never renews."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="purchases")
    price = models.ForeignKey(Price, models.PROTECT, related_name="purchases")
    payment_intent = models.CharField(max_length=255, blank=True, db_index=True)
    currency = models.CharField(max_length=3)
    amount = models.IntegerField()
    amount_refunded = models.IntegerField(default=0)
    ordered_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    refunded_at = models.DateTimeField(null=True)
    refunds = models.JSONField(default=list, help_text="When and how much, each time.")
    disputed_at = models.DateTimeField(null=True)
    failed = models.BooleanField(default=False, help_text="The payment came to nothing.")
    receipt = models.URLField(max_length=1000, blank=True)
    entitlement = models.OneToOneField(
        Entitlement, models.SET_NULL, null=True, related_name="purchase"
    )

    @property
    def refunded_whole(self) -> bool:
        return 0 < self.amount <= self.amount_refunded


class SubscriptionChange(models.Model):
    """One change of a subscription: when we recorded it, from what, to what, and why."""

    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    what = models.CharField(max_length=32)
    before = models.CharField(max_length=120, blank=True)
    after = models.CharField(max_length=120, blank=True)
    price = models.ForeignKey(
        Price, models.PROTECT, null=True, related_name="+", help_text="Where the price changed."
    )
    why = models.CharField(max_length=200, help_text="What told us, or who asked for it.")

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.what}: {self.before} → {self.after}"
