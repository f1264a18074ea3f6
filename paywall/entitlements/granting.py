"""Giving, extending and withdrawing the right to premium stories."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F

from accounts.models import Reader, raise_access_version
from paywall.catalog.models import Section
from paywall.entitlements.models import Entitlement, Source


def give(
    reader: Reader,
    source: Source,
    *,
    starts_at: datetime,
    ends_at: datetime | None = None,
    sections: Iterable[Section] | None = None,
) -> Entitlement:
    """Give a reader premium stories: of these sections, or without any, all of them.

    `ends_at` is exclusive; None means until withdrawn.
    """
    with transaction.atomic():
        entitlement = Entitlement.objects.create(
            reader=reader,
            source=source,
            everything=sections is None,
            starts_at=starts_at,
            ends_at=ends_at,
        )
        if sections is not None:
            entitlement.sections.set(sections)
        raise_access_version([reader.pk])
    return entitlement


def give_many(
    source: Source, ends: Mapping[int, datetime | None], *, starts_at: datetime
) -> list[Entitlement]:
    """Give many readers everything; `ends` has the end, as in `give`, by the reader's number."""
    with transaction.atomic():
        given = Entitlement.objects.bulk_create(
            Entitlement(reader_id=reader_id, source=source, starts_at=starts_at, ends_at=ends_at)
            for reader_id, ends_at in ends.items()
        )
        raise_access_version(sorted(ends))
    return given


def extend(entitlement: Entitlement, *, until: datetime | None) -> None:
    """Move the end, later or earlier; None means until withdrawn."""
    with transaction.atomic():
        Entitlement.objects.filter(pk=entitlement.pk).update(ends_at=until)
        raise_access_version([entitlement.reader_id])
    entitlement.ends_at = until


def rescope(entitlement: Entitlement, *, sections: Iterable[Section] | None) -> None:
    """Have it open these sections from now on, or without any, everything."""
    wanted = None if sections is None else {section.pk for section in sections}
    current = (
        None if entitlement.everything else set(entitlement.sections.values_list("pk", flat=True))
    )
    if current == wanted:
        return
    with transaction.atomic():
        entitlement.everything = wanted is None
        entitlement.save(update_fields=["everything"])
        entitlement.sections.set(wanted or [])
        raise_access_version([entitlement.reader_id])


def withdraw(entitlement: Entitlement, *, at: datetime) -> None:
    """End the right at the given moment, unless it ends before.

    One that has not begun by then never does.
    """
    end = max(at, entitlement.starts_at)
    with transaction.atomic():
        # Asked of the database: the end may have moved since the entitlement was loaded.
        lasting = Entitlement.objects.not_ended(end).filter(pk=entitlement.pk)
        withdrawn = lasting.update(ends_at=end)
        raise_access_version([entitlement.reader_id])
    if withdrawn:
        entitlement.ends_at = end


def withdraw_all(entitlements: Collection[Entitlement], *, at: datetime) -> None:
    """End many rights at the given moment; those that begin later or last less, as `withdraw`."""
    if not entitlements:
        return
    with transaction.atomic():
        chosen = Entitlement.objects.filter(pk__in=[one.pk for one in entitlements])
        chosen.filter(starts_at__gt=at).not_ended(at).update(ends_at=F("starts_at"))
        chosen.filter(starts_at__lte=at).not_ended(at).update(ends_at=at)
        raise_access_version(sorted({one.reader_id for one in entitlements}))


def reopen_all(entitlements: Collection[Entitlement]) -> None:
    """Let many rights last until withdrawn."""
    if not entitlements:
        return
    with transaction.atomic():
        chosen = Entitlement.objects.filter(pk__in=[one.pk for one in entitlements])
        chosen.update(ends_at=None)
        raise_access_version(sorted({one.reader_id for one in entitlements}))
