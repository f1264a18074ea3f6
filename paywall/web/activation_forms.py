"""What a print subscriber types: with the account number at hand, or without."""

import re
from typing import Any

from django import forms
from django.conf import settings

from paywall.circulation.claims import PrintCase
from paywall.circulation.matching import Typed
from paywall.circulation.numbers import number_digits

MISSING_EITHER = "Type the postal code or the house number: one of the two is enough."


class ActivationForm(forms.Form):
    """What both ways ask for. Nothing said of an error depends on what is on file."""

    way = ""
    use_required_attribute = False

    last_name = forms.CharField(
        label="Last name",
        help_text="As on the bill: yours, or that of whoever subscribes. A company’s too.",
        max_length=80,
        error_messages={"required": "Type the last name that is on the bill."},
        widget=forms.TextInput({"autocomplete": "family-name"}),
    )
    postal_code = forms.CharField(
        label="Postal code",
        help_text="Where the paper is delivered, or where the bill goes.",
        max_length=16,
        error_messages={"required": "Type the postal code."},
        widget=forms.TextInput({"autocomplete": "postal-code"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{self.way}_%s")
        super().__init__(*args, **kwargs)

    def typed(self) -> Typed:
        """Return what was typed; the form is valid."""
        data = self.cleaned_data
        return Typed(
            last_name=data["last_name"],
            number=data.get("number", ""),
            postal_code=data.get("postal_code", ""),
            house_number=data.get("house_number", ""),
            phone=data.get("phone", ""),
        )


class WithNumber(ActivationForm):
    way = "number"
    field_order = ("number", "last_name", "postal_code", "house_number")

    number = forms.CharField(
        label="Account number",
        max_length=60,
        error_messages={"required": "Type the account number that is on the bill or the label."},
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    house_number = forms.CharField(
        label="Or the house number, instead of the postal code",
        max_length=40,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        number, code = self.fields["number"], self.fields["postal_code"]
        example = settings.PRINT_NUMBER_EXAMPLE
        if example:
            number.help_text = f"It looks like {example}. Spaces and dashes do not matter."
        # A phone shows its digits alone where the paper's numbers have no letters.
        digits = bool(re.fullmatch(r"[\d\s-]+", example))
        number.widget.attrs["inputmode"] = "numeric" if digits else "text"
        code.required = False

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("postal_code") and not data.get("house_number"):
            self.add_error("postal_code", MISSING_EITHER)
        return data


class WithPhone(ActivationForm):
    way = "phone"
    field_order = ("last_name", "postal_code", "phone")

    phone = forms.CharField(
        label="Last four digits of the phone number",
        help_text="Of the number that the circulation desk has. The whole number will do too.",
        max_length=30,
        error_messages={"required": "Type the last four digits of the phone number."},
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "numeric"}),
    )

    def clean_phone(self) -> str:
        phone = str(self.cleaned_data["phone"])
        if len(number_digits(phone)) < 4:
            raise forms.ValidationError("Type at least the last four digits.")
        return phone


WAYS: dict[str, type[ActivationForm]] = {"number": WithNumber, "phone": WithPhone}


def filled_from(draft: PrintCase | None, before: dict[str, Any]) -> dict[str, str]:
    """Return what both forms begin with: what was typed before signing in again, or last."""
    if before:
        return {name: str(value) for name, value in before.items()}
    if draft is None:
        return {}
    return {
        "number": draft.number,
        "last_name": draft.last_name,
        "postal_code": draft.postal_code,
        "house_number": draft.house_number,
        "phone": draft.phone_last4,
    }


class InvitationForm(forms.Form):
    address = forms.EmailField(
        label="Email address of the person you invite",
        error_messages={
            "required": "Type an email address.",
            "invalid": "That is not an email address.",
        },
        widget=forms.EmailInput({"autocomplete": "off"}),
    )
