"""Words for packages and prices."""

from typing import Any
from urllib.parse import urlsplit

from django import template
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import get_language

from paywall import clock
from paywall.catalog import money, pricing, terms
from paywall.catalog.models import Price
from paywall.catalog.terms import Terms

register = template.Library()


@register.simple_tag(takes_context=True)
def price_on_the_way(context: dict[str, Any]) -> Price | None:
    """Return the price that this page's `next` leads to buying, as it is sold now, or None."""
    request = context["request"]
    asked = request.POST.get("next") or request.GET.get("next", "")
    try:
        page = resolve(urlsplit(asked).path)
    except (Resolver404, ValueError):
        return None
    if page.url_name != "choose":
        return None
    prices = Price.objects.select_related("package")
    price = prices.filter(public_id=page.kwargs["price_id"]).first()
    return pricing.instead_of(price) if price else None


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
    return beginning_of(price.terms)


@register.filter
def first_payment(asked: Terms, price: Price) -> str:
    """Write what is paid today of a price, by the terms that it has for this reader."""
    return money.in_words(asked.due_today, price.currency, locale=_locale())


@register.filter
def beginning_of(asked: Terms) -> str:
    """Write the free days or the introductory offer of terms, or nothing."""
    return terms.beginning_in_words(asked, locale=_locale())


@register.filter
def renewal_of(asked: Terms) -> str:
    """Write of terms what is paid when, and how to cancel, for somebody who begins today."""
    today = timezone.localdate(clock.now())
    return terms.renewal_in_words(asked, today=today, locale=_locale())


@register.filter
def worth(amount: int, price: Price) -> str:
    """Write another amount in the currency of a price."""
    return money.in_words(amount, price.currency, locale=_locale())


@register.filter
def renewal(price: Price) -> str:
    """Write what is paid when, and how to cancel, for somebody who begins today."""
    return renewal_of(price.terms)


@register.filter
def money_in(amount: int, currency: str) -> str:
    """Write an amount in a currency, such as "€12.00"."""
    return money.in_words(amount, currency, locale=_locale())


@register.filter
def paid_for(price: Price) -> str:
    """Write "€12.00 a month", or for a pass "€4.00 for 7 days"."""
    return terms.price_in_words(price.terms, locale=_locale())


CARDS = {
    "amex": "American Express",
    "diners": "Diners Club",
    "jcb": "JCB",
    "unionpay": "UnionPay",
    "eftpos_au": "Eftpos",
    "bank account": "Bank account",
}


@register.filter
def card(brand: str) -> str:
    """Write a card's brand as its owner knows it."""
    return CARDS.get(brand, brand.replace("_", " ").title())


def _locale() -> str:
    return get_language() or "en"
