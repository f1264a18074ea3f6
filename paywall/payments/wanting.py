"""The catalogue as Stripe should have it: what is compared, and the parameters that ask for it.

Free days are no part of a price at Stripe: they are asked for with each checkout.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from django.conf import settings

from paywall.catalog import money
from paywall.catalog.models import Package, Price
from paywall.catalog.terms import INTERVAL_CHOICES, Interval
from paywall.payments.comparing import SALE, Key, Kind, Ours, Value
from paywall.payments.gateway import Json
from paywall.payments.models import Publication

EVERY = dict(INTERVAL_CHOICES)
LONGEST_COUPON_NAME = 40  # characters, at Stripe


@dataclass(frozen=True, slots=True)
class Wanted:
    """One package, price or introductory offer.

    `facets` has for each field its value in our words, and what Stripe is asked for it. `fixed`
    names those that Stripe never changes: another value is another object.
    """

    kind: Kind
    package: Package
    price: Price | None
    name: str
    facets: Mapping[str, tuple[Value, Json]]
    fixed: frozenset[str] = frozenset()

    @property
    def key(self) -> Key:
        return self.kind, str((self.price or self.package).public_id)

    @property
    def creation(self) -> Json:
        """What a new object is asked for with; Stripe takes no empty values then."""
        asked = {"metadata": {self.kind.value: self.key[1]}, **self.update(self.facets)}
        return {name: value for name, value in asked.items() if value != ""}

    def update(self, fields: Iterable[str]) -> Json:
        return {name: value for field in fields for name, value in self.facets[field][1].items()}

    def as_ours(self, publication: Publication | None) -> Ours:
        fields = {field: value for field, (value, _) in self.facets.items()}
        if publication is None:
            return Ours(*self.key, self.name, fields)
        return Ours(*self.key, self.name, fields, publication.told, publication.stripe_id)


def wanted(packages: Iterable[Package], published: Iterable[Key]) -> Sequence[Wanted]:
    """Return what Stripe should have, packages first; what was never sold and is retired is not.

    A print package is ordered elsewhere, and a package without any price cannot be bought.
    """
    there = set(published)
    every = list(packages)
    prices = [price for package in every for price in package.prices.all()]
    in_force = [price for price in prices if price.retired_at is None]
    found = [
        *map(_package, every),
        *map(_price, prices),
        *(_offer(price) for price in in_force if price.intro_amount is not None),
    ]
    return [one for one in found if one.key in there or _is_in_force(one)]


def amount_in_words(amount: int, currency: str) -> str:
    return f"{money.in_units(amount, currency)} {currency}"


def months_in_words(months: int | None) -> str:
    return f"{months} months" if months else "one payment"


def _package(package: Package) -> Wanted:
    picture = _address_of_picture(package)
    on_sale = any(price.retired_at is None for price in package.prices.all())
    facets: dict[str, tuple[Value, Json]] = {
        "name": (package.name, {"name": package.name}),
        "description": (package.blurb, {"description": package.blurb}),
        "picture": (picture, {"images": [picture] if picture else ""}),
        SALE: (on_sale, {"active": on_sale}),
    }
    return Wanted(Kind.PACKAGE, package, None, package.name, facets)


def _price(price: Price) -> Wanted:
    name = f"{price.package.slug}-{price.interval}-{price.public_id}"
    on_sale = price.retired_at is None
    facets: dict[str, tuple[Value, Json]] = {
        "amount": (
            amount_in_words(price.amount, price.currency),
            {"unit_amount": price.amount, "currency": price.currency.lower()},
        ),
        "paid": (
            EVERY[price.interval],
            {"recurring": {"interval": price.interval}} if price.terms.renews else {},
        ),
        "lookup key": (name, {"lookup_key": name, "transfer_lookup_key": True}),
        SALE: (on_sale, {"active": on_sale}),
    }
    fixed = frozenset({"amount", "paid"})
    return Wanted(Kind.PRICE, price.package, price, str(price), facets, fixed)


def _offer(price: Price) -> Wanted:
    """The introductory offer as a coupon: so much off every payment of its first months.

    Where the months are one payment, the coupon is for one payment: then no late renewal can
    slip out of its time. Source: https://docs.stripe.com/billing/subscriptions/coupons
    """
    off = price.amount - (price.intro_amount or 0)
    whole = {Interval.MONTH.value: 1, Interval.YEAR.value: 12}
    once = price.intro_months == whole.get(price.interval)
    months = None if once else price.intro_months
    name = f"{price.package.name}: introductory offer"[:LONGEST_COUPON_NAME]
    duration = {"duration": "once"} if once else {"duration": "repeating"}
    facets: dict[str, tuple[Value, Json]] = {
        "name": (name, {"name": name}),
        "amount off": (
            amount_in_words(off, price.currency),
            {"amount_off": off, "currency": price.currency.lower()},
        ),
        "lasts": (
            months_in_words(months),
            {**duration, **({"duration_in_months": months} if months else {})},
        ),
        SALE: (True, {}),
    }
    fixed = frozenset({"amount off", "lasts", SALE})
    return Wanted(Kind.OFFER, price.package, price, str(price), facets, fixed)


def _is_in_force(one: Wanted) -> bool:
    return bool(one.facets[SALE][0])


def _address_of_picture(package: Package) -> str:
    """Return where Stripe finds the picture: only what the whole world can reach."""
    if not package.picture or not settings.SITE_IS_SECURE:
        return ""
    return urljoin(str(settings.SITE_URL), package.picture.url)
