"""What differs between our catalogue and Stripe's, and on whose side it was changed. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

Value: TypeAlias = str | int | bool | None
Fields: TypeAlias = Mapping[str, Value]
Key: TypeAlias = tuple["Kind", str]

SALE = "on sale"  # the field that every kind has
WHOLE = ""


class Kind(StrEnum):
    """What is published: Stripe's product, price and coupon."""

    PACKAGE = "package"
    PRICE = "price"
    OFFER = "offer"

    @property
    def label(self) -> str:
        return "introductory offer" if self is Kind.OFFER else self.value


class Side(StrEnum):
    """Where a difference came from, which decides whether publishing may settle it."""

    OURS = "ours"
    THEIRS = "theirs"


@dataclass(frozen=True, slots=True)
class Ours:
    """One thing of our catalogue. `told` is what Stripe was last told of it, None: nothing."""

    kind: Kind
    public_id: str
    name: str
    fields: Fields
    told: Fields | None = None
    stripe_id: str = ""

    @property
    def key(self) -> Key:
        return self.kind, self.public_id


@dataclass(frozen=True, slots=True)
class Theirs:
    """One thing at Stripe. `public_id` is ours, from its metadata; "": Stripe's staff made it."""

    kind: Kind
    public_id: str
    stripe_id: str
    fields: Fields
    name: str

    def stands_for(self, one: Ours) -> bool:
        known = self.stripe_id == one.stripe_id or self.public_id == one.public_id
        return self.kind is one.kind and known


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs; the field WHOLE: the thing is there on one side alone.

    `ours` and `theirs` are the values in our words. `stripe_id` is "" where Stripe has nothing.
    """

    of: Ours | Theirs
    field: str
    ours: Value
    theirs: Value
    side: Side
    stripe_id: str = ""

    @property
    def kind(self) -> Kind:
        return self.of.kind

    @property
    def name(self) -> str:
        return self.of.name

    def __str__(self) -> str:
        thing = f"{self.kind.label} {self.name}"
        if self.field == WHOLE and not self.ours:
            return f"{thing}: only at Stripe"
        if self.field == WHOLE:
            gone = self.side is Side.THEIRS
            said = "published before, and gone from Stripe" if gone else "not at Stripe yet"
            return f"{thing}: {said}"
        return f"{thing}: {self.field} is {_shown(self.ours)} here, {_shown(self.theirs)} at Stripe"


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"“{value}”" if value else "empty"


def compare(ours: Sequence[Ours], theirs: Sequence[Theirs]) -> list[Difference]:
    """Return every difference, in our order; those that Stripe alone knows of come last.

    A field that is not as we last told it was changed at Stripe: that is THEIRS, whatever
    happened to it here meanwhile. Any other difference is OURS.
    """
    pairs = pair(ours, theirs)
    found = list[Difference]()
    for one in ours:
        other = pairs.get(one.key)
        found += _differences(one, other) if other else [_missing(one)]
        found += [
            Difference(one, SALE, False, True, Side.OURS, old.stripe_id)
            for old in theirs
            if old.stands_for(one) and old is not other and old.fields.get(SALE)
        ]
    return found + _strangers(ours, theirs)


def pair(ours: Sequence[Ours], theirs: Sequence[Theirs]) -> dict[Key, Theirs]:
    """Find what stands for each of ours at Stripe.

    Of several, left by a publication that broke off, it is the one that is as it should be, then
    the one we know by its id.
    """
    pairs: dict[Key, Theirs] = {}
    for one in ours:
        standing = [other for other in theirs if other.stands_for(one)]
        right = [other for other in standing if other.fields == one.fields]
        known = [other for other in standing if other.stripe_id == one.stripe_id]
        for other in [*right, *known, *standing][:1]:
            pairs[one.key] = other
    return pairs


def _missing(one: Ours) -> Difference:
    """What was never published is ours to publish; what was is gone by their hand."""
    side = Side.OURS if one.told is None else Side.THEIRS
    return Difference(one, WHOLE, True, False, side)


def _differences(one: Ours, other: Theirs) -> list[Difference]:
    told = one.told or {}
    return [
        Difference(
            one,
            field,
            value,
            other.fields.get(field),
            Side.OURS if field in told and told[field] == other.fields.get(field) else Side.THEIRS,
            other.stripe_id,
        )
        for field, value in one.fields.items()
        if other.fields.get(field) != value
    ]


def _strangers(ours: Sequence[Ours], theirs: Sequence[Theirs]) -> list[Difference]:
    """What Stripe's staff added to our packages and sell there."""
    return [
        Difference(other, WHOLE, False, True, Side.THEIRS, other.stripe_id)
        for other in theirs
        if other.fields.get(SALE) and not any(other.stands_for(one) for one in ours)
    ]
