"""Money as staff read it."""

from django.utils.translation import get_language

from paywall.catalog import money


def in_words(amount: int, currency: str) -> str:
    """Return an amount as the newspaper writes it, such as "€12.00"."""
    return money.in_words(amount, currency, locale=get_language() or "en")
