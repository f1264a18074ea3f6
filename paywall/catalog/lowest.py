"""The lowest price that opens a section, remembered for the wall of every page."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from django.db.models import F

from paywall.catalog.models import Price
from paywall.catalog.terms import Terms
from paywall.memory import Memory

REMEMBERED_FOR = 10  # seconds; a change made in this process is seen at once


@dataclass(frozen=True, slots=True)
class _Asked:
    """A price that can be bought, and one section of its package, if it names any."""

    terms: Terms
    everything: bool
    section: str | None

    @classmethod
    def of(cls, price: Any) -> Self:
        return cls(price.terms, price.everything, price.section)


_remembered = Memory[None, Sequence[_Asked]](most=1)


def lowest_price(section: str) -> Terms | None:
    """Return the least that readers pay at a time who read this section's stories, if it is sold.

    Free days and introductory offers aside, in the currency of the package that comes first. A
    pass counts only where nothing renews.
    """
    opening = [each.terms for each in _asked() if each.everything or each.section == section]
    first = opening[0].currency if opening else ""
    same = [terms for terms in opening if terms.currency == first]
    renewing = [terms for terms in same if terms.renews]
    return min(renewing or same, key=lambda terms: terms.amount, default=None)


def forget(**_signal: Any) -> None:
    """Drop what is remembered; called when a package or a price changes."""
    _remembered.clear()


def _asked() -> Sequence[_Asked]:
    """Return every price on offer, once for each section that it opens; the first package first."""
    remembered = _remembered.get(None, seconds=REMEMBERED_FOR)
    if remembered is not None:
        return remembered
    asked_at = time.monotonic()
    on_offer = Price.objects.in_force().filter(package__listed=True)
    rows = on_offer.annotate(
        everything=F("package__everything"), section=F("package__sections__slug")
    ).order_by("package__order", "package__name", "pk")
    asked = [_Asked.of(row) for row in rows]
    _remembered.set(None, asked, asked_at=asked_at)
    return asked
