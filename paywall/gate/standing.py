"""How a reader stands: what opens the door and what it costs, and what is left of the month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F

from accounts.models import Reader
from paywall.entitlements.models import Entitlement
from paywall.metering.models import MeteredRead
from paywall.metering.rules import rules_in_force
from paywall.periods import Period, month_of
from paywall.subscriptions.paid import Paid, paid_by


@dataclass(frozen=True, slots=True)
class Standing:
    """The rights in force, this period's stories, newest first, and what is and was paid."""

    entitlements: Sequence[Entitlement]
    reads: Sequence[MeteredRead]
    allowance: int
    period: Period
    paid: Paid

    @property
    def reads_everything(self) -> bool:
        return any(entitlement.everything for entitlement in self.entitlements)

    @property
    def remaining(self) -> int:
        return max(self.allowance - self.used, 0)

    @property
    def used(self) -> int:
        """How many of the month's free stories are used."""
        return sum(not read.given_back for read in self.reads)


def standing_of(reader: Reader, *, now: datetime) -> Standing:
    """Return how the reader stands at this moment; four queries, three more for who has paid."""
    period = month_of(now, ZoneInfo(settings.TIME_ZONE))
    return Standing(
        entitlements=list(
            Entitlement.objects.in_force(now)
            .filter(reader=reader)
            .select_related("subscription__price__package")
            .prefetch_related("sections")
            .order_by(F("ends_at").desc(nulls_first=True))
        ),
        reads=list(
            MeteredRead.objects.filter(
                meter__keys__reader=reader, period=period.starts_date
            ).order_by("-opened_at")
        ),
        allowance=rules_in_force().house.readers,
        period=period,
        paid=paid_by(reader, now=now),
    )
