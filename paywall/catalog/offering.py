"""The packages on offer, side by side, seen by the month or by the year."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from paywall.catalog.models import Package, Price
from paywall.catalog.terms import Interval, saving

SWITCH = (Interval.MONTH, Interval.YEAR)


@dataclass(frozen=True, slots=True)
class Offered:
    """A price as it stands on the page.

    `monthly` is the monthly price that a year saves something against, `saves` how much, in the
    smallest unit; free days and introductory offers aside.
    """

    price: Price
    monthly: Price | None = None

    @property
    def saves(self) -> int:
        return saving(self.monthly.terms, self.price.terms) if self.monthly else 0


@dataclass(frozen=True, slots=True)
class Shown:
    """A package and those of its prices that the switch leaves.

    `only`: the interval that it is sold by alone, where another one was asked for.
    """

    package: Package
    offered: Sequence[Offered]
    only: Interval | None = None

    @classmethod
    def of(cls, package: Package, per: Interval) -> Self:
        """Show the prices of the interval asked for, and those that the switch is not about.

        A package that is sold by the month alone, or the year alone, is shown by that, and says so.
        """
        prices = list(package.prices.all())
        other = SWITCH[1 - SWITCH.index(per)]
        hidden = [price for price in prices if price.interval == other]
        if not any(price.interval == per for price in prices):
            hidden = []
        offered = [_offered(price, prices) for price in prices if price not in hidden]
        sold = {price.interval for price in prices}
        only = other if other in sold and per not in sold else None
        return cls(package, offered, only)


@dataclass(frozen=True, slots=True)
class Offering:
    """What /subscribe/ shows. `switches`: whether the month and the year differ."""

    per: Interval
    shown: Sequence[Shown]
    switches: bool
    most_saved: Offered | None


def offering(per: str) -> Offering:
    """Return the packages on offer; anything but "year" is the month. Three queries."""
    chosen = Interval.YEAR if per == Interval.YEAR else Interval.MONTH
    packages = list(Package.objects.on_offer())
    yearly = [
        offered
        for package in packages
        for offered in Shown.of(package, Interval.YEAR).offered
        if offered.saves
    ]
    return Offering(
        per=chosen,
        shown=[Shown.of(package, chosen) for package in packages],
        switches=any(_has_both(package) for package in packages),
        most_saved=max(yearly, key=lambda offered: offered.saves, default=None),
    )


def _has_both(package: Package) -> bool:
    return {*SWITCH} <= {Interval(price.interval) for price in package.prices.all()}


def _offered(price: Price, prices: Sequence[Price]) -> Offered:
    if price.interval == Interval.YEAR:
        for monthly in prices:
            if monthly.interval == Interval.MONTH and saving(monthly.terms, price.terms):
                return Offered(price, monthly)
    return Offered(price)
