"""Deleting a reader in the admin: what they pay for ends at Stripe first."""

from functools import partial
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from accounts.admin import ReaderAdmin
from accounts.models import Reader
from paywall import clock
from paywall.payments import gateway
from paywall.payments.gateway import GatewayError
from paywall.privacy import closing
from paywall.staff import reader_page
from paywall.staff.lists import LongList
from paywall.subscriptions.leaving import By
from paywall.subscriptions.models import Subscription

admin.site.unregister(Reader)

RUNNING = "{} pays for a subscription. Deleting the reader ends it at Stripe at once."
FAILED = "{} was not deleted: what is paid for could not be ended at Stripe. {} Try again."


@admin.register(Reader)
class PayingReaderAdmin(ReaderAdmin, LongList):
    """Readers one by one: each deletion talks to Stripe, and may have to be tried again."""

    search_fields = ("email__startswith",)
    search_help_text = "The beginning of an email address. To answer a caller: Find a reader."
    list_display = (*ReaderAdmin.list_display, "at_the_desk")

    @admin.display(description="Everything about them")
    def at_the_desk(self, reader: Reader) -> str:
        """Lead to the reader's page."""
        address = reverse("admin:reader_page", args=[reader.public_id])
        return format_html('<a class="underline" href="{}">Open</a>', address)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Reader], search_term: str
    ) -> tuple[QuerySet[Reader], bool]:
        return cast(
            "tuple[QuerySet[Reader], bool]",
            super().get_search_results(request, queryset, search_term.lower()),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Reader | None = None) -> Any:
        """Whoever manages staff puts colleagues into groups; all rights stay a superuser's."""
        locked = super().get_readonly_fields(request, obj)
        if not request.user.has_perm("paywall.manage_staff"):
            return locked
        return tuple(name for name in locked if name not in {"is_staff", "groups"})

    def get_urls(self) -> list[URLPattern]:
        def of(view: Any) -> Any:
            return self.admin_site.admin_view(partial(view, self))

        own = [
            path("desk/", of(reader_page.search), name="reader_search"),
            path("desk/new/", of(reader_page.create), name="reader_create"),
            path("desk/<uuid:public_id>/", of(reader_page.show), name="reader_page"),
            path("desk/<uuid:public_id>/<slug:name>/", of(reader_page.act), name="reader_act"),
        ]
        return [*own, *super().get_urls()]

    def get_actions(self, request: HttpRequest) -> Any:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Before Django's own view, and outside its transaction, end the payments."""
        reader = self.get_object(request, object_id)
        if reader and self._may_delete(request, reader):
            if request.method == "POST":
                try:
                    closing.end_payments(
                        gateway.from_settings, reader, now=clock.now(), by=By.STAFF
                    )
                except GatewayError as error:
                    messages.error(request, FAILED.format(reader, error))
                    return redirect("admin:accounts_reader_change", reader.pk)
            elif Subscription.objects.running().filter(customer__reader=reader).exists():
                messages.warning(request, RUNNING.format(reader))
        response: HttpResponse = super().delete_view(request, object_id, extra_context)
        return response

    def delete_model(self, request: HttpRequest, obj: Reader) -> None:
        closing.part(obj, now=clock.now())

    def _may_delete(self, request: HttpRequest, reader: Reader) -> bool:
        """Tell whether Django's own view will let them: nothing is ended for who may not."""
        if not self.has_delete_permission(request, reader):
            return False
        _, _, needed, protected = self.get_deleted_objects([reader], request)
        return not needed and not protected
