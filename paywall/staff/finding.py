"""Finding a reader by what a caller reads out: every way goes by an index, nothing is counted."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from accounts.models import Reader
from paywall.circulation.claims import Activation
from paywall.circulation.linking import accounts_numbered
from paywall.circulation.models import PrintAccount
from paywall.payments.models import CheckoutAttempt
from paywall.subscriptions.models import Customer, Invoice, Purchase, Subscription

MOST = 20
AT_STRIPE = re.compile(r"(cus|sub|in|pi|cs)_\w+")
READERS: QuerySet[Reader] = Reader.objects.all()
LAST = "\uffff"  # comes after every letter


@dataclass(frozen=True, slots=True)
class Found:
    """A reader, and by what they were found."""

    reader: Reader
    by: str


@dataclass(slots=True)
class Answer:
    """Who was found, and print accounts that nobody has activated; `more`: there may be others."""

    found: list[Found] = field(default_factory=list)
    unclaimed: list[PrintAccount] = field(default_factory=list)
    more: bool = False


def find(typed: str) -> Answer:
    """Return the readers that an address, a name, a print number or a Stripe id is of."""
    typed = " ".join(typed.replace("\0", " ").split())
    answer, seen = Answer(), set[int]()
    if not typed:
        return answer
    for found in _every_way(typed, answer):
        if found.reader.pk in seen:
            continue
        if len(answer.found) == MOST:
            answer.more = True
            break
        seen.add(found.reader.pk)
        answer.found.append(found)
    return answer


def reader_ids(typed: str, *, most: int = 200) -> list[int]:
    """Return the readers whose address begins so, for the admin's own lists."""
    return list(_addressed(typed).values_list("pk", flat=True)[:most])


def accounts(typed: str) -> Iterable[PrintAccount]:
    """Return the print accounts that an address, a number or a name is on."""
    typed = " ".join(typed.split())
    if "@" in typed:
        return PrintAccount.objects.filter(email=typed.lower())[:MOST]
    if any(character.isdigit() for character in typed):
        return accounts_numbered(typed)
    return _named(typed)


def _every_way(typed: str, answer: Answer) -> Iterator[Found]:
    if AT_STRIPE.fullmatch(typed):
        yield from (Found(each, typed) for each in _at_stripe(typed))
        return
    if public_id := _public_id(typed):
        yield from (Found(each, "id") for each in READERS.filter(public_id=public_id))
        return
    if " " not in typed:
        readers = _addressed(typed).order_by("email")[: MOST + 1]
        yield from (Found(each, "email address") for each in readers)
    yield from _of_accounts(accounts(typed), answer)


def _addressed(typed: str) -> QuerySet[Reader]:
    # Addresses are in small letters, so that the index on them is enough.
    return READERS.filter(email__startswith=typed.strip().lower())


def _named(typed: str) -> Iterable[PrintAccount]:
    """Return the print accounts of a last name, or of a first and a last one."""
    first, _, last = typed.lower().rpartition(" ")
    named = PrintAccount.objects.annotate(name=Lower("last_name"))
    whole = named.filter(name__gte=typed.lower(), name__lt=typed.lower() + LAST)
    found = list(whole.order_by("name", "pk")[:MOST])
    if first:
        both = named.filter(name__gte=last, name__lt=last + LAST, first_name__istartswith=first)
        found += both.order_by("name", "pk")[:MOST]
    return found


def _of_accounts(found: Iterable[PrintAccount], answer: Answer) -> Iterator[Found]:
    """Return who activated these accounts, and put the others beside the answer."""
    chosen = list(found)
    answer.more = answer.more or len(chosen) >= MOST
    claims = Activation.objects.filter(account__in=[each.pk for each in chosen])
    claims = claims.exclude(state=Activation.State.WITHDRAWN).select_related("reader", "account")
    claimed = list(claims)
    with_reader = {each.account_id for each in claimed}
    answer.unclaimed += [each for each in chosen if each.pk not in with_reader]
    for each in claimed:
        yield Found(each.reader, f"print account {each.account}, {each.account.last_name}")


def _at_stripe(stripe_id: str) -> Iterable[Reader]:
    """Return whose customer, subscription, invoice, payment or session it is."""
    customers = {each.pk for each in Customer.objects.named([stripe_id]).values()}
    by_id, by_payment = Q(stripe_id=stripe_id), Q(payment_intent=stripe_id)
    for rows in (
        Subscription.objects.filter(by_id),
        Invoice.objects.filter(by_payment if stripe_id.startswith("pi_") else by_id),
        Purchase.objects.filter(by_payment if stripe_id.startswith("pi_") else by_id),
    ):
        customers |= set(rows.values_list("customer", flat=True)[:MOST])
    paying = Customer.objects.filter(pk__in=customers).exclude(reader=None)
    readers = set(paying.values_list("reader", flat=True))
    at_the_till = CheckoutAttempt.objects.filter(session_id=stripe_id)
    readers |= set(at_the_till.values_list("reader", flat=True))
    return READERS.filter(pk__in=readers)


def _public_id(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None
