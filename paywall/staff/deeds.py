"""What staff may do for a reader: who may, what it means, and how it is done."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.urls import reverse

from accounts.models import Reader
from accounts.signing_out import sign_out_everywhere
from paywall.catalog.models import Price
from paywall.catalog.terms import price_in_words
from paywall.circulation import linking, seats
from paywall.circulation.claims import Activation
from paywall.entitlements import granting
from paywall.entitlements.models import Entitlement, Source
from paywall.letters import by_staff, sending
from paywall.letters.models import Letter
from paywall.metering.giving_back import give_back
from paywall.payments import cancelling, gateway, refunding
from paywall.periods import month_of
from paywall.privacy import exporting, forgetting
from paywall.staff import deed_forms as forms
from paywall.staff.amounts import in_words
from paywall.subscriptions.leaving import By
from paywall.subscriptions.models import Invoice, Subscription


@dataclass(frozen=True, slots=True)
class Asked:
    """A deed as somebody asks for it: for whom, with what the form says, and under which key."""

    reader: Reader
    form: Mapping[str, Any]
    key: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, as a sentence; a file to hand over; and letters that are to go out."""

    sentence: str
    file: tuple[str, bytes] | None = None
    letters: bool = False
    customer: int | None = None
    activation: int | None = None
    gone: bool = False


Do: TypeAlias = Callable[[Asked], Done]


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing to do for a reader. `permission` is a codename of StaffAction's.

    `about` is the heading that it stands under.
    """

    about: str
    label: str
    permission: str
    means: str
    do: Do
    form: type[forms.DeedForm] = forms.DeedForm
    danger: bool = False


def _give_courtesy(asked: Asked) -> Done:
    until = asked.form["until"]
    zone = ZoneInfo(settings.TIME_ZONE)
    ends_at = datetime.combine(until + timedelta(days=1), time(), zone)
    granting.give(asked.reader, Source.COURTESY, starts_at=asked.now, ends_at=ends_at)
    return Done(f"They read everything until the end of {until:%-d %B %Y}.")


def _end_courtesy(asked: Asked) -> Done:
    given = Entitlement.objects.not_ended(asked.now).filter(reader=asked.reader)
    granting.withdraw_all(list(given.filter(source=Source.COURTESY)), at=asked.now)
    return Done("Their courtesy access has ended.")


def _give_stories_back(asked: Asked) -> Done:
    period = month_of(asked.now, ZoneInfo(settings.TIME_ZONE))
    count = give_back(asked.reader, period=period)
    return Done(f"Given back: {count}. Those stories stay open to them.")


def _resend(asked: Asked) -> Done:
    letter = Letter.objects.get(pk=asked.form["letter"], reader=asked.reader)
    if not sending.try_again(letter, now=asked.now):
        by_staff.send_again(letter, key=asked.key, now=asked.now)
    return Done(f"“{letter.subject}” goes to {asked.reader.email} once more.", letters=True)


def _send_payment_link(asked: Asked) -> Done:
    kind, _, pk = asked.form["what"].partition(":")
    if kind == "invoice":
        invoice = Invoice.objects.get(pk=pk, customer__reader=asked.reader)
        what, link = invoice.subscription.price.package.name, invoice.page
        price = in_words(invoice.amount_due, invoice.currency)
    else:
        sold = Price.objects.select_related("package").get(pk=pk)
        what = sold.package.name
        price = price_in_words(sold.terms, locale=settings.LANGUAGE_CODE)
        link = f"{settings.SITE_URL}{reverse('choose', args=[sold.public_id])}"
    by_staff.write_payment_link(
        asked.reader, what=what, price=price, link=link, owed=kind == "invoice",
        key=asked.key, now=asked.now,
    )  # fmt: skip
    return Done(f"The link goes to {asked.reader.email}.", letters=True)


def _refund(asked: Asked) -> Done:
    paid, amount = asked.form["paid"], asked.form["smallest"]
    refunding.refund(gateway.from_settings(), paid, amount=amount, now=asked.now)
    given = in_words(amount, paid.currency)
    return Done(f"{given} goes back to their card or account.", customer=paid.customer_id)


def _cancel(asked: Asked) -> Done:
    subscription = _subscription(asked)
    cancelling.cancel(gateway.from_settings(), subscription, now=asked.now, by=By.STAFF)
    return Done("It is cancelled. Nothing more is charged.", customer=subscription.customer_id)


def _resume(asked: Asked) -> Done:
    subscription = _subscription(asked)
    cancelling.resume(gateway.from_settings(), subscription, now=asked.now)
    return Done("The subscription goes on.", customer=subscription.customer_id)


def _link(asked: Asked) -> Done:
    account = asked.form["account"]
    claim = linking.link(account, asked.reader, now=asked.now)
    return Done(f"They read with print account {account}.", activation=claim.pk)


def _unlink(asked: Asked) -> Done:
    claim = Activation.objects.get(pk=asked.form["activation"], reader=asked.reader)
    seats.take_back_by_staff(claim.pk, now=asked.now)
    return Done("It is unlinked. They can have it again through a case or from you alone.")


def _sign_out(asked: Asked) -> Done:
    count = sign_out_everywhere(asked.reader)
    return Done(f"Signed out on {count} device{'' if count == 1 else 's'}.")


def _export(asked: Asked) -> Done:
    kept = exporting.export(asked.reader, now=asked.now)
    document = json.dumps(kept, cls=DjangoJSONEncoder, indent=2, ensure_ascii=False)
    name = f"reader-{asked.reader.public_id}.json"
    return Done("The export was handed over.", file=(name, document.encode()))


def _erase(asked: Asked) -> Done:
    forgotten = forgetting.forget(gateway.from_settings, asked.reader, now=asked.now)
    kept = " Their invoices stay, with nobody’s name." if forgotten.keeps_invoices else ""
    return Done(f"The reader was erased.{kept}", gone=True)


def _subscription(asked: Asked) -> Subscription:
    theirs = Subscription.objects.select_related("customer", "price__package")
    return theirs.get(pk=asked.form["subscription"], customer__reader=asked.reader)


DEEDS: dict[str, Deed] = {
    "courtesy": Deed(
        "Access",
        "Give courtesy access",
        "give_courtesy",
        "They read everything, free, until the day you choose.",
        _give_courtesy,
        forms.CourtesyForm,
    ),
    "end-courtesy": Deed(
        "Access",
        "End courtesy access",
        "give_courtesy",
        "What the paper gave them ends now. What they pay for stays.",
        _end_courtesy,
        forms.EndCourtesyForm,
    ),
    "give-back": Deed(
        "Access",
        "Give the month’s stories back",
        "give_stories_back",
        "None of the stories they opened this month counts any more. They stay open to them.",
        _give_stories_back,
        forms.GiveBackForm,
    ),
    "resend": Deed(
        "Letters",
        "Send a letter again",
        "resend_letter",
        "The same letter goes out once more, to their address of today.",
        _resend,
        forms.ResendForm,
    ),
    "payment-link": Deed(
        "Money",
        "Send a payment link",
        "send_payment_link",
        "They get a letter with a link: to what they owe, or to the page of a package.",
        _send_payment_link,
        forms.PaymentLinkForm,
    ),
    "refund": Deed(
        "Money",
        "Refund a payment",
        "refund_payment",
        "The money goes back the way it came, in five to ten days. Giving back all that the "
        "running period cost ends the subscription at once; a part of it, or an older payment, "
        "ends nothing.",
        _refund,
        forms.RefundForm,
        danger=True,
    ),
    "cancel": Deed(
        "Money",
        "Cancel a subscription",
        "cancel_subscription",
        "Who has paid reads on until that time is over. Who has not is closed at once, and what "
        "is open is asked for no more.",
        _cancel,
        forms.CancelForm,
        danger=True,
    ),
    "resume": Deed(
        "Money",
        "Resume a subscription",
        "cancel_subscription",
        "It renews again, at the same price.",
        _resume,
        forms.ResumeForm,
    ),
    "link-print": Deed(
        "Printed paper",
        "Link a print account",
        "link_print_account",
        "They read with the printed paper’s account, whatever they could prove themselves.",
        _link,
        forms.LinkForm,
    ),
    "unlink-print": Deed(
        "Printed paper",
        "Unlink a print account",
        "link_print_account",
        "They read with it no more, and cannot turn it on again by themselves.",
        _unlink,
        forms.UnlinkForm,
        danger=True,
    ),
    "sign-out": Deed(
        "Account",
        "Sign out everywhere",
        "sign_reader_out",
        "Every device has to sign in again. Nothing else changes.",
        _sign_out,
    ),
    "export": Deed(
        "Account",
        "Export what is kept",
        "export_reader",
        "You get a file with everything that is kept about them. Hand it to nobody else, and "
        "be sure of who asks for it.",
        _export,
    ),
    "erase": Deed(
        "Account",
        "Erase the reader",
        "erase_reader",
        "What they pay for ends at Stripe at once. Then everything that names them is deleted, "
        "their printed paper’s account too. Invoices stay, as the law wants, without the name.",
        _erase,
        forms.EraseForm,
        danger=True,
    ),
}
