"""The page of controls: the clock, the cards, the charges, and what has happened."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import islice

from babel.dates import format_datetime

from tests.stripe_sandbox import html
from tests.stripe_sandbox.cards import decline
from tests.stripe_sandbox.clock import HOUR, later, moment
from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.disputes import open_dispute
from tests.stripe_sandbox.errors import Json, invalid
from tests.stripe_sandbox.refunds import refund
from tests.stripe_sandbox.web import Page, Visit, at, redirect

JUMPS = ("hour", "day", "week", "month", "year")
SHOWN = 12


@at("GET", r"/(?:clock)?")
def show(sandbox: Sandbox, _visit: Visit) -> Page:
    """Show the clock and what can be done to cards and charges."""
    now = format_datetime(moment(sandbox.now), "full", locale="en_US")
    jumps = "".join(html.button(f"A {unit} on", name="jump", value=unit) for unit in JUMPS)
    jumps = jumps.replace("A hour", "An hour")
    body = (
        f'<h1>Clock</h1><p class="card" id="now">{escape(now)}</p>'
        + html.form("/clock", f'<div class="row">{jumps}</div>')
        + "<h2>Cards</h2>"
        + _table("Card, Customer, Now", (_card(sandbox, m) for m in _attached(sandbox)))
        + "<h2>Charges</h2>"
        + _table("Amount, Date, State", (_charge(c) for c in _paid(sandbox)))
        + "<h2>Events</h2>"
        + _table("When, What, Object", (_event(e) for e in islice(sandbox.store.all("event"), 40)))
    )
    return Page(html.page("Clock and controls", body))


def _attached(sandbox: Sandbox) -> list[Json]:
    return [m for m in islice(sandbox.store.all("payment_method"), SHOWN) if m["customer"]]


def _paid(sandbox: Sandbox) -> list[Json]:
    return [c for c in islice(sandbox.store.all("charge"), SHOWN) if c["paid"]]


def _table(heads: str, rows: Iterable[str]) -> str:
    head = "".join(f"<th>{name}</th>" for name in heads.split(", "))
    body = "".join(rows)
    return f'<div class="scroll"><table><tr>{head}</tr>{body}</table></div>'


def _card(sandbox: Sandbox, method: Json) -> str:
    declines = sandbox.store.details(method["id"]).get("declines")
    text, value = ("Let it pay again", "") if declines else ("Decline it", "generic_decline")
    action = html.form(
        f"/clock/cards/{method['id']}", html.button(text, kind="plain", name="why", value=value)
    )
    customer = sandbox.store.find(method["customer"]) or {}
    name = customer.get("email") or method["customer"]
    shown = html.shown_method(method)
    return f"<tr><td>{escape(shown)}</td><td>{escape(name)}</td><td>{action}</td></tr>"


def _charge(charge: Json) -> str:
    state = "disputed" if charge["disputed"] else "refunded" if charge["refunded"] else ""
    buttons = html.button("Refund", kind="plain", name="what", value="refund") + html.button(
        "Dispute", kind="plain", name="what", value="dispute"
    )
    action = state or html.form(
        f"/clock/charges/{charge['id']}", f'<div class="row">{buttons}</div>'
    )
    return (
        f"<tr><td>{html.money(charge['amount'], charge['currency'])}</td>"
        f"<td>{html.day(charge['created'])}</td><td>{action}</td></tr>"
    )


def _event(event: Json) -> str:
    when = format_datetime(moment(event["created"]), "medium", locale="en_US")
    named = event["data"]["object"].get("id", "")
    return (
        f"<tr><td>{escape(when)}</td><td>{escape(event['type'])}</td><td>{escape(named)}</td></tr>"
    )


@at("POST", r"/clock")
def jump(sandbox: Sandbox, visit: Visit) -> Page:
    """Move the clock on by an hour, or by a day to a year and two hours.

    A renewal is charged an hour after its invoice is drawn up, and should be seen as charged.
    """
    unit = visit.form.get("jump", "")
    if unit not in JUMPS:
        raise invalid(f"The clock jumps by one of {', '.join(JUMPS)}.", "jump")
    to = sandbox.now + HOUR if unit == "hour" else later(sandbox.now, unit, 1) + 2 * HOUR
    sandbox.advance(moment(to))
    return redirect("/clock")


@at("POST", r"/clock/cards/(\w+)")
def set_card(sandbox: Sandbox, visit: Visit) -> Page:
    """Let a card be declined from now on, or pay again."""
    decline(sandbox, visit.id, visit.form.get("why") or None)
    return redirect("/clock")


@at("POST", r"/clock/charges/(\w+)")
def undo_charge(sandbox: Sandbox, visit: Visit) -> Page:
    """Refund a charge as from Stripe's dashboard, or let its card's owner dispute it."""
    charge = sandbox.store.get("charge", visit.id)
    if visit.form.get("what") == "dispute":
        open_dispute(sandbox, charge["id"])
    elif charge["amount_captured"] > charge["amount_refunded"]:
        refund(sandbox, charge, charge["amount_captured"] - charge["amount_refunded"])
    return redirect("/clock")
