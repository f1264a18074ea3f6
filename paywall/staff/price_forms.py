"""Prices as staff type them: 12.00 euros, not 1200 cents."""

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.functional import cached_property
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminURLInputWidget

from paywall.catalog import money
from paywall.catalog.models import Package, Price
from paywall.catalog.terms import Interval, Terms

AMOUNTS = ("amount", "intro_amount")
FIELDS = tuple(Terms.__slots__)


class PriceForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """One price. What was sold or archived shows its terms and takes no others."""

    amount = forms.DecimalField(
        min_value=Decimal(0),
        widget=UnfoldAdminDecimalFieldWidget,
        help_text="Of each payment, such as 12.00.",
    )
    intro_amount = forms.DecimalField(
        label="Introductory amount",
        min_value=Decimal(0),
        required=False,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text="Of each payment at the beginning, if they are to be cheaper.",
    )

    class Meta:
        model = Price
        fields = FIELDS
        labels: ClassVar = {"trial_days": "Free days", "opens_for_days": "A pass opens for days"}
        help_texts: ClassVar = {
            "currency": "Three letters, such as EUR.",
            "opens_for_days": "Only for a pass, which is paid once: how long it opens stories.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "interval" in self.fields:  # a table would squeeze its words
            self.fields["interval"].widget.attrs["style"] = "min-width: 8.5rem"
        price = self.instance
        if price.pk is None:
            return
        for name in AMOUNTS:
            amount = getattr(price, name)
            if amount is not None:
                self.initial[name] = money.in_units(amount, price.currency)
        for name in self.fixed():
            self.fields[name].disabled = True

    def fixed(self) -> tuple[str, ...]:
        """Return the fields that show a value and take no other."""
        locked = self.instance.sold or self.instance.retired_at
        return FIELDS if locked else ()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        currency = cleaned.get("currency", self.instance.currency)
        for name in AMOUNTS:
            value = cleaned.get(name)
            if value is not None:
                try:
                    cleaned[name] = money.in_smallest_units(value, currency)
                except ValueError as error:
                    self.add_error(name, str(error))
        return cleaned


class NewTermsForm(PriceForm):
    """Other terms for a price: the interval and the currency stay."""

    class Meta(PriceForm.Meta):
        fields = tuple(name for name in FIELDS if name not in {"interval", "currency"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        of_a_pass, of_the_others = (
            ("opens_for_days",),
            ("trial_days", "intro_amount", "intro_months"),
        )
        for name in of_the_others if self.instance.interval == Interval.ONCE else of_a_pass:
            del self.fields[name]

    def fixed(self) -> tuple[str, ...]:
        return ()


class PriceFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]  # not generic when it runs
    """The prices of one package. A new one is in the currency that the paper asked for last."""

    @cached_property
    def currency(self) -> str:
        """Return the currency of the newest price on sale."""
        newest = Price.objects.in_force().order_by("-pk").values_list("currency", flat=True).first()
        return newest or str(Price._meta.get_field("currency").get_default())

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if form.instance.pk is None:
            form.initial["currency"] = self.currency

    def clean(self) -> None:
        super().clean()
        in_force = [form for form in self.forms if _is_in_force(form)]
        if in_force and self.instance.order_form:
            raise forms.ValidationError(
                "A print package is ordered from the circulation department: archive its prices, "
                "or take out the link to the order form."
            )
        kinds = [
            (form.cleaned_data.get("interval"), form.cleaned_data.get("currency"))
            for form in in_force
        ]
        if len(set(kinds)) < len(kinds):
            raise forms.ValidationError(
                "The package has two prices of one interval and currency: archive one first."
            )


class PackageForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """A package opens everything, or the sections it names."""

    order_form = forms.URLField(
        required=False,
        assume_scheme="https",
        widget=UnfoldAdminURLInputWidget,
        help_text=Package._meta.get_field("order_form").help_text,
    )

    class Meta:
        model = Package
        fields = (
            "name",
            "slug",
            "blurb",
            "everything",
            "sections",
            "order",
            "listed",
            "picture",
            "order_form",
        )
        labels: ClassVar = {"slug": "Short name", "blurb": "Description", "listed": "On sale"}
        help_texts: ClassVar = {
            "slug": "For links and for Stripe. It fills in by itself.",
            "everything": "Or else choose the sections it opens.",
            "listed": "Shown to readers among the packages.",
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not cleaned.get("everything") and not cleaned.get("sections"):
            self.add_error("sections", "Name the sections it opens, or let it open everything.")
        return cleaned


def _is_in_force(form: Any) -> bool:
    filled = form.instance.pk or form.has_changed()
    return bool(filled and not form.instance.retired_at and hasattr(form, "cleaned_data"))
