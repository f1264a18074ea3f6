"""Letting the entitlements of activations follow what is known of their print accounts."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from paywall.catalog.models import Section
from paywall.circulation.claims import Activation
from paywall.circulation.models import PrintAccount, PrintLine, PrintPublication
from paywall.circulation.policy import policy_in_force
from paywall.circulation.rights import Line, Policy, Right, Scope, right_of
from paywall.entitlements import granting
from paywall.entitlements.models import Entitlement, Source

BATCH = 200  # accounts followed in one transaction


@dataclass(slots=True)
class Followed:
    """The activations whose entitlement was given, ended or brought back; by their keys."""

    given: list[int] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    restored: list[int] = field(default_factory=list)


def judged_as_of(publication: str, *, now: datetime) -> datetime:
    """Return the moment of the publication's last accepted file; before any: now."""
    found = PrintPublication.objects.filter(name=publication).values_list("as_of", flat=True)
    return found.first() or now


def right_of_account(account: PrintAccount, *, as_of: datetime, policy: Policy) -> Right:
    """Return what an account gives. `lines` may be prefetched."""
    lines = [line_of(line) for line in account.lines.all()]
    return right_of(lines, absent_since=account.absent_since, as_of=as_of, policy=policy)


def follow(
    account_ids: Collection[int],
    *,
    as_of: datetime,
    now: datetime,
    policy: Policy | None = None,
) -> Followed:
    """Give, end or bring back what the active activations of these accounts earn.

    Takes the accounts' row locks, in the order of their keys. `as_of`: the moment of the last
    accepted file, at which endings are judged; what ends ends then, not when we heard of it.
    A handful of queries, however many accounts; each entitlement that is given anew adds some.
    """
    policy = policy or policy_in_force()
    followed = Followed()
    with transaction.atomic():
        locked = PrintAccount.objects.select_for_update().filter(pk__in=account_ids)
        rights = _rights(locked.order_by("pk"), as_of=as_of, policy=policy)
        activations = (
            Activation.objects.filter(account__in=list(rights), state=Activation.State.ACTIVE)
            .select_related("entitlement", "reader")
            .prefetch_related("entitlement__sections")
            .order_by("pk")
        )
        ending, reopening = [], []
        for activation in activations:
            right = rights[activation.account_id]
            entitlement = activation.entitlement
            if entitlement is None:
                if right.opens:
                    _give(activation, right.scope, now)
                    followed.given.append(activation.pk)
            elif not right.opens:
                if entitlement.ends_at is None or entitlement.ends_at > now:
                    ending.append(entitlement)
                    followed.ended.append(activation.pk)
            else:
                if entitlement.ends_at is not None:
                    reopening.append(entitlement)
                    followed.restored.append(activation.pk)
                if _scope_of(entitlement) != right.scope:
                    granting.rescope(entitlement, sections=_sections(right.scope))
        granting.withdraw_all(ending, at=min(as_of, now))
        granting.reopen_all(reopening)
    return followed


def _rights(
    accounts: Iterable[PrintAccount], *, as_of: datetime, policy: Policy
) -> dict[int, Right]:
    absences = {account.pk: account.absent_since for account in accounts}
    lines = defaultdict(list)
    for line in PrintLine.objects.filter(account__in=list(absences)):
        lines[line.account_id].append(line_of(line))
    return {
        key: right_of(lines[key], absent_since=absent_since, as_of=as_of, policy=policy)
        for key, absent_since in absences.items()
    }


def line_of(line: PrintLine) -> Line:
    """Return a line as its right is judged."""
    return Line(line.product, line.rate_code, line.status, line.status_since, line.paid_through)


def _give(activation: Activation, scope: Scope, now: datetime) -> None:
    activation.entitlement = granting.give(
        activation.reader, Source.PRINT, starts_at=now, sections=_sections(scope)
    )
    activation.save(update_fields=["entitlement"])


def _scope_of(entitlement: Entitlement) -> Scope:
    if entitlement.everything:
        return Scope(everything=True)
    return Scope(sections=frozenset(section.pk for section in entitlement.sections.all()))


def _sections(scope: Scope) -> list[Section] | None:
    return None if scope.everything else list(Section.objects.filter(pk__in=scope.sections))


def follow_all(*, now: datetime) -> None:
    """Follow every activation, after a change of the house's rules."""
    policy = policy_in_force()
    for publication in PrintPublication.objects.all():
        for accounts in activated([publication.name]):
            follow(accounts, as_of=publication.as_of, now=now, policy=policy)


def activated(publications: Collection[str]) -> Iterator[list[int]]:
    """Yield the accounts of these publications that somebody activated, in batches."""
    found = (
        Activation.objects.filter(
            state=Activation.State.ACTIVE, account__publication__in=publications
        )
        .order_by("account_id")
        .values_list("account_id", flat=True)
        .distinct()
    )
    last = 0
    while keys := list(found.filter(account_id__gt=last)[:BATCH]):
        yield keys
        last = keys[-1]
