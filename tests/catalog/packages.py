"""Making packages and prices, in as few words as tests need."""

from itertools import count
from typing import Any

from paywall.catalog import pricing
from paywall.catalog.models import Package, Price
from paywall.catalog.terms import Interval, Terms

_numbers = count(1)

MONTHLY = Terms(Interval.MONTH, 1200, "EUR")
YEARLY = Terms(Interval.YEAR, 12000, "EUR")
INTRODUCTORY = Terms(Interval.MONTH, 1200, "EUR", intro_amount=100, intro_months=3)
WEEK_PASS = Terms(Interval.ONCE, 400, "EUR", opens_for_days=7)


def make_package(*terms: Terms, **fields: Any) -> Package:
    """Make a package with a price for each of the terms."""
    number = next(_numbers)
    fields = {"name": f"Package {number}", "slug": f"package-{number}", **fields}
    package = Package.objects.create(**fields)
    for one in terms:
        pricing.add(package, one)
    return package


def make_price(terms: Terms = MONTHLY, **fields: Any) -> Price:
    """Make a package with one price, and return the price."""
    return make_package(terms, **fields).prices.get()
