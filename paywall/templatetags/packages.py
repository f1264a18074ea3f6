"""Words for packages and prices."""

from django import template
from django.utils import timezone
from django.utils.translation import get_language

from paywall import clock
from paywall.catalog import money, terms
from paywall.catalog.models import Price

register = template.Library()


@register.filter
def amount(price: Price) -> str:
    """Write a price's amount in the reader's formatting."""
    return money.in_words(price.amount, price.currency, locale=_locale())


@register.filter
def per(price: Price) -> str:
    """Write how often a price is paid, or how long a pass opens."""
    return terms.per_in_words(price.terms)


@register.filter
def beginning(price: Price) -> str:
    """Write the free days or the introductory offer, or nothing."""
    return terms.beginning_in_words(price.terms, locale=_locale())


@register.filter
def worth(amount: int, price: Price) -> str:
    """Write another amount in the currency of a price."""
    return money.in_words(amount, price.currency, locale=_locale())


@register.filter
def renewal(price: Price) -> str:
    """Write what is paid when, and how to cancel, for somebody who begins today."""
    today = timezone.localdate(clock.now())
    return terms.renewal_in_words(price.terms, today=today, locale=_locale())


def _locale() -> str:
    return get_language() or "en"
