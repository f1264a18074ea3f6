"""Words for letters: amounts, dates and prices in the newspaper's formatting and its zone."""

from datetime import date, datetime, timedelta

from babel.core import Locale
from babel.dates import format_date, format_time
from django import template
from django.utils import timezone
from django.utils.translation import get_language

from paywall.catalog import money, terms
from paywall.catalog.terms import Terms
from paywall.letters.facts import SubscriptionRow

register = template.Library()


@register.filter
def in_money(amount: int, currency: str) -> str:
    """Write an amount, such as "€12.00"."""
    return money.in_words(amount, currency, locale=_locale())


@register.filter
def in_full(asked: Terms) -> str:
    """Write a price, such as "€12.00 a month"."""
    return terms.price_in_words(asked, locale=_locale())


@register.filter
def day(moment: datetime | date) -> str:
    """Write the newspaper's date of a moment, such as "26 December 2026"."""
    local = timezone.localtime(moment).date() if isinstance(moment, datetime) else moment
    return format_date(local, "long", locale=Locale.parse(_locale(), sep="-"))


@register.filter
def last_day(ends_at: datetime | date) -> str:
    """Write the last day before an end, which is exclusive."""
    if isinstance(ends_at, datetime):
        return day(ends_at - timedelta(microseconds=1))
    return day(ends_at - timedelta(days=1))


@register.filter
def clock_time(moment: datetime) -> str:
    """Write the newspaper's time of a moment, such as "10:21"."""
    locale = Locale.parse(_locale(), sep="-")
    return format_time(timezone.localtime(moment), "short", locale=locale)


@register.filter
def card(subscription: SubscriptionRow) -> str:
    """Write what payments are charged to, such as "Visa ending in 4242", or nothing."""
    brand, last4 = subscription.card_brand, subscription.card_last4
    known = BRANDS.get(brand, brand.replace("_", " ").title() or "Card")
    return f"{known} ending in {last4}" if last4 else ""


@register.filter
def card_expired_by(subscription: SubscriptionRow, moment: datetime) -> bool:
    """Tell whether the card will be invalid at a moment."""
    ends_date = subscription.card_ends_date
    return ends_date is not None and ends_date <= timezone.localtime(moment).date()


# https://docs.stripe.com/api/payment_methods/object#payment_method_object-card-brand
BRANDS = {
    "amex": "American Express",
    "bank account": "Bank account",
    "diners": "Diners Club",
    "eftpos_au": "eftpos",
    "jcb": "JCB",
    "unionpay": "UnionPay",
    "unknown": "Card",
}


def _locale() -> str:
    return get_language() or "en"
