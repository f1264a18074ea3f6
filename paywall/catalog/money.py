"""Amounts of money: an integer in the smallest unit that Stripe counts a currency in.

Which currencies have other than two decimals is Stripe's word, not ISO 4217's: ISK and UGX are
counted in hundredths there. Source: https://docs.stripe.com/currencies
"""

from decimal import Decimal

from babel.core import Locale
from babel.numbers import format_currency, get_currency_precision

WITHOUT_DECIMALS = frozenset(
    {
        *("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA"),
        *("PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"),
    }
)
THREE_DECIMALS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})


def decimals(currency: str) -> int:
    """Return how many decimals an amount in this currency (ISO 4217) has at Stripe."""
    if currency in WITHOUT_DECIMALS:
        return 0
    return 3 if currency in THREE_DECIMALS else 2


def in_units(amount: int, currency: str) -> Decimal:
    """Return 12.00 for 1200 euro cents."""
    return Decimal(amount).scaleb(-decimals(currency))


def in_smallest_units(value: Decimal, currency: str) -> int:
    """Return 1200 for 12 euros. Raises ValueError when Stripe cannot charge so exactly."""
    amount = value.scaleb(decimals(currency))
    # The networks behind Stripe round three-decimal currencies to the nearest ten.
    step = 10 if currency in THREE_DECIMALS else 1
    if amount % step:
        places = min(decimals(currency), 2)
        raise ValueError(f"An amount in {currency} has at most {places} decimals.")
    return int(amount)


def in_words(amount: int, currency: str, *, locale: str) -> str:
    """Write an amount as the locale (such as "en-gb") does, "€12.00"; cents stay even when zero."""
    value = in_units(amount, currency)
    # Some currencies have cents at Stripe and none in the locale: those that count are shown.
    loses_nothing = value == round(value, get_currency_precision(currency))
    return format_currency(
        value,
        currency,
        locale=Locale.parse(locale, sep="-"),
        decimal_quantization=loses_nothing,
    )
