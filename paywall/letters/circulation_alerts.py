"""The letters that the circulation desk gets: only when something is wrong with a file.

| key                            | due                                            |
|--------------------------------|------------------------------------------------|
| circulation:FILE:READER        | a file was refused, or is held until they decide |
| circulation-late:DATE:READER   | none has come for CIRCULATION_LATE_HOURS       |

Of a file that somebody sends by hand they see the page: no letter.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.models import Reader
from paywall.circulation import nightly
from paywall.circulation.models import CirculationImport
from paywall.circulation.states import ImportState
from paywall.letters.composing import compose
from paywall.letters.due import NEWS
from paywall.letters.kinds import Kind
from paywall.letters.models import Letter

MAY_DECIDE = "paywall.change_circulationimport"
WHY_SENT = "You get this letter because you may decide on circulation files."


def write_due(*, now: datetime) -> int:
    """Write what is due to everybody who may decide on files, and return how many letters."""
    facts = dict(_facts(now))
    if not facts:
        return 0
    letters = [
        compose(Kind.CIRCULATION, f"{key}:{reader.pk}", reader, about, now=now, why_sent=WHY_SENT)
        for reader in Reader.objects.filter(is_staff=True, is_active=True)
        if reader.has_perm(MAY_DECIDE)
        for key, about in facts.items()
    ]
    keys = [letter.key for letter in letters]
    there = set(Letter.objects.filter(key__in=keys).values_list("key", flat=True))
    new = [letter for letter in letters if letter.key not in there]
    Letter.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def _facts(now: datetime) -> Iterator[tuple[str, Mapping[str, Any]]]:
    wrong = CirculationImport.objects.filter(
        state__in=[ImportState.REFUSED, ImportState.HELD], readings=0, began_at__gt=now - NEWS
    )
    for file in wrong:
        path = reverse("admin:paywall_circulationimport_change", args=[file.pk])
        yield (
            f"circulation:{file.pk}",
            {"file": file, "file_url": f"{settings.SITE_URL}{path}"},
        )
    if late := nightly.lateness(now=now):
        path = reverse("admin:paywall_circulationimport_changelist")
        day = nightly.newest_at()
        yield (
            f"circulation-late:{day.date() if day else 'never'}",
            {"late": late, "file_url": f"{settings.SITE_URL}{path}"},
        )
