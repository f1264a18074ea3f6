"""Writing the letters about the printed paper's digital access into the outbox, once each."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from paywall.circulation import finding, showing
from paywall.circulation.claims import Activation, PrintCase
from paywall.circulation.masking import masked_address, masked_number
from paywall.circulation.matching import Proof
from paywall.circulation.models import PrintAccount, PrintLine
from paywall.circulation.states import LineStatus
from paywall.letters.composing import compose
from paywall.letters.due import NEWS
from paywall.letters.kinds import Kind
from paywall.letters.models import Letter
from paywall.letters.print_due import PrintDue, PrintFacts, due_letters

BATCH = 500  # activations looked at together


@dataclass(frozen=True, slots=True)
class Found:
    """An activation and the letters that are due about it."""

    activation: Activation
    due: Sequence[PrintDue]


def write_all_due(*, now: datetime) -> int:
    """Write every print letter that is due to anybody and return how many; again: none."""
    written = 0
    for batch in _batches(_something_to_say(now)):
        for found in _look(batch, now):
            if found.due:
                written += write_due(found.activation.pk, now=now)
    return written + _write_asked(now) + _write_declined(now)


def write_due(activation_id: int, *, now: datetime) -> int:
    """Write what is due about one activation and return how many.

    Under the lock of the account's row, at which files are let in: no letter of an ending is
    written about an account that has just come back.
    """
    with transaction.atomic():
        rows = _loaded().filter(pk=activation_id)
        row = rows.first()
        if row is None:
            return 0
        PrintAccount.objects.select_for_update().get(pk=row.account_id)
        letters = [
            _letter(due.kind, due.key, found.activation, now, at=due.at)
            for found in _look(list(rows), now)
            for due in found.due
        ]
        Letter.objects.bulk_create(letters, ignore_conflicts=True)
    return len(letters)


def _something_to_say(now: datetime) -> Q:
    """Keep more than has a letter due, and never less."""
    unusual = PrintLine.objects.filter(account=OuterRef("account")).exclude(
        status=LineStatus.ACTIVE
    )
    return (
        Q(entitlement__starts_at__gt=now - NEWS)
        | Q(entitlement__ends_at__isnull=False)
        | Q(account__absent_since__isnull=False)
        | Q(Exists(unusual))
        | Q(Exists(Letter.objects.filter(reader=OuterRef("reader"), kind=Kind.PRINT_ENDED.value)))
    )


def _look(rows: Sequence[Activation], now: datetime) -> Iterator[Found]:
    zone = ZoneInfo(settings.TIME_ZONE)
    rights = finding.with_rights([(row.account, Proof.STAFF) for row in rows], now=now)
    accounts = [row.account_id for row in rows]
    held = PrintLine.objects.filter(account__in=accounts, status=LineStatus.HOLD)
    since = dict(held.order_by("status_since").values_list("account", "status_since"))
    written: dict[int, set[str]] = defaultdict(set)
    letters = Letter.objects.filter(
        reader__in=[row.reader_id for row in rows], key__startswith="print-"
    )
    for reader_id, key in letters.values_list("reader", "key"):
        written[reader_id].add(key)
    for row, one in zip(rows, rights, strict=True):
        facts = PrintFacts(
            activation=row.pk,
            right=one.right,
            began_at=row.entitlement.starts_at if row.entitlement else None,
            ended_at=row.entitlement.ends_at if row.entitlement else None,
            held_since=since.get(row.account_id),
            written=frozenset(written[row.reader_id]),
        )
        yield Found(row, due_letters(facts, now=now, zone=zone))


def _write_asked(now: datetime) -> int:
    """Tell holders who waits for their word."""
    waiting = Activation.objects.filter(
        state=Activation.State.WAITING, claimed_at__gt=now - NEWS
    ).select_related("account", "reader")
    letters = []
    for row in waiting:
        key = f"print-asked:{row.pk}"
        holder = row.account.activations.filter(holder=True).select_related("account", "reader")
        if (theirs := holder.first()) and not Letter.objects.filter(key=key).exists():
            who = masked_address(row.reader.email)
            letters.append(_letter(Kind.PRINT_ASKED, key, theirs, now, who=who))
    Letter.objects.bulk_create(letters, ignore_conflicts=True)
    return len(letters)


def _write_declined(now: datetime) -> int:
    """Tell readers what staff said of their case."""
    declined = PrintCase.objects.filter(
        state=PrintCase.State.DECLINED, decided_at__gt=now - NEWS
    ).select_related("reader")
    letters = [
        compose(
            Kind.PRINT_DECLINED,
            f"print-declined:{case.pk}",
            case.reader,
            {"reason": case.reason, **_desk()},
            now=now,
        )
        for case in declined
        if not Letter.objects.filter(key=f"print-declined:{case.pk}").exists()
    ]
    Letter.objects.bulk_create(letters, ignore_conflicts=True)
    return len(letters)


def _letter(kind: Kind, key: str, activation: Activation, now: datetime, **about: Any) -> Letter:
    words = {
        "number": masked_number(activation.account.number),
        "publication": activation.account.publication,
        "holder": activation.holder,
        "pays_too": kind is Kind.PRINT_ACTIVATED
        and activation.holder
        and showing.pays(activation.reader),
        "holds_url": settings.CIRCULATION_HOLDS_URL,
        **_desk(),
        **about,
    }
    return compose(kind, key, activation.reader, words, now=now)


def _desk() -> dict[str, str]:
    return {
        "desk_phone": settings.CIRCULATION_PHONE,
        "desk_hours": settings.CIRCULATION_HOURS,
        "activate_url": f"{settings.SITE_URL}{reverse('activate')}",
    }


def _loaded() -> Any:
    return Activation.objects.active().select_related("account", "reader", "entitlement")


def _batches(chosen: Q) -> Iterator[list[Activation]]:
    last = 0
    while batch := list(_loaded().filter(chosen, pk__gt=last).order_by("pk")[:BATCH]):
        yield batch
        last = batch[-1].pk
