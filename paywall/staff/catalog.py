"""Sections, packages and prices."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from unfold.admin import StackedInline
from unfold.decorators import action

from paywall import clock
from paywall.catalog import pricing
from paywall.catalog.models import Package, Price, Section
from paywall.payments import publishing
from paywall.staff import price_pages, promotion_page, publish_page
from paywall.staff.lists import LongList
from paywall.staff.price_forms import PackageForm, PriceForm, PriceFormSet
from paywall.subscriptions.holders import with_holders
from paywall.subscriptions.models import RUNNING
from paywall.tasks import follow_packages

LINK = "text-primary-600 underline dark:text-primary-500"
STATUSES = ",".join(status.value for status in RUNNING)


def holders_of(sold: Any, field: str) -> SafeString:
    """Say how many have a package or a price, with the lists of them; counted by with_holders."""
    if not sold.subscribers and not sold.pass_holders:
        return format_html("{}", "Held by nobody")
    found = []
    if sold.subscribers:
        noun = "subscriber" if sold.subscribers == 1 else "subscribers"
        found.append(("subscription", f"&status__in={STATUSES}", sold.subscribers, noun))
    if sold.pass_holders:
        noun = "pass" if sold.pass_holders == 1 else "passes"
        found.append(("purchase", "", sold.pass_holders, noun))
    links = (
        (LINK, reverse(f"admin:paywall_{model}_changelist"), field, sold.pk, more, number, noun)
        for model, more, number, noun in found
    )
    return format_html_join(", ", '<a class="{}" href="{}?{}={}{}">{} {}</a>', links)


@admin.register(Section)
class SectionAdmin(LongList):
    list_display = ("name", "access", "order")

    # Addresses and remembered rights name a section by its slug: it is chosen once.

    def get_readonly_fields(self, request: HttpRequest, obj: Section | None = None) -> Any:
        return ("slug",) if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Section | None = None) -> Any:
        return {} if obj else {"slug": ("name",)}


class PriceInline(StackedInline):
    """The prices in force can be changed until somebody buys them; then they are replaced."""

    model = Price
    form = PriceForm
    formset = PriceFormSet
    can_delete = False
    fields = (
        "state",
        ("interval", "amount", "currency"),
        ("trial_days", "intro_amount", "intro_months"),
        "opens_for_days",
    )
    readonly_fields = ("state",)

    def get_extra(self, request: HttpRequest, obj: Package | None = None, **kwargs: Any) -> int:
        """A new package begins with an empty price."""
        return 0 if obj else 1

    def get_queryset(self, request: HttpRequest) -> QuerySet[Price]:
        prices: QuerySet[Price] = super().get_queryset(request)
        return with_holders(prices.select_related("package"), by="price", now=clock.now())

    @admin.display(description="State")
    def state(self, price: Price) -> SafeString | str:
        """Say how it stands, with the links to what may be done about it."""
        if price.pk is None:
            return "New"
        held = holders_of(price, "price__id__exact")
        if price.retired_at:
            return format_html(
                "Archived on {}<br>{}", f"{localtime(price.retired_at):%-d %B %Y}", held
            )
        sold = price.first_sold_at
        args = [price.package_id, price.pk]
        return format_html(
            '<div style="min-width: 10rem">{}<br>{}<br>At Stripe: {}<br>'
            '<a class="{}" href="{}">New amount</a> <a class="{}" href="{}">Archive</a></div>',
            f"Sold since {localtime(sold):%-d %B %Y}" if sold else "Not sold yet",
            held,
            self._at_stripe(price),
            LINK,
            reverse("admin:paywall_package_new_terms", args=args),
            LINK,
            reverse("admin:paywall_package_archive_price", args=args),
        )

    def _at_stripe(self, price: Price) -> str:
        """Ask once for all prices of the package; there is an inline of its own to each request."""
        if not hasattr(self, "_states"):
            self._states = publishing.state_of_prices(price.package)
        return self._states.get(price.pk, publishing.NOT_PUBLISHED)


@admin.register(Package)
class PackageAdmin(LongList):
    form = PackageForm
    list_display = ("name", "everything", "on_sale", "order", "held_by", "at_stripe")
    prepopulated_fields: ClassVar = {"slug": ("name",)}
    filter_horizontal = ("sections",)
    compressed_fields = False
    conditional_fields: ClassVar = {"sections": "everything == false"}
    inlines = (PriceInline,)
    actions_list = ("publish", "promotions")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Package]:
        packages: QuerySet[Package] = super().get_queryset(request)
        packages = with_holders(packages, by="price__package", now=clock.now())
        return packages.prefetch_related("prices__package", "publications__price")

    @admin.display(description="On sale", boolean=True)
    def on_sale(self, package: Package) -> bool:
        return package.listed

    @admin.display(description="Held by")
    def held_by(self, package: Package) -> SafeString:
        return holders_of(package, "price__package__id__exact")

    @admin.display(description="At Stripe")
    def at_stripe(self, package: Package) -> str:
        return publishing.state_of(package)

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                "<int:package_id>/prices/<int:price_id>/new-terms/",
                self.admin_site.admin_view(self.new_terms),
                name="paywall_package_new_terms",
            ),
            path(
                "<int:package_id>/prices/<int:price_id>/archive/",
                self.admin_site.admin_view(self.archive_price),
                name="paywall_package_archive_price",
            ),
        ]
        return [*own, *super().get_urls()]

    @action(  # type: ignore[untyped-decorator]  # unfold comes without types
        description="Publish to Stripe", url_path="publish", permissions=["change"]
    )
    def publish(self, request: HttpRequest) -> HttpResponse:
        return publish_page.show(self, request)

    @action(  # type: ignore[untyped-decorator]  # unfold comes without types
        description="Promotion codes", url_path="promotion-codes", permissions=["promotions"]
    )
    def promotions(self, request: HttpRequest) -> HttpResponse:
        return promotion_page.show(self, request)

    def has_promotions_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm(promotion_page.PERMISSION))

    def new_terms(self, request: HttpRequest, package_id: int, price_id: int) -> HttpResponse:
        return price_pages.new_terms(self, request, package_id, price_id)

    def archive_price(self, request: HttpRequest, package_id: int, price_id: int) -> HttpResponse:
        return price_pages.archive(self, request, package_id, price_id)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Change prices the one way there is; the admin's own saving would pass it by."""
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        for one in formset.forms:
            if one.has_changed():
                self._save_price(request, form.instance, one, formset)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Have subscribers follow what the package opens now; the nightly comparison does too."""
        super().save_related(request, form, formsets, change)
        if change and {"everything", "sections"} & set(form.changed_data):
            transaction.on_commit(follow_packages.delay, robust=True)

    def response_add(
        self, request: HttpRequest, obj: Package, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Say of a new package where readers see it, and that Stripe does not know it yet."""
        answer: HttpResponse = super().response_add(request, obj, post_url_continue)
        self._say_what_now(request, obj)
        return answer

    def response_change(self, request: HttpRequest, obj: Package) -> HttpResponse:
        answer: HttpResponse = super().response_change(request, obj)
        self._say_what_now(request, obj)
        return answer

    def _say_what_now(self, request: HttpRequest, package: Package) -> None:
        """Say what is still to be done before readers can buy it, or where they see it."""
        if not package.listed:
            return
        if not package.order_form and not package.prices.in_force().exists():
            messages.warning(request, "Nobody can buy it yet: it has no price. Add one.")
            return
        stripe, readers = reverse("admin:paywall_package_publish"), reverse("subscribe")
        seen = format_html('<a class="{}" href="{}">See it as readers do</a>', LINK, readers)
        if publishing.state_of(package) in {publishing.NOT_PUBLISHED, publishing.TO_BE_PUBLISHED}:
            seen = format_html(
                "{}. Stripe does not have it as it is here: "
                '<a class="{}" href="{}">publish it now</a>, or the next order publishes it.',
                seen,
                LINK,
                stripe,
            )
        messages.info(request, seen)

    def _save_price(self, request: HttpRequest, package: Package, one: Any, formset: Any) -> None:
        terms = one.instance.terms
        try:
            if one.instance.pk is None:
                formset.new_objects.append(pricing.add(package, terms))
            else:
                price = pricing.change(one.instance, terms, now=clock.now())
                formset.changed_objects.append((price, one.changed_data))
        except pricing.RefusedError as error:
            messages.error(request, str(error))

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[Any, Any], set[Any], list[Any]]:
        """Say why a package stays: somebody bought it, or Stripe sells it."""
        deleted, counts, lacking, protected = super().get_deleted_objects(objs, request)
        prices = Price.objects.filter(package__in=list(objs)).select_related("package")
        kept = [reason for reason in map(pricing.why_kept, prices) if reason]
        published = [
            f"{package} is published at Stripe: take it from the list and archive its prices."
            for package in Package.objects.filter(pk__in=[one.pk for one in objs])
            if package.publications.exists()
        ]
        return deleted, counts, lacking, kept + published or protected
