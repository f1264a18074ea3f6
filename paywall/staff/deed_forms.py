"""The forms of what staff do for a reader: each asks why, and names what it is done to."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import Q
from django.utils import timezone
from unfold.widgets import (
    INPUT_CLASSES,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminEmailInputWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.models import Reader
from paywall.catalog import money
from paywall.catalog.models import Price
from paywall.circulation import seating
from paywall.circulation.claims import Activation
from paywall.circulation.linking import accounts_numbered
from paywall.circulation.models import PrintAccount
from paywall.entitlements.models import Entitlement, Source
from paywall.gate.standing import standing_of
from paywall.letters.kinds import Kind
from paywall.letters.models import Letter
from paywall.payments.refunding import left_to_refund
from paywall.staff.amounts import in_words
from paywall.subscriptions.models import Invoice, Purchase, Subscription
from paywall.subscriptions.switches import ENDED

LETTERS_SHOWN = 20
LONGEST_COURTESY = timedelta(days=3 * 366)


class DeedForm(forms.Form):
    """Why it is done; `key` makes two clicks one. `why_not` says why there is nothing to do."""

    reason = forms.CharField(
        max_length=500,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        label="Why",
        help_text="For colleagues, in a sentence. It is kept in the audit trail.",
    )
    key = forms.UUIDField(widget=forms.HiddenInput)
    why_not = ""

    def __init__(self, *args: Any, reader: Reader, now: datetime, **kwargs: Any) -> None:
        self.reader, self.now = reader, now
        kwargs["initial"] = {"key": uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.look()
        self.order_fields([*(name for name in self.fields if name != "reason"), "reason"])

    def look(self) -> None:
        """Fill the choices with what the reader has."""

    def choose(self, name: str, label: str, choices: list[tuple[str, str]], none: str) -> None:
        """Have staff choose one of some things, the first unless they say; or say there is none."""
        if not choices:
            self.why_not = none
            return
        self.fields[name] = forms.ChoiceField(
            choices=choices,
            label=label,
            initial=choices[0][0],
            widget=UnfoldAdminSelectWidget() if len(choices) > 1 else forms.HiddenInput(),
        )
        self.only = choices[0][1] if len(choices) == 1 else ""

    only = ""


class CourtesyForm(DeedForm):
    until = forms.DateField(
        widget=forms.DateInput({"type": "date", "class": " ".join(INPUT_CLASSES)}, "%Y-%m-%d"),
        label="Until",
        help_text="The last day, included.",
    )

    def look(self) -> None:
        self.initial["until"] = timezone.localtime(self.now).date() + timedelta(days=7)

    def clean_until(self) -> Any:
        until, today = self.cleaned_data["until"], timezone.localtime(self.now).date()
        if until < today:
            raise forms.ValidationError("That day is over.")
        if until > today + LONGEST_COURTESY:
            raise forms.ValidationError("That is more than three years. Choose an earlier day.")
        return until


class EndCourtesyForm(DeedForm):
    def look(self) -> None:
        given = Entitlement.objects.not_ended(self.now).filter(reader=self.reader)
        if not given.filter(source=Source.COURTESY).exists():
            self.why_not = "They have no courtesy access."


class GiveBackForm(DeedForm):
    def look(self) -> None:
        if not standing_of(self.reader, now=self.now).used:
            self.why_not = "They have used none of this month’s free stories."


class ResendForm(DeedForm):
    def look(self) -> None:
        # An invitation is for somebody else's mailbox.
        theirs = Letter.objects.filter(reader=self.reader).exclude(kind=Kind.PRINT_INVITATION)
        letters = theirs.order_by("-pk")[:LETTERS_SHOWN]
        choices = [
            (str(each.pk), f"{timezone.localtime(each.written_at):%-d %B %Y}: {each.subject}")
            for each in letters
        ]
        self.choose("letter", "Letter", choices, "No letter was written to them yet.")


class PaymentLinkForm(DeedForm):
    """What is owed comes first, then what is sold."""

    def look(self) -> None:
        owed = Invoice.objects.filter(customer__reader=self.reader, status="open").exclude(page="")
        choices = [
            (f"invoice:{each.pk}", f"Owed: {in_words(each.amount_due, each.currency)}")
            for each in owed.select_related("subscription")
            if each.is_asked_for
        ]
        sold = Price.objects.in_force().filter(package__listed=True).select_related("package")
        choices += [(f"price:{each.pk}", f"New: {each}") for each in sold]
        self.choose("what", "To pay", choices, "Nothing is owed, and no package is on sale.")


class RefundForm(DeedForm):
    amount = forms.DecimalField(
        required=False,
        min_value=0,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text="Empty: all that is left of it.",
    )

    def look(self) -> None:
        theirs = Q(customer__reader=self.reader) & ~Q(paid_at=None)
        paid: list[Invoice | Purchase] = [
            *Invoice.objects.filter(theirs, amount_paid__gt=0).order_by("-paid_at"),
            *Purchase.objects.filter(theirs).order_by("-paid_at"),
        ]
        self.payments = {f"{each._meta.model_name}:{each.pk}": each for each in paid}
        choices = [
            (key, _payment(each, left))
            for key, each in self.payments.items()
            if (left := left_to_refund(each))
        ]
        self.choose("payment", "Payment", choices, "There is nothing to give back.")
        self.order_fields(["payment", "amount"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        paid = self.payments.get(cleaned.get("payment", ""))
        if paid and "amount" in cleaned:
            cleaned["paid"], cleaned["smallest"] = paid, left_to_refund(paid)
            if cleaned["amount"] is not None:
                self._take_amount(cleaned, paid)
        return cleaned

    def _take_amount(self, cleaned: dict[str, Any], paid: Invoice | Purchase) -> None:
        try:
            smallest = money.in_smallest_units(cleaned["amount"], paid.currency)
        except ValueError as error:
            self.add_error("amount", str(error))
            return
        if not 0 < smallest <= left_to_refund(paid):
            left = in_words(left_to_refund(paid), paid.currency)
            self.add_error("amount", f"Between nothing and {left}, which is what is left.")
        cleaned["smallest"] = smallest


class CancelForm(DeedForm):
    def look(self) -> None:
        running = _subscriptions(self.reader).filter(cancels_at=None)
        choices = [(str(each.pk), str(each.price)) for each in running]
        self.choose("subscription", "Subscription", choices, "No subscription of theirs renews.")


class ResumeForm(DeedForm):
    def look(self) -> None:
        ending = _subscriptions(self.reader).exclude(cancels_at=None)
        choices = [(str(each.pk), str(each.price)) for each in ending]
        self.choose("subscription", "Subscription", choices, "None of theirs is cancelled.")


class LinkForm(DeedForm):
    """First the number; then the account is shown with its name and address, and chosen."""

    number = forms.CharField(
        max_length=60, label="Account number", widget=UnfoldAdminTextInputWidget
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        accounts = {str(each.pk): each for each in accounts_numbered(cleaned.get("number", ""))}
        if not accounts:
            if cleaned.get("number"):
                self.add_error("number", "No file has brought an account with this number.")
            return cleaned
        self.fields["account"] = forms.ChoiceField(
            choices=[(key, _account(each)) for key, each in accounts.items()],
            widget=UnfoldAdminRadioSelectWidget,
            label="Is this theirs?",
        )
        self.order_fields(["number", "account", "reason"])
        cleaned["account"] = accounts.get(self.data.get("account", ""))
        if cleaned["account"] is None:
            self.add_error("account", "Compare name and address with the caller, and choose.")
        return cleaned


class UnlinkForm(DeedForm):
    def look(self) -> None:
        claims = Activation.objects.filter(reader=self.reader).select_related("account")
        linked = claims.exclude(state=Activation.State.WITHDRAWN)
        choices = [(str(each.pk), _account(each.account)) for each in linked]
        self.choose("activation", "Print account", choices, "No print account is linked.")


class EraseForm(DeedForm):
    email = forms.CharField(
        label="Type the reader’s email address",
        help_text="It cannot be undone: account, stories, letters and print account are gone.",
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )

    def look(self) -> None:
        if self.reader.is_staff:
            self.why_not = "They are a member of staff: take them off the staff first."

    def clean_email(self) -> str:
        if str(self.cleaned_data["email"]).strip().lower() != self.reader.email:
            raise forms.ValidationError("This is another address than the reader’s.")
        return self.reader.email


class NewReaderForm(forms.Form):
    """An account for a caller."""

    email = forms.EmailField(
        label="Email address", max_length=254, widget=UnfoldAdminEmailInputWidget
    )
    reason = DeedForm.base_fields["reason"]
    key = DeedForm.base_fields["key"]


def _subscriptions(reader: Reader) -> Any:
    theirs = Subscription.objects.filter(customer__reader=reader).exclude(status__in=ENDED)
    return theirs.select_related("price__package", "customer").order_by("-started_at")


def _payment(paid: Invoice | Purchase, left: int) -> str:
    name = paid.number if isinstance(paid, Invoice) else str(paid.price)
    day = f"{timezone.localtime(paid.paid_at):%-d %B %Y}" if paid.paid_at else ""
    return f"{day}: {in_words(left, paid.currency)} left of {name or 'an invoice'}"


def _account(account: PrintAccount) -> str:
    who = " ".join(filter(None, [account.first_name, account.last_name, account.company]))
    where = ", ".join(filter(None, [account.street, f"{account.postal_code} {account.city}"]))
    seats = seating.free_seats(account)
    return f"{account}: {who}, {where} ({seats} of {seating.seats_of(account)} places free)"
