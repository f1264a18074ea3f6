"""Changing, retiring and selling prices. A price that has been sold never changes.

Raises RefusedError with a sentence for staff whenever what they ask for may not be.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from paywall.catalog.models import Package, Price
from paywall.catalog.terms import Terms


class RefusedError(Exception):
    """What was asked for may not be done to this price; the message says why."""


def add(package: Package, terms: Terms) -> Price:
    """Give a package one more price."""
    if package.order_form:
        raise RefusedError(
            f"{package} is ordered from the circulation department: it has no prices here."
        )
    try:
        with transaction.atomic():
            return Price.objects.create(package=package, **asdict(terms))
    except IntegrityError as error:
        raise RefusedError(_why(error)) from error


def change(price: Price, terms: Terms, *, now: datetime) -> Price:
    """Ask other terms from now on, and return the price that does.

    A price nobody bought changes itself. One that was sold is retired, and a new one takes its
    place: who bought the old one keeps it.
    """
    try:
        with transaction.atomic():
            current = _in_force(price)
            if current.terms == terms:
                return current
            if not current.sold:
                Price.objects.filter(pk=current.pk).update(**asdict(terms))
                current.refresh_from_db()
                return current
            Price.objects.filter(pk=current.pk).update(retired_at=now)
            return Price.objects.create(package=current.package, **asdict(terms))
    except IntegrityError as error:
        raise RefusedError(_why(error)) from error


def retire(price: Price, *, now: datetime) -> None:
    """Stop selling a price; who has it keeps it. A second time changes nothing."""
    Price.objects.filter(pk=price.pk, retired_at=None).update(retired_at=now)
    price.refresh_from_db()


def sell(price: Price, terms: Terms, *, now: datetime) -> Price:
    """Mark a price as sold on exactly these terms; from now on they never change.

    Called before a reader is asked to pay. Refuses a price that was changed or retired since
    the reader saw it.
    """
    with transaction.atomic():
        current = _in_force(price)
        if current.terms != terms:
            raise RefusedError(f"{current.package} has a new price since the page was shown.")
        if not current.sold:
            Price.objects.filter(pk=current.pk).update(first_sold_at=now)
            current.first_sold_at = now
        return current


def instead_of(price: Price) -> Price | None:
    """Return what is sold today in the place of a price, itself while it is in force."""
    if price.retired_at is None:
        return price
    same = Price.objects.in_force().filter(interval=price.interval, currency=price.currency)
    return same.filter(package=price.package_id).select_related("package").first()


def why_kept(price: Price) -> str:
    """Return why a price may not be deleted, or ""."""
    if price.sold:
        return f"{price} has been sold: archive it instead, and who bought it keeps it."
    return ""


def refuse_to_delete_sold(instance: Price, **_signal: Any) -> None:
    """Stop the deletion of a sold price, and of its package with it. Raises ProtectedError."""
    reason = why_kept(instance)
    if reason:
        raise ProtectedError(reason, {instance})


def _in_force(price: Price) -> Price:
    """Return the row as it is now, locked until the transaction ends."""
    locked = Price.objects.select_for_update(of=("self",)).select_related("package")
    current = locked.get(pk=price.pk)
    if current.retired_at:
        raise RefusedError(f"{current} was replaced or archived by somebody else meanwhile.")
    return current


def _why(error: IntegrityError) -> str:
    """Return the sentence of the constraint that an error names."""
    for constraint in Price._meta.constraints:
        if constraint.name in str(error):
            return str(constraint.violation_error_message)
    return (
        "The package has a price of this interval and currency already: "
        "change that one, or archive it first."
    )
