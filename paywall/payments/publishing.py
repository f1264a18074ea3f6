"""Bringing the catalogue to Stripe, without overwriting what was changed there.

Safe to do twice, in the same moment, and again after it broke off anywhere: what is there is
found by our public id in its metadata, and creating carries an idempotency key.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from paywall.catalog.models import Package, Price
from paywall.payments.comparing import (
    SALE,
    WHOLE,
    Difference,
    Fields,
    Key,
    Kind,
    Ours,
    Side,
    Theirs,
    compare,
    pair,
)
from paywall.payments.finding import find
from paywall.payments.gateway import Gateway, GatewayRefused, Json
from paywall.payments.models import Publication
from paywall.payments.wanting import Wanted, wanted

PUBLISHED = "published"
NOT_PUBLISHED = "not published"
TO_BE_PUBLISHED = "to be published"


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing did, or would do; what it leaves, changed at Stripe; what was refused."""

    done: list[Difference] = field(default_factory=list)
    left: list[Difference] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Pair:
    """One thing here and at Stripe, what of it differs, and whether their change goes too."""

    want: Wanted
    ours: Ours
    theirs: Theirs | None
    differences: Sequence[Difference]
    take_ours: bool

    @property
    def settled(self) -> Sequence[Difference]:
        """What publishing may do. Another object in its place would undo their change unseen."""
        if self.take_ours:
            return self.differences
        mine = [one for one in self.differences if one.side is Side.OURS]
        return [] if self.replaces(mine) and len(mine) < len(self.differences) else mine

    def replaces(self, differences: Sequence[Difference]) -> bool:
        """Tell whether settling these takes another object at Stripe."""
        return any(
            one.field in self.want.fixed and one.stripe_id == self.stripe_id for one in differences
        )

    @property
    def stripe_id(self) -> str:
        return self.theirs.stripe_id if self.theirs else ""

    @property
    def left(self) -> Sequence[Difference]:
        return [one for one in self.differences if one not in self.settled]

    @property
    def told(self) -> Fields:
        """What Stripe has been told once the settled is done; of the left, what it was before."""
        left = {one.field for one in self.left}
        before = self.ours.told or {}
        return {
            name: value if name not in left else before[name]
            for name, value in self.ours.fields.items()
            if name not in left or name in before
        }


def preview(gateway: Gateway, *, take_ours: bool = False) -> Published:
    """Return what publishing would do and leave. Raises GatewayError."""
    pairs, strangers = _look(gateway, take_ours=take_ours)
    return Published(
        done=[one for each in pairs for one in each.settled],
        left=[one for each in pairs for one in each.left] + strangers,
    )


def publish(gateway: Gateway, *, now: datetime, take_ours: bool = False) -> Published:
    """Create what Stripe lacks and update what was changed here since the last time.

    What was changed at Stripe is left and reported, unless `take_ours`. What Stripe refuses is
    reported, and the rest goes on. Raises GatewayUnavailable; what was done until then stays done
    and is not done again.
    """
    pairs, strangers = _look(gateway, take_ours=take_ours)
    published = Published(left=strangers)
    products = {each.ours.key: each.stripe_id for each in pairs if each.stripe_id}
    for each in pairs:
        try:
            stripe_id = _settle(gateway, each, products)
        except GatewayRefused as error:
            published.refused.append(f"{each.want.kind.label} {each.want.name}: {error}")
            published.left.extend(each.differences)
            continue
        published.done.extend(each.settled)
        published.left.extend(each.left)
        if stripe_id:
            products[each.ours.key] = stripe_id
            _remember(each, stripe_id, now=now)
    return published


def make_sure(gateway: Gateway, price: Price, *, now: datetime) -> None:
    """Have Stripe sell a price on its terms here, publishing what is not published yet.

    Raises GatewayUnavailable, and GatewayRefused where Stripe has it otherwise: staff settle that.
    """
    if not _sold_as_here(price):
        publish(gateway, now=now)
    if not _sold_as_here(price):
        raise GatewayRefused(f"{price} is not at Stripe as it is here: see “Publish to Stripe”.")


def _sold_as_here(price: Price) -> bool:
    """Tell whether Stripe was told of a price, and its offer, in what it never changes."""
    published = price.package.publications.select_related("package", "price")
    publications = {_key_of(one): one for one in published}
    wants = [one for one in wanted([price.package], publications) if one.price == price]
    known = [(want, want.as_ours(publications.get(want.key))) for want in wants]
    return bool(known) and all(
        ours.told is not None
        and all(ours.told.get(field) == ours.fields[field] for field in want.fixed | {SALE})
        for want, ours in known
    )


def state_of(package: Package) -> str:
    """Return whether Stripe was told of a package as it is now, for staff; asks nobody.

    No query, where prices with their package and publications with their price are at hand.
    """
    publications = {_key_of(one): one for one in package.publications.all()}
    ours = [one.as_ours(publications.get(one.key)) for one in wanted([package], publications)]
    if not ours:
        return "nothing to sell"
    return _state(ours)


def state_of_prices(package: Package) -> dict[int, str]:
    """Return the same for each price of a package, with its offer, by the price's number."""
    publications = {_key_of(one): one for one in package.publications.all()}
    ours: dict[int, list[Ours]] = {}
    for want in wanted([package], publications):
        if want.price:
            one = want.as_ours(publications.get(want.key))
            ours.setdefault(want.price.pk, []).append(one)
    return {number: _state(things) for number, things in ours.items()}


def _state(ours: Sequence[Ours]) -> str:
    if all(one.told is None for one in ours):
        return NOT_PUBLISHED
    return PUBLISHED if all(one.told == one.fields for one in ours) else TO_BE_PUBLISHED


def _key_of(publication: Publication) -> Key:
    thing = publication.price or publication.package
    return Kind(publication.kind), str(thing.public_id)


def _look(gateway: Gateway, *, take_ours: bool) -> tuple[list[_Pair], list[Difference]]:
    """Return each of our things with what stands for it, and what is Stripe's alone."""
    publications: dict[Key, Publication] = {
        _key_of(one): one for one in Publication.objects.select_related("package", "price")
    }
    packages = Package.objects.prefetch_related("prices__package")
    wants = wanted(packages, publications)
    ours = [want.as_ours(publications.get(want.key)) for want in wants]
    theirs = find(gateway, known={one.key: one.stripe_id for one in ours})
    differences = compare(ours, theirs)
    standing = pair(ours, theirs)
    pairs = [
        _Pair(
            want,
            one,
            standing.get(one.key),
            [difference for difference in differences if difference.of == one],
            take_ours,
        )
        for want, one in zip(wants, ours, strict=True)
    ]
    return pairs, [one for one in differences if isinstance(one.of, Theirs)]


def _settle(gateway: Gateway, each: _Pair, products: dict[Key, str]) -> str:
    """Do at Stripe what may be done for one thing; return its id there, "" if it has none."""
    kind, current = each.want.kind, each.stripe_id
    for old in each.settled:
        if old.stripe_id != current:
            _withdraw(gateway, kind, old.stripe_id)
    fields = [one.field for one in each.settled if one.stripe_id == current]
    if WHOLE in fields:
        return _create(gateway, each, products)
    if each.replaces(each.settled):
        made = _create(gateway, each, products)
        _withdraw(gateway, kind, current)
        return made
    if fields:
        _update(gateway, kind, current, each.want.update(fields))
    return current


def _create(gateway: Gateway, each: _Pair, products: dict[Key, str]) -> str:
    asked = dict(each.want.creation)
    if each.want.kind is Kind.PRICE:
        package = Kind.PACKAGE, str(each.want.package.public_id)
        if package not in products:
            raise GatewayRefused("its package is not at Stripe.")
        asked["product"] = products[package]
    create = {
        Kind.PACKAGE: gateway.create_product,
        Kind.PRICE: gateway.create_price,
        Kind.OFFER: gateway.create_coupon,
    }[each.want.kind]
    return str(create(asked, key=_idempotency_key(each.ours, asked))["id"])


def _update(gateway: Gateway, kind: Kind, stripe_id: str, asked: Json) -> None:
    update = {
        Kind.PACKAGE: gateway.update_product,
        Kind.PRICE: gateway.update_price,
        Kind.OFFER: gateway.update_coupon,
    }[kind]
    update(stripe_id, asked)


def _withdraw(gateway: Gateway, kind: Kind, stripe_id: str) -> None:
    """Take what another object has replaced from sale."""
    if kind is Kind.OFFER:
        gateway.delete_coupon(stripe_id)
    else:
        _update(gateway, kind, stripe_id, {"active": False})


def _idempotency_key(ours: Ours, asked: Json) -> str:
    """Two who publish in one moment ask for one object; what replaces a lost one is another."""
    facts = json.dumps([*ours.key, ours.stripe_id, asked], sort_keys=True)
    return f"publish-{hashlib.sha256(facts.encode()).hexdigest()}"


def _remember(each: _Pair, stripe_id: str, *, now: datetime) -> None:
    """Keep what Stripe was told; nothing is written where that is what was kept already."""
    if each.ours.stripe_id == stripe_id and each.ours.told == each.told:
        return
    Publication.objects.update_or_create(
        kind=each.want.kind.value,
        package=each.want.package,
        price=each.want.price,
        defaults={"stripe_id": stripe_id, "told": dict(each.told), "published_at": now},
    )
