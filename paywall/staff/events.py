"""What Stripe told us, what staff have to look at, and what the comparisons found."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.timezone import localtime

from paywall import clock
from paywall.payments import concerns, inbox
from paywall.payments.models import Concern, Reconciliation, StripeEvent
from paywall.staff.lists import FoundById, FoundByReader, LongList


class ReadOnlyAdmin(LongList):
    """What is written by itself: staff look at it."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def may_act(self, request: HttpRequest) -> bool:
        """Tell whether somebody may do what the list offers, though nobody edits the rows."""
        return bool(request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}"))

    has_act_permission = may_act


class HandledFilter(admin.SimpleListFilter):
    """The state of an event."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("failed", "Given up"), ("waiting", "To be handled"), ("handled", "Handled")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[StripeEvent]
    ) -> QuerySet[StripeEvent]:
        match self.value():
            case "failed":
                return queryset.exclude(given_up_at=None)
            case "waiting":
                return queryset.filter(handled_at=None, given_up_at=None)
            case "handled":
                return queryset.exclude(handled_at=None)
        return queryset


@admin.register(StripeEvent)
class StripeEventAdmin(ReadOnlyAdmin, FoundById):
    list_display = ("type", "happened_at", "state", "customer_id", "stripe_id")
    list_filter = (HandledFilter,)
    named_by = ("stripe_id", "customer_id")
    search_help_text = "The whole id of an event or of a customer at Stripe."
    ordering = ("-happened_at",)
    actions: ClassVar = ["try_again"]

    @admin.display(description="State")
    def state(self, event: StripeEvent) -> str:
        """Say what became of it, or what stands in its way."""
        if event.handled_at:
            return event.outcome
        if event.given_up_at:
            return f"Given up: {event.error}"
        return f"Waits until {localtime(event.next_try_at):%H:%M}: {event.error or 'not tried yet'}"

    @admin.action(description="Try again", permissions=["act"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[StripeEvent]) -> None:
        for event in queryset:
            inbox.retry(event, now=clock.now())
            self.log_change(request, event, "To be tried again.")
        messages.success(request, "They are handled again within a minute.")


@admin.register(Concern)
class ConcernAdmin(ReadOnlyAdmin, FoundByReader):
    list_display = ("kind", "reader", "text", "raised_at", "settled_at")
    fields = ("kind", "reader", "customer", "text", "key", "raised_at", "settled_at")
    readonly_fields = ("reader",)
    list_filter = (("settled_at", admin.EmptyFieldListFilter), "kind")
    list_select_related = ("customer__reader",)
    reader_path = "customer__reader"
    named_by = ("customer__stripe_id", "key")
    actions: ClassVar = ["settle"]

    @admin.display(description="Reader", ordering="customer__reader__email")
    def reader(self, concern: Concern) -> str:
        """Say whose it is: the reader, or the address of who closed their account."""
        customer = concern.customer
        if customer and customer.reader:
            address = reverse("admin:reader_page", args=[customer.reader.public_id])
            return format_html('<a class="underline" href="{}">{}</a>', address, customer.reader)
        return str(customer.email or customer) if customer else "-"

    @admin.action(description="Settled", permissions=["act"])
    def settle(self, request: HttpRequest, queryset: QuerySet[Concern]) -> None:
        for concern in queryset:
            concerns.settle(concern, "Settled by staff.", now=clock.now())
            self.log_change(request, concern, "Settled.")
        messages.success(request, "Settled.")


@admin.register(Reconciliation)
class ReconciliationAdmin(ReadOnlyAdmin):
    list_display = ("kind", "began_at", "looked_at", "found", "error")
    list_filter = ("kind",)
    fields = ("kind", "began_at", "ended_at", "looked_at", "sentences", "error")

    @admin.display(description="Differences")
    def found(self, report: Reconciliation) -> int:
        return len(report.differences)

    @admin.display(description="What differed, and what was done")
    def sentences(self, report: Reconciliation) -> str:
        lines = "\n".join(report.differences)
        return format_html('<div style="white-space: pre-line">{}</div>', lines or "Nothing.")
