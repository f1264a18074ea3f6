"""The look of the sandbox's pages: plain HTML that works without a script."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from html import escape
from pathlib import Path

from babel.dates import format_date
from babel.numbers import format_currency, get_currency_precision

from tests.stripe_sandbox.clock import moment
from tests.stripe_sandbox.errors import Json

STYLE = (Path(__file__).parent / "pages.css").read_text(encoding="utf-8")


def page(title: str, body: str, *, aside: str = "") -> str:
    """Return a whole page; the body and what stands beside it are HTML already."""
    columns = f'<div class="aside">{aside}</div><div class="main">{body}</div>' if aside else body
    layout = "two" if aside else "one"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{escape(title)}</title>
<style>{STYLE}</style>
</head>
<body>
<header class="test"><strong>Sandbox: no money moves.</strong>
<a href="/clock">Clock and controls</a></header>
<main class="{layout}">{columns}</main>
</body>
</html>"""


def table(name: str, heads: list[str], rows: Iterable[str]) -> str:
    """Return a table of rows that are HTML already; it scrolls on a narrow screen."""
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in heads)
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(name)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def field(name: str, label: str, value: str = "", **attributes: str) -> str:
    """Return an input with its label; attributes as in HTML, an underscore for a hyphen."""
    hint = attributes.pop("hint", "")
    described = f' aria-describedby="{name}-hint"' if hint else ""
    more = "".join(f' {key.replace("_", "-")}="{escape(text)}"' for key, text in attributes.items())
    under = f'<small id="{name}-hint">{escape(hint)}</small>' if hint else ""
    return (
        f'<p class="field {name}"><label for="{name}">{escape(label)}</label>'
        f'<input id="{name}" name="{name}" value="{escape(value)}"{described}{more}>{under}</p>'
    )


def button(text: str, *, kind: str = "", **attributes: str) -> str:
    """Return a submit button; kind: "plain" for the lesser choice.

    label: what it is about, for those who hear one button after another.
    """
    label = attributes.pop("label", "")
    about = f'<span class="heard">: {escape(label)}</span>' if label else ""
    more = "".join(
        f' {key.replace("_", "-")}="{escape(value)}"' for key, value in attributes.items()
    )
    return f'<button class="{kind}"{more}>{escape(text)}{about}</button>'


def form(action: str, body: str) -> str:
    """Return a form that posts to an address."""
    return f'<form method="post" action="{escape(action)}">{body}</form>'


def entry(action: str, body: str, send: str) -> str:
    """Return a form of fields, sent by its last button, and by Enter in any field.

    Browsers press the first button for Enter, and others may stand above the one that is meant.
    """
    first = '<button class="enter" tabindex="-1" aria-hidden="true"></button>'
    return form(action, first + body + button(send, kind="wide"))


def alert(text: str) -> str:
    """Return a message that a screen reader speaks at once, or nothing."""
    return f'<p class="alert" role="alert">{escape(text)}</p>' if text else ""


def money(amount: int, currency: str) -> str:
    """Return an amount in the smallest unit as people read it."""
    places = get_currency_precision(currency.upper())
    return format_currency(Decimal(amount).scaleb(-places), currency.upper(), locale="en_US")


def day(seconds: int) -> str:
    """Return the date of a moment as people read it."""
    return format_date(moment(seconds), "long", locale="en_US")


def every(price: Json) -> str:
    """Return how often a price is paid, such as "every month" or "every 3 months"."""
    if price["recurring"] is None:
        return "once"
    interval, count = price["recurring"]["interval"], price["recurring"]["interval_count"]
    return f"every {interval}" if count == 1 else f"every {count} {interval}s"


def address(subject: Json | None) -> str:
    """Return a customer's address, or their id where there is none."""
    return str(subject["email"] or subject["id"]) if subject else "somebody"


def shown_method(method: Json) -> str:
    """Return what a payment method is called, such as "Visa ending in 4242"."""
    if method["type"] == "sepa_debit":
        return f"Bank account ending in {method['sepa_debit']['last4']}"
    card = method["card"]
    return f"{card['brand'].title()} ending in {card['last4']}"
