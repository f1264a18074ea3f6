"""Tables of figures: as pages show them, and as spreadsheets read them. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from babel.core import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from paywall.catalog import money

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # https://owasp.org/www-community/attacks/CSV_Injection


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the currency's smallest unit."""

    amount: int
    currency: str


Cell = str | int | date | Fraction | Money | None


@dataclass(frozen=True, slots=True)
class Table:
    """`name` is in its address. A fraction is a share; None is not known."""

    name: str
    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""

    def in_words(self, locale: str) -> list[list[str]]:
        """Return the cells as a page shows them."""
        return [[cell_in_words(cell, locale) for cell in row] for row in self.rows]

    def numeric(self) -> list[bool]:
        """Tell which columns hold figures."""
        return [
            any(isinstance(row[at], int | Fraction | Money) for row in self.rows)
            for at in range(len(self.headers))
        ]


def cell_in_words(cell: Cell, locale: str) -> str:
    """Write a cell as people of the locale (such as "en-gb") do."""
    match cell:
        case None:
            return "–"
        case Money(amount, currency):
            return money.in_words(amount, currency, locale=locale)
        case Fraction():
            return share_in_words(cell)
        case date():
            return format_date(cell, "medium", locale=Locale.parse(locale, sep="-"))
        case int():
            return format_decimal(cell, locale=Locale.parse(locale, sep="-"))
    return cell


def share_in_words(share: Fraction) -> str:
    """Write a share, such as "4.2%"; two digits count."""
    percent = float(share * 100)
    return f"{percent:.0f}%" if percent >= 10 or percent == 0 else f"{percent:.2g}%"


def in_csv(headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterable[str]:
    """Yield the lines of a file that spreadsheets open. Nothing in it is taken for a formula."""
    yield "\ufeff" + _line(headers)
    for row in rows:
        yield _line([cell for one in row for cell in _plain(one)])


def headers_in_csv(table: Table) -> list[str]:
    """Return the headers; money is an amount, and its currency in a column of its own."""
    has_money = [any(isinstance(row[at], Money) for row in table.rows)
                 for at in range(len(table.headers))]  # fmt: skip
    return [
        name
        for header, money_here in zip(table.headers, has_money, strict=True)
        for name in ([header, f"{header}, currency"] if money_here else [header])
    ]


def _plain(cell: Cell) -> list[str | int]:
    match cell:
        case None:
            return [""]
        case Money(amount, currency):
            return [str(money.in_units(amount, currency)), currency]
        case Fraction():
            return [f"{float(cell):.4f}"]
        case date():
            return [cell.isoformat()]
        case int():
            return [cell]
    return [f"'{cell}" if cell.startswith(FORMULA) else cell]


def _line(cells: Sequence[str | int]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerow(cells)
    return text.getvalue()
