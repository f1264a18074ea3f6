"""What waits for a person, with the screen on which it is settled. Counts alone, nobody's name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count
from django.urls import reverse

from paywall.catalog.models import Package
from paywall.circulation import nightly
from paywall.circulation.claims import PrintCase
from paywall.circulation.models import CirculationImport
from paywall.circulation.states import ImportState
from paywall.health.schedules import schedules
from paywall.letters.models import Letter
from paywall.letters.sending import NOT_WANTED
from paywall.metering.models import FreeMode
from paywall.payments import inbox, publishing
from paywall.payments.models import Concern, Reconciliation, StripeEvent

FOREIGN_FOR = timedelta(days=7)  # events that are not about our readers stop being news
FOREIGN = {
    inbox.UNKNOWN: "Sales at Stripe to customers that are not ours, told of in the last week",
    inbox.FOREIGN: "Sales at Stripe of what we do not sell, told of in the last week",
}
UNHANDLED_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many of something wait. `address`: the path of the screen where they are settled.

    What only is to be known (`waits` is False) is no reason to write to anybody.
    """

    what: str
    count: int
    address: str
    waits: bool = True
    more: str = ""


def waiting(*, now: datetime, real_now: datetime) -> Sequence[Waiting]:
    """Return what there is of everything that may wait; what has a count of 0 is left out."""
    return [one for one in looked_for(now=now, real_now=real_now) if one.count]


def looked_for(*, now: datetime, real_now: datetime) -> Sequence[Waiting]:
    """Return everything that may wait, also what there is none of."""
    return [
        *_events(now),
        *_circulation(now),
        *_concerns(),
        *_packages(),
        *_letters(),
        *_schedules(real_now),
        *_open_to_everybody(now),
    ]


def _events(now: datetime) -> Iterator[Waiting]:
    given_up = StripeEvent.objects.filter(given_up_at__isnull=False, handled_at=None).count()
    yield Waiting(
        "Stripe events that failed too often", given_up, _list("stripeevent", "state=failed")
    )
    due = StripeEvent.objects.filter(
        handled_at=None, given_up_at=None, received_at__lt=now - UNHANDLED_AFTER
    )
    yield Waiting(
        "Stripe events that have waited for an hour",
        due.count(),
        _list("stripeevent", "state=waiting"),
    )
    for outcome, what in FOREIGN.items():
        foreign = StripeEvent.objects.filter(outcome=outcome, happened_at__gt=now - FOREIGN_FOR)
        yield Waiting(
            what,
            foreign.count(),
            _list("stripeevent", f"outcome={outcome.replace(' ', '+')}"),
            waits=False,
        )


def _circulation(now: datetime) -> Iterator[Waiting]:
    held = CirculationImport.objects.filter(state=ImportState.HELD).count()
    yield Waiting(
        "Circulation files held until somebody says yes or no",
        held,
        _list("circulationimport", f"state__exact={ImportState.HELD.value}"),
    )
    late = nightly.lateness(now=now)
    yield Waiting("A circulation file is late", bool(late), _list("circulationimport"), more=late)
    cases = PrintCase.objects.filter(state=PrintCase.State.OPEN).count()
    yield Waiting(
        "Print cases to decide", cases, _list("printcase", f"state__exact={PrintCase.State.OPEN}")
    )


def _concerns() -> Iterator[Waiting]:
    unsettled = Concern.objects.filter(settled_at=None).values_list("kind").order_by("kind")
    counts = dict(unsettled.annotate(Count("pk")))
    for kind in Concern.Kind:
        query = f"kind__exact={kind.value}&settled_at__isempty=1"
        count = counts.get(kind.value, 0)
        yield Waiting(f"Concern: {kind.label}", count, _list("concern", query))


def _packages() -> Iterator[Waiting]:
    packages = Package.objects.prefetch_related("prices__package", "publications__price")
    states = [publishing.state_of(package) for package in packages]
    yield Waiting(
        "Packages with prices that Stripe does not have as they are here",
        sum(state in {publishing.NOT_PUBLISHED, publishing.TO_BE_PUBLISHED} for state in states),
        reverse("admin:paywall_package_publish"),
    )
    for kind in Reconciliation.Kind:
        last = Reconciliation.objects.filter(kind=kind).exclude(ended_at=None).first()
        if last is None:
            continue
        address = reverse("admin:paywall_reconciliation_change", args=[last.pk])
        label = kind.label.lower()
        yield Waiting(f"The comparison of {label} broke off", bool(last.error), address)
        yield Waiting(f"Differences at Stripe: {label}", len(last.differences), address)


def _letters() -> Iterator[Waiting]:
    unseen = Letter.objects.filter(seen_at=None)
    bounced = unseen.filter(bounced_at__isnull=False).count()
    yield Waiting("Letters that came back", bounced, _list("letter", "state=bounced"))
    given_up = unseen.filter(given_up_at__isnull=False, sent_at=None).exclude(error=NOT_WANTED)
    yield Waiting(
        "Letters that could not be sent", given_up.count(), _list("letter", "state=given_up")
    )


def _schedules(real_now: datetime) -> Iterator[Waiting]:
    late = [one for one in schedules(real_now=real_now) if one.problem]
    yield Waiting(
        "Schedules that are late or failed",
        len(late),
        _list("schedulerun"),
        more=", ".join(one.name for one in late),
    )


def _open_to_everybody(now: datetime) -> Iterator[Waiting]:
    count = FreeMode.objects.in_force(now).count()
    yield Waiting("Stories are open to everybody", count, _list("freemode"), waits=False)


def in_full(address: str) -> str:
    """Return a screen's whole address, for a letter."""
    return f"{settings.SITE_URL}{address}"


def _list(model: str, query: str = "") -> str:
    address = reverse(f"admin:paywall_{model}_changelist")
    return f"{address}?{query}" if query else address
