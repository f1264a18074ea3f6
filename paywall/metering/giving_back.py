"""Giving a reader the month's free stories back."""

from django.db import transaction

from accounts.models import Reader, raise_access_version
from paywall.metering.models import Meter, MeteredRead, MeterKey
from paywall.periods import Period


def give_back(reader: Reader, *, period: Period) -> int:
    """Let what the reader opened this month count no more; return how many stories.

    They stay open to the reader, who may open as many others.
    """
    with transaction.atomic():
        # The meter's row is locked first, as by whoever opens a story or merges meters.
        meter = (
            Meter.objects.select_for_update()
            .filter(pk__in=MeterKey.objects.filter(reader=reader).values("meter"))
            .first()
        )
        if meter is None:
            return 0
        counted = MeteredRead.objects.filter(meter=meter, period=period.starts_date)
        given = counted.filter(given_back=False).update(given_back=True)
        Meter.objects.filter(pk=meter.pk, period=period.starts_date).update(used=0)
        raise_access_version(
            MeterKey.objects.filter(meter=meter, reader__isnull=False).values_list(
                "reader", flat=True
            )
        )
    return given
