"""The Checkout page: an order beside a form for a card, and the bank's question."""

from __future__ import annotations

from html import escape

from tests.stripe_sandbox import html
from tests.stripe_sandbox.cards import CARDS
from tests.stripe_sandbox.checkout import use_code
from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.coupons import taken_off
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
    body = f"<h2>Pay with a card</h2>{html.alert(wrong)}" + html.entry(
        f"/checkout/{session['id']}", fields + code, verb
    )
    return html.page(f"{verb}: Checkout", body, aside=_summary(sandbox, session, verb))


def card_fields(typed: dict[str, str], name: str = "") -> str:
    """Return the fields for a card, with what was typed before, and buttons that fill them in."""
    return (
        _test_cards(typed.get("number", ""))
        + html.field("number", "Card number or IBAN", typed.get("number", ""), required="",
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


def _test_cards(typed: str) -> str:
    """Return a button for each test number; pressed, the page comes again with it filled in."""
    buttons = [
        html.button(
            card.about[0].upper() + card.about[1:],
            kind="plain small",
            name="use",
            value=number,
            formnovalidate="",
            **({"aria_current": "true"} if number == typed.replace(" ", "") else {}),
        )
        for number, card in CARDS.items()
    ]
    return (
        '<fieldset class="cards"><legend>Test cards: press one to fill it in</legend>'
        f'<div class="row">{"".join(buttons)}</div></fieldset>'
    )


def with_card_used(form: dict[str, str]) -> dict[str, str] | None:
    """Return what was typed with the test card that was chosen; None: none was."""
    if form.get("use") not in CARDS:
        return None
    number = form["use"]
    return form | {"number": " ".join(number[i : i + 4] for i in range(0, len(number), 4))}


def _summary(sandbox: Sandbox, session: Json, verb: str) -> str:
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
        names = ", ".join(coupon["name"] or coupon["id"] for coupon in _coupons(sandbox, session))
        rows += f"<dt>Discount<br><small>{escape(names)}</small></dt>"
        rows += f"<dd>−{html.money(off, currency)}</dd>"
    due = html.money(session["amount_total"], currency)
    rows += f'<dt class="total">Due today</dt><dd class="total">{due}</dd>'
    back = session["cancel_url"]
    then = _then(sandbox, session, lines)
    link = f'<p><a href="{escape(back)}">Back, without paying</a></p>' if back else ""
    what = {"Subscribe": "Subscribe to", "Pay": "Pay for", "Start trial": "Try"}[verb]
    names = escape(", ".join(line["description"] for line in lines))
    return f'<h1>{what} {names}</h1><p class="due">{due}</p><dl>{rows}</dl>{then}{link}'


def _then(sandbox: Sandbox, session: Json, lines: list[Json]) -> str:
    """Say what a subscription costs once its trial or introductory offer is over."""
    if session["mode"] != "subscription":
        return '<p class="soft">One payment. It does not renew.</p>'
    whole = sum(line["price"]["unit_amount"] * line["quantity"] for line in lines)
    data = sandbox.store.details(session["id"])["subscription_data"]
    free_until = trial_end_of(sandbox, data)
    price = html.money(whole, session["currency"])
    every = html.every(lines[0]["price"])
    start = f"Free until {html.day(free_until)}, then" if free_until else "Renews at"
    for coupon in _coupons(sandbox, session):
        if coupon["duration"] == "forever":
            price = html.money(whole - sum(taken_off(coupon, [whole])), session["currency"])
        elif coupon["duration"] == "repeating" and not free_until:
            less = html.money(whole - sum(taken_off(coupon, [whole])), session["currency"])
            months = coupon["duration_in_months"]
            start = f"{less} {every} for the first {months} months, then"
    return f'<p class="soft">{start} {price} {every} until cancelled.</p>'


def _coupons(sandbox: Sandbox, session: Json) -> list[Json]:
    codes = [sandbox.store.find(each["promotion_code"]) for each in session["discounts"]]
    ids = [code["promotion"]["coupon"] for code in codes if code]
    ids += [each["coupon"] for each in session["discounts"]]
    return [coupon for id_ in dict.fromkeys(ids) if (coupon := sandbox.store.find(id_))]


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
    if typed := with_card_used(visit.form):
        return Page(_page(sandbox, sandbox.store.get("checkout.session", visit.id), typed))
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
