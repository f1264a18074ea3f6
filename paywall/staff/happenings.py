"""What happened to a reader, as each room's rows tell it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from django.db.models import QuerySet

from accounts.models import Reader
from paywall.circulation.claims import Activation, PrintCase
from paywall.circulation.models import PrintLine
from paywall.entitlements.models import Entitlement, Source
from paywall.gate.decision import Outcome
from paywall.gate.explaining import CONCLUSIONS
from paywall.letters.models import Letter
from paywall.metering.models import MeteredRead, RefusedVisit
from paywall.payments.models import CheckoutAttempt, Concern
from paywall.staff.amounts import in_words
from paywall.subscriptions.models import Invoice, Purchase, SubscriptionChange
from paywall.trail.models import StaffAction

READER, STRIPE, US = "The reader", "Stripe", "The paywall"


# What of a subscription changed, in the desk's words.
CHANGED = {
    "status": "Subscription at Stripe",
    "price": "Package and price",
    "cancels_at": "Subscription ends",
    "next_price": "Package from the next period on",
    "reason": "Subscription, as it opens stories",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """What happened when, who did it, what told us, and why. `kind` is what staff look for."""

    at: datetime
    kind: str
    what: str
    who: str = READER
    source: str = ""
    why: str = ""
    link: str = ""


Newest: TypeAlias = Callable[[QuerySet[Any], str], Iterable[Any]]


def _sign_up(reader: Reader, newest: Newest) -> Iterator[Moment]:
    yield Moment(reader.joined_at, "account", "The account was made", source="sign-up")
    if reader.last_login:
        yield Moment(reader.last_login, "account", "Signed in last", source="sign-in")


def _stories(reader: Reader, newest: Newest) -> Iterator[Moment]:
    opened: Iterable[MeteredRead] = newest(
        MeteredRead.objects.filter(meter__keys__reader=reader), "opened_at"
    )
    for read in opened:
        why = "Given back since." if read.given_back else "One of the month’s free stories."
        yield Moment(
            read.opened_at, "story", f"Opened “{read.title}”", source="meter", why=why,
            link=read.address,
        )  # fmt: skip
    refused: Iterable[RefusedVisit] = newest(
        RefusedVisit.objects.filter(reader=reader), "refused_at"
    )
    for visit in refused:
        yield Moment(
            visit.refused_at, "wall", f"Met the wall at “{visit.title}”", source="gate",
            why=CONCLUSIONS[Outcome(visit.outcome)], link=visit.address,
        )  # fmt: skip


def _till(reader: Reader, newest: Newest) -> Iterator[Moment]:
    begun: Iterable[CheckoutAttempt] = newest(
        CheckoutAttempt.objects.filter(reader=reader).select_related("price__package"), "begun_at"
    )
    for attempt in begun:
        became = {"open": "Still open.", "paid": "Paid.", "expired": "Left without paying."}
        yield Moment(
            attempt.begun_at, "checkout", f"Went to the till for {attempt.price}",
            source="checkout", why=became[attempt.state],
        )  # fmt: skip


def _subscriptions(reader: Reader, newest: Newest) -> Iterator[Moment]:
    changes: Iterable[SubscriptionChange] = newest(
        SubscriptionChange.objects.filter(subscription__customer__reader=reader), "at"
    )
    for change in changes:
        turned = f"{change.before} → {change.after}" if change.before else change.after
        what = f"{CHANGED.get(change.what, change.what)}: {turned or 'none'}"
        yield Moment(change.at, "subscription", what, STRIPE, "Stripe", f"{change.why}.")


def _payments(reader: Reader, newest: Newest) -> Iterator[Moment]:
    for paid in newest(Invoice.objects.filter(customer__reader=reader), "made_at"):
        yield from _of_invoice(paid)
    passes: Iterable[Purchase] = newest(
        Purchase.objects.filter(customer__reader=reader).select_related("price__package"),
        "ordered_at",
    )
    for bought in passes:
        amount = in_words(bought.amount, bought.currency)
        if bought.paid_at:
            what = f"Paid {amount} for {bought.price.package}"
            yield Moment(bought.paid_at, "payment", what, source="Stripe", link=bought.receipt)
        if bought.refunded_at:
            back = in_words(bought.amount_refunded, bought.currency)
            yield Moment(bought.refunded_at, "payment", f"{back} was refunded", STRIPE, "Stripe")


def _of_invoice(invoice: Invoice) -> Iterator[Moment]:
    due = in_words(invoice.amount_due, invoice.currency)
    number = invoice.number or invoice.stripe_id
    if invoice.paid_at and invoice.amount_paid:
        paid = in_words(invoice.amount_paid, invoice.currency)
        yield Moment(
            invoice.paid_at, "payment", f"Paid {paid}", source="Stripe",
            why=f"Invoice {number}.", link=invoice.page,
        )  # fmt: skip
    elif invoice.status == "open":
        yield Moment(
            invoice.made_at, "payment", f"{due} was not paid", STRIPE, "Stripe",
            f"Invoice {number}, tried {_times(invoice.attempts)}.", invoice.page,
        )  # fmt: skip
    if invoice.refunded_at:
        back = in_words(invoice.amount_refunded, invoice.currency)
        yield Moment(
            invoice.refunded_at, "payment", f"{back} was refunded", STRIPE, "Stripe",
            f"Invoice {number}.", invoice.page,
        )  # fmt: skip
    if invoice.disputed_at:
        what = f"{due} is disputed at the bank"
        yield Moment(invoice.disputed_at, "payment", what, source="Stripe")


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _letters(reader: Reader, newest: Newest) -> Iterator[Moment]:
    letters: Iterable[Letter] = newest(
        Letter.objects.filter(reader=reader).defer("text", "html"), "written_at"
    )
    for letter in letters:
        what = f"Letter “{letter.subject}” to {letter.address}"
        if letter.given_up_at:
            became = f"Could not be sent: {letter.error}"
        else:
            became = "Sent." if letter.sent_at else "On its way."
        yield Moment(letter.sent_at or letter.written_at, "letter", what, US, "letters", became)


def _print(reader: Reader, newest: Newest) -> Iterator[Moment]:
    claims: Iterable[Activation] = newest(
        Activation.objects.filter(reader=reader).select_related("account"), "claimed_at"
    )
    accounts = []
    for claim in claims:
        accounts.append(claim.account_id)
        proof = f"Proved by {claim.proof}."
        what = f"Turned on print account {claim.account}"
        yield Moment(claim.claimed_at, "print", what, source="activation", why=proof)
        if claim.withdrawn_at:
            what = f"Print account {claim.account} was taken back"
            yield Moment(claim.withdrawn_at, "print", what, "", "activation")
        if gone := claim.account.absent_since:
            what = f"Print account {claim.account} is missing from the file"
            yield Moment(gone, "print", what, "Circulation", "print file")
    lines: Iterable[PrintLine] = newest(
        PrintLine.objects.filter(account__in=accounts).exclude(status_since=None), "status_since"
    )
    for line in lines:
        since = line.status_since or line.account.first_seen_at
        what = f"The printed paper: {line.get_status_display().lower()}"
        yield Moment(since, "print", what, "Circulation", "print file", str(line))
    cases: Iterable[PrintCase] = newest(
        PrintCase.objects.filter(reader=reader).exclude(opened_at=None), "opened_at"
    )
    for case in cases:
        asked_at = case.opened_at or case.typed_at
        yield Moment(asked_at, "print", "Asked us to look for a print account", READER)
        if case.decided_at:
            what = f"The case was decided: {case.get_state_display().lower()}"
            yield Moment(case.decided_at, "print", what, "Staff", "case", case.reason)


def _rights(reader: Reader, newest: Newest) -> Iterator[Moment]:
    given: Iterable[Entitlement] = newest(
        Entitlement.objects.filter(reader=reader, source=Source.COURTESY), "starts_at"
    )
    for right in given:
        yield Moment(right.starts_at, "access", "Courtesy access began", "", "courtesy")
        if right.ends_at:
            yield Moment(right.ends_at, "access", "Courtesy access ended", "", "courtesy")


def _staff(reader: Reader, newest: Newest) -> Iterator[Moment]:
    for concern in newest(Concern.objects.filter(customer__reader=reader), "raised_at"):
        what = f"For staff: {concern.get_kind_display().lower()}"
        yield Moment(concern.raised_at, "payment", what, US, "concern", concern.text)
    actions: Iterable[StaffAction] = newest(StaffAction.objects.filter(reader=reader), "at")
    for action in actions:
        outcome = action.outcome or "Begun; nobody came back to say how it went."
        why = f"{action.reason} ({outcome})" if action.reason else outcome
        yield Moment(action.at, "deed", action.what, action.actor_name, "staff", why)


EVERY_KIND = (
    _sign_up,
    _stories,
    _till,
    _subscriptions,
    _payments,
    _letters,
    _print,
    _rights,
    _staff,
)
