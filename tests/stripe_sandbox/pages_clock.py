"""The page of controls: the clock, what it brought about, the cards, the charges and the events."""

from __future__ import annotations

from html import escape
from itertools import islice

from babel.dates import format_datetime, format_timedelta

from tests.stripe_sandbox import html
from tests.stripe_sandbox.cards import decline
from tests.stripe_sandbox.clock import HOUR, later, moment
from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.disputes import CLOSED, close_dispute, open_dispute
from tests.stripe_sandbox.errors import Json, invalid
from tests.stripe_sandbox.fields import matching
from tests.stripe_sandbox.lines import span_of
from tests.stripe_sandbox.pages_portal import STATES
from tests.stripe_sandbox.refunds import refund
from tests.stripe_sandbox.web import Page, Visit, at, redirect

JUMPS = {"hour": "An hour on", "day": "A day on", "week": "A week on", "month": "A month on",
         "year": "A year on"}  # fmt: skip
SHOWN = 12

# What of the events a person wants to hear after a jump; each is about somebody.
TOLD = {
    "invoice.paid": "paid",
    "invoice.payment_failed": "could not be charged",
    "invoice.payment_action_required": "is asked to confirm a payment",
    "customer.subscription.trial_will_end": "has a trial that ends in three days",
    "customer.subscription.deleted": "has no subscription any more",
    "charge.dispute.created": "disputed a payment",
    "checkout.session.async_payment_succeeded": "has paid at last",
    "checkout.session.async_payment_failed": "has not paid after all",
    "checkout.session.expired": "left a checkout page, which has expired",
}


@at("GET", r"/(?:clock)?")
def show(sandbox: Sandbox, visit: Visit) -> Page:
    """Show the clock and what can be done to cards and charges."""
    jumps = "".join(html.button(text, name="jump", value=unit) for unit, text in JUMPS.items())
    back = f'<p><a href="{escape(sandbox.shop_url)}">To the newspaper</a></p>'
    body = (
        (back if sandbox.shop_url else "")
        + f'<h1>Clock</h1><p class="card" id="now">{escape(_present(sandbox))}</p>'
        + html.form("/clock", f'<div class="row">{jumps}</div>')
        + _what_happened(sandbox, visit)
        + "<h2>Subscriptions</h2>"
        + html.table("Subscriptions", ["Customer", "State", "Next"], _subscriptions(sandbox))
        + "<h2>Cards</h2>"
        + html.table("Cards", ["Card", "Customer", "From now on"], _cards(sandbox))
        + "<h2>Payments</h2>"
        + html.table("Payments", ["Amount", "Customer", "Date", "State"], _charges(sandbox))
        + "<h2>Events</h2>"
        + html.table("Events", ["When", "What", "Object"], _events(sandbox))
    )
    return Page(html.page("Clock and controls", body))


def _present(sandbox: Sandbox) -> str:
    now = format_datetime(moment(sandbox.now), "EEEE, MMMM d, y, HH:mm", locale="en_US")
    ahead = int(sandbox.clock.ahead)
    if ahead < HOUR:
        return f"{now} UTC"
    return f"{now} UTC, {format_timedelta(ahead, threshold=2, locale='en_US')} ahead of real time"


def _what_happened(sandbox: Sandbox, visit: Visit) -> str:
    """Tell in words what the last jump brought about, the first first."""
    since = visit.query.get("since", "")
    if not since.isdigit():
        return ""
    happened = [
        event
        for event in sandbox.store.all("event")
        if event["type"] in TOLD and event["created"] >= int(since)
        and event["data"]["object"].get("amount_due", 1)
    ]  # fmt: skip
    rows = [f"<li>{escape(_in_words(sandbox, event))}</li>" for event in happened[SHOWN - 1 :: -1]]
    left = len(happened) - len(rows)
    if left > 0:
        rows.insert(0, f"<li>{left} more before these</li>")
    told = f"<ul>{''.join(rows)}</ul>" if rows else "<p>Nothing fell due.</p>"
    return f'<div class="card" role="status"><h2>What the jump brought</h2>{told}</div>'


def _in_words(sandbox: Sandbox, event: Json) -> str:
    obj = event["data"]["object"]
    about = sandbox.store.find(obj["charge"]) if obj["object"] == "dispute" else obj
    who = html.address(sandbox.store.find((about or {}).get("customer")))
    amount = obj.get("amount_due") or obj.get("amount") or obj.get("amount_total")
    money = f" ({html.money(amount, obj['currency'])})" if amount else ""
    return f"{html.day(event['created'])}: {who} {TOLD[event['type']]}{money}"


def _subscriptions(sandbox: Sandbox) -> list[str]:
    return [
        _subscription(sandbox, each) for each in islice(sandbox.store.all("subscription"), SHOWN)
    ]


def _subscription(sandbox: Sandbox, subscription: Json) -> str:
    end = html.day(subscription["ended_at"] or span_of(subscription).end)
    word = "ends" if subscription["cancel_at_period_end"] else "renews"
    if subscription["ended_at"]:
        word = "ended"
    state = STATES.get(subscription["status"], subscription["status"].capitalize())
    who = html.address(sandbox.store.find(subscription["customer"]))
    return f"<tr><td>{escape(who)}</td><td>{escape(state)}</td><td>{word} {end}</td></tr>"


def _cards(sandbox: Sandbox) -> list[str]:
    newest = (each for each in sandbox.store.all("payment_method") if each["customer"])
    return [_card(sandbox, method) for method in islice(newest, SHOWN)]


def _charges(sandbox: Sandbox) -> list[str]:
    paid = (each for each in sandbox.store.all("charge") if each["paid"])
    return [_charge(sandbox, each) for each in islice(paid, SHOWN)]


def _events(sandbox: Sandbox) -> list[str]:
    return [_event(each) for each in islice(sandbox.store.all("event"), 3 * SHOWN)]


def _card(sandbox: Sandbox, method: Json) -> str:
    declines = sandbox.store.details(method["id"]).get("declines")
    text, value = ("Let it pay again", "") if declines else ("Decline it", "generic_decline")
    shown = html.shown_method(method)
    who = html.address(sandbox.store.find(method["customer"]))
    button = html.button(text, kind="plain", name="why", value=value, label=f"{shown}, {who}")
    action = html.form(f"/clock/cards/{method['id']}", button)
    return f"<tr><td>{escape(shown)}</td><td>{escape(who)}</td><td>{action}</td></tr>"


def _charge(sandbox: Sandbox, charge: Json) -> str:
    amount = html.money(charge["amount"], charge["currency"])
    who = html.address(sandbox.store.find(charge["customer"]))
    choices = {"refund": "Refund", "half": "Refund half", "dispute": "Dispute"}
    said = ""
    if charge["disputed"]:
        [dispute] = matching(sandbox.store.all("dispute"), {"charge": charge["id"]}, "charge")
        closed = dispute["status"] in CLOSED
        said = f"Dispute {dispute['status']}" if closed else "Disputed"
        choices = {} if closed else {"won": "We win", "lost": "We lose"}
    elif charge["refunded"]:
        said, choices = "Refunded", {}
    elif charge["amount_refunded"]:
        said = f"{html.money(charge['amount_refunded'], charge['currency'])} refunded"
        choices.pop("half")
    about = f"{amount}, {who}"
    buttons = "".join(
        html.button(text, kind="plain", name="what", value=what, label=about)
        for what, text in choices.items()
    )
    action = html.form(f"/clock/charges/{charge['id']}", f'<div class="row">{buttons}</div>')
    return (
        f"<tr><td>{amount}</td><td>{escape(who)}</td><td>{html.day(charge['created'])}</td>"
        f"<td>{said}{action if choices else ''}</td></tr>"
    )


def _event(event: Json) -> str:
    when = format_datetime(moment(event["created"]), "MMM d, y, HH:mm", locale="en_US")
    named = event["data"]["object"].get("id", "")
    return (
        f'<tr><td class="nowrap">{escape(when)}</td><td>{escape(event["type"])}</td>'
        f"<td><code>{escape(named)}</code></td></tr>"
    )


@at("POST", r"/clock")
def jump(sandbox: Sandbox, visit: Visit) -> Page:
    """Move the clock on by an hour, or by a day to a year and two hours.

    A renewal is charged an hour after its invoice is drawn up, and should be seen as charged.
    """
    unit = visit.form.get("jump", "")
    if unit not in JUMPS:
        raise invalid(f"The clock jumps by one of {', '.join(JUMPS)}.", "jump")
    since = sandbox.now
    to = since + HOUR if unit == "hour" else later(since, unit, 1) + 2 * HOUR
    sandbox.advance(moment(to))
    return redirect(f"/clock?since={since + 1}")


@at("POST", r"/clock/cards/(\w+)")
def set_card(sandbox: Sandbox, visit: Visit) -> Page:
    """Let a card be declined from now on, or pay again."""
    decline(sandbox, visit.id, visit.form.get("why") or None)
    return redirect("/clock")


@at("POST", r"/clock/charges/(\w+)")
def undo_charge(sandbox: Sandbox, visit: Visit) -> Page:
    """Refund a charge as from Stripe's dashboard; let its owner dispute it; decide the dispute.

    A page shown twice may ask for what was done already: then nothing more is.
    """
    charge, what = sandbox.store.get("charge", visit.id), visit.form.get("what")
    left = charge["amount_captured"] - charge["amount_refunded"]
    if what == "dispute" and not charge["disputed"]:
        open_dispute(sandbox, charge["id"])
    elif what in CLOSED:
        for dispute in matching(sandbox.store.all("dispute"), {"charge": charge["id"]}, "charge"):
            if dispute["status"] not in CLOSED:
                close_dispute(sandbox, dispute["id"], won=what == "won")
    elif what in ("refund", "half") and left and not charge["disputed"]:
        refund(sandbox, charge, left if what == "refund" else left // 2)
    return redirect("/clock")
