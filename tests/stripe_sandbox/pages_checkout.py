"""The Checkout page: an order beside a form for a card, and the bank's question."""

from __future__ import annotations

from html import escape

from tests.stripe_sandbox import html
from tests.stripe_sandbox.cards import CARDS
from tests.stripe_sandbox.checkout import use_code
from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.errors import Json, StripeFailure
from tests.stripe_sandbox.paying import pay
from tests.stripe_sandbox.subscriptions import trial_end_of
from tests.stripe_sandbox.web import Page, Visit, at, redirect

OWNER = ("name", "email", "postal_code")


@at("GET", r"/checkout/(\w+)")
def show(sandbox: Sandbox, visit: Visit) -> Page:
    """Show an order and ask for a card; or say that it is paid or expired."""
    session = sandbox.store.get("checkout.session", visit.id)
    return Page(_page(sandbox, session, visit.form))


def _page(sandbox: Sandbox, session: Json, typed: dict[str, str], wrong: str = "") -> str:
    if session["status"] != "open":
        return _closed(session)
    verb = "Subscribe" if session["mode"] == "subscription" else "Pay"
    if sandbox.store.details(session["id"])["trial"]:
        verb = "Start trial"
    customer = sandbox.store.find(session["customer"])
    email = (customer or {}).get("email") or session["customer_email"] or ""
    contact = (
        f'<p class="soft">Receipt to {escape(email)}</p>'
        if email
        else html.field("email", "Email", typed.get("email", ""), type="email",
                        autocomplete="email", required="")
    )  # fmt: skip
    code = ""
    if session["allow_promotion_codes"]:
        code = html.field("code", "Promotion code (optional)", typed.get("code", ""),
                          autocomplete="off") + html.button(
            "Apply code", kind="plain", formaction=f"/checkout/{session['id']}/code",
            formnovalidate="",
        )  # fmt: skip
    fields = contact + card_fields(typed, (customer or {}).get("name") or "")
    send = html.button(verb, kind="wide")
    body = (
        f"<h1>Pay with card</h1>{html.alert(wrong)}"
        + html.form(f"/checkout/{session['id']}", fields + f"<p>{send}</p>" + code)
        + test_cards()
    )
    return html.page(f"{verb}: Checkout", body, aside=_summary(sandbox, session))


def card_fields(typed: dict[str, str], name: str = "") -> str:
    """Return the fields for a card, with what was typed before."""
    return (
        html.field("number", "Card number or IBAN", typed.get("number", ""), required="",
                   autocomplete="cc-number", placeholder="4242 4242 4242 4242")
        + '<div class="pair">'
        + html.field("expiry", "Expires (MM / YY)", typed.get("expiry", "12 / 40"),
                     autocomplete="cc-exp", inputmode="numeric")
        + html.field("cvc", "Security code", typed.get("cvc", "123"), autocomplete="cc-csc",
                     inputmode="numeric")
        + "</div>"
        + html.field("name", "Name on card", typed.get("name", name), autocomplete="cc-name")
        + html.field("postal_code", "Postal code", typed.get("postal_code", ""),
                     autocomplete="postal-code")
    )  # fmt: skip


def test_cards() -> str:
    """Return the list of test numbers, folded."""
    rows = "".join(
        f"<tr><td><code>{' '.join(number[i : i + 4] for i in range(0, len(number), 4))}</code></td>"
        f"<td>{escape(card.about)}</td></tr>"
        for number, card in CARDS.items()
    )
    return (
        "<details><summary>Test cards</summary>"
        f"<table><tr><th>Number</th><th>What it does</th></tr>{rows}</table></details>"
    )


def _summary(sandbox: Sandbox, session: Json) -> str:
    currency = session["currency"]
    lines: list[Json] = sandbox.store.details(session["id"])["lines"]
    rows = "".join(
        f"<dt>{escape(line['description'])}<br><small>"
        f"{escape(html.money(line['price']['unit_amount'], currency))} "
        f"{html.every(line['price'])}</small></dt>"
        f"<dd>{html.money(line['amount_subtotal'], currency)}</dd>"
        for line in lines
    )
    off = session["total_details"]["amount_discount"]
    if off:
        rows += f"<dt>Discount</dt><dd>−{html.money(off, currency)}</dd>"
    due = html.money(session["amount_total"], currency)
    rows += f'<dt class="total">Due today</dt><dd class="total">{due}</dd>'
    back = session["cancel_url"]
    then = _then(sandbox, session, lines)
    link = f'<p><a href="{escape(back)}">Back, without paying</a></p>' if back else ""
    return f'<p class="due">{due}</p><dl>{rows}</dl>{then}{link}'


def _then(sandbox: Sandbox, session: Json, lines: list[Json]) -> str:
    """Say what a subscription costs once its trial or introductory offer is over."""
    if session["mode"] != "subscription":
        return ""
    whole = sum(line["price"]["unit_amount"] * line["quantity"] for line in lines)
    data = sandbox.store.details(session["id"])["subscription_data"]
    free_until = trial_end_of(sandbox, data)
    start = f"Free until {html.day(free_until)}, then" if free_until else "Renews at"
    price = html.money(whole, session["currency"])
    return f'<p class="soft">{start} {price} {html.every(lines[0]["price"])} until cancelled.</p>'


def _closed(session: Json) -> str:
    if session["status"] == "complete":
        body = f'<h1>Paid</h1><p><a href="{escape(_success(session))}">Continue</a></p>'
    else:
        back = session["cancel_url"] or "/clock"
        body = (
            "<h1>This page has expired</h1><p>Nothing was charged. "
            f'<a href="{escape(back)}">Go back and begin again</a></p>'
        )
    return html.page("Checkout", body)


def _success(session: Json) -> str:
    address: str = session["success_url"]
    return address.replace("{CHECKOUT_SESSION_ID}", session["id"])


@at("POST", r"/checkout/(\w+)/code")
def apply_code(sandbox: Sandbox, visit: Visit) -> Page:
    """Use a promotion code, and show the order as it then is."""
    session = sandbox.store.get("checkout.session", visit.id)
    wrong = ""
    try:
        use_code(sandbox, session, visit.form.get("code", ""))
    except StripeFailure as failure:
        wrong = str(failure)
    return Page(_page(sandbox, session, visit.form, wrong))


@at("POST", r"/checkout/(\w+)")
def submit(sandbox: Sandbox, visit: Visit) -> Page:
    """Pay, and go back to the shop; or say why not; or let the bank ask first."""
    return _pay(sandbox, visit, visit.form, confirmed=None)


def _pay(sandbox: Sandbox, visit: Visit, typed: dict[str, str], *, confirmed: bool | None) -> Page:
    session = sandbox.store.get("checkout.session", visit.id)
    owner = {name: typed[name] for name in OWNER if typed.get(name)}
    try:
        month, year = expiry(typed)
        pay(sandbox, visit.id, typed.get("number", ""), confirmed=confirmed, exp_month=month,
            exp_year=year, code=typed.get("code", "") if confirmed is None else "",
            **owner)  # fmt: skip
    except StripeFailure as failure:
        return Page(_page(sandbox, session, typed, str(failure)), status="402 Payment Required")
    if session["status"] == "open":
        sandbox.store.details(session["id"])["typed"] = typed
        return redirect(f"/checkout/{session['id']}/confirm")
    return redirect(_success(session))


def expiry(typed: dict[str, str]) -> tuple[int, int]:
    """Return the month and year typed, or fail as a card form does."""
    digits = [part.strip() for part in typed.get("expiry", "").split("/")]
    if (
        len(digits) != 2
        or not all(part.isdigit() for part in digits)
        or not 1 <= int(digits[0]) <= 12
    ):
        raise StripeFailure("Your card's expiry is incomplete.", status=402, kind="card_error")
    return int(digits[0]), 2000 + int(digits[1]) % 100


@at("GET", r"/checkout/(\w+)/confirm")
def ask(_sandbox: Sandbox, visit: Visit) -> Page:
    """Show the bank's question."""
    return Page(bank_question(f"/checkout/{visit.id}/confirm"))


def bank_question(action: str) -> str:
    """Return the page on which the card's owner confirms a payment to their bank, or refuses."""
    buttons = html.button("Confirm", name="answer", value="confirm") + html.button(
        "Refuse", kind="plain", name="answer", value="refuse"
    )
    body = (
        "<h1>Your bank asks you to confirm</h1>"
        "<p>This page stands in for the bank's own (3D Secure).</p>"
        + html.form(action, f'<div class="row">{buttons}</div>')
    )
    return html.page("Confirm with your bank", body)


@at("POST", r"/checkout/(\w+)/confirm")
def answer(sandbox: Sandbox, visit: Visit) -> Page:
    """Go on with the answer that the card's owner gave."""
    typed: dict[str, str] = sandbox.store.details(visit.id).get("typed", {})
    return _pay(sandbox, visit, typed, confirmed=visit.form.get("answer") == "confirm")
