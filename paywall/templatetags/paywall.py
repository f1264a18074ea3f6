"""Words for templates."""

from django import template
from django.utils.translation import get_language

from paywall.catalog.models import Price
from paywall.catalog.prices import amount_in_words, interval_in_words

register = template.Library()


@register.filter
def amount(price: Price) -> str:
    """Write a price's amount in the reader's formatting."""
    return amount_in_words(price, locale=get_language() or "en")


@register.filter
def interval(price: Price) -> str:
    """Write how often a price is paid."""
    return interval_in_words(price)
