"""Who pays for what, as Stripe has it. It is changed at Stripe, and seen here within seconds."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import TabularInline

from paywall.catalog import money
from paywall.payments.models import Concern
from paywall.staff.events import ReadOnlyAdmin
from paywall.staff.lists import FoundByReader, among
from paywall.subscriptions.lifecycle import Reason
from paywall.subscriptions.models import (
    Customer,
    Invoice,
    Purchase,
    Subscription,
    SubscriptionChange,
)


class ReadOnlyInline(TabularInline):
    """Rows below another, to look at."""

    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Payments:
    """Who paid, and money as people write it."""

    @admin.display(description="Reader", ordering="customer__reader__email")
    def reader(self, row: Any) -> str:
        return str(row.customer.reader or "Account closed")

    @admin.display(description="Paid")
    def paid(self, row: Any) -> str:
        return _amount(row.amount if isinstance(row, Purchase) else row.amount_paid, row)

    @admin.display(description="Refunded")
    def refunded(self, row: Any) -> str:
        return _amount(row.amount_refunded, row) if row.amount_refunded else ""


def _amount(amount: int, row: Any) -> str:
    return f"{money.in_units(amount, row.currency)} {row.currency}"


class InvoiceInline(Payments, ReadOnlyInline):
    model = Invoice
    fields = ("number", "status", "paid", "refunded", "made_at", "paid_at", "disputed_at")
    readonly_fields = ("paid", "refunded")
    ordering = ("-made_at",)


class ChangeInline(ReadOnlyInline):
    model = SubscriptionChange
    fields = ("at", "what", "before", "after", "why")
    show_change_link = False
    verbose_name_plural = "What changed, and why"


class SubscriptionInline(ReadOnlyInline):
    model = Subscription
    fields = ("stripe_id", "price", "status", "reason", "opens_until", "cancels_at")


class PurchaseInline(Payments, ReadOnlyInline):
    model = Purchase
    fields = ("stripe_id", "price", "paid", "refunded", "ordered_at", "paid_at")
    readonly_fields = ("paid", "refunded")


class ConcernInline(ReadOnlyInline):
    model = Concern
    fields = ("kind", "text", "raised_at", "settled_at")


@admin.register(Customer)
class CustomerAdmin(ReadOnlyAdmin, FoundByReader):
    list_display = ("__str__", "reader", "created_at")
    list_select_related = ("reader",)
    named_by = ("stripe_id",)
    ordering = ("-pk",)
    inlines: ClassVar = [SubscriptionInline, PurchaseInline, ConcernInline]


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin, FoundByReader):
    list_display = ("reader", "price", "status", "reason", "opens_until", "cancels_at", "stripe_id")
    list_filter = ("status", among("reason", "reason", *Reason), "price__package")
    list_select_related = ("customer__reader", "price__package")
    reader_path = "customer__reader"
    named_by = ("stripe_id", "customer__stripe_id")
    ordering = ("-pk",)
    exclude = ("recorded_ticket",)
    readonly_fields = ("recorded_at",)
    inlines: ClassVar = [InvoiceInline, ChangeInline]

    @admin.display(description="Reader", ordering="customer__reader__email")
    def reader(self, subscription: Subscription) -> str:
        return str(subscription.customer.reader or "Account closed")


@admin.register(Invoice)
class InvoiceAdmin(Payments, ReadOnlyAdmin, FoundByReader):
    list_display = ("reader", "number", "status", "paid", "refunded", "made_at", "stripe_id")
    list_filter = (among("status", "status", "open", "paid", "void", "uncollectible", "draft"),)
    list_select_related = ("customer__reader",)
    reader_path = "customer__reader"
    named_by = ("stripe_id", "payment_intent", "customer__stripe_id")
    ordering = ("-made_at",)


@admin.register(Purchase)
class PurchaseAdmin(Payments, ReadOnlyAdmin, FoundByReader):
    list_display = ("reader", "price", "paid", "refunded", "paid_at", "failed", "stripe_id")
    list_filter = ("failed", "price__package")
    list_select_related = ("customer__reader", "price__package")
    reader_path = "customer__reader"
    named_by = ("stripe_id", "payment_intent", "customer__stripe_id")
    ordering = ("-pk",)
