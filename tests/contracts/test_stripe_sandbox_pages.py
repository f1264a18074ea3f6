"""The sandbox's pages and controls, as a browser and a program reach them."""

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests.stripe_sandbox.making import DECLINED, GOOD, Shop, opened

CARD = {"number": GOOD, "expiry": "12 / 40", "cvc": "123", "name": "A. Reader"}


class Stays(urllib.request.HTTPRedirectHandler):
    """Follows no redirect, so that a test can look at it."""

    def redirect_request(self, *_args: Any) -> None:
        return None


def ask(url: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Return the status of a page, its text and where it sends the browser."""
    data = urllib.parse.urlencode(form).encode() if form is not None else None
    try:
        with urllib.request.build_opener(Stays).open(url, data, timeout=5) as page:
            return page.status, page.read().decode("latin-1"), ""
    except urllib.error.HTTPError as page:
        return page.code, page.read().decode(), page.headers.get("Location", "")


def control(shop: Shop, name: str, asked: dict[str, Any] | None = None) -> Any:
    data = json.dumps(asked).encode() if asked is not None else None
    with urllib.request.urlopen(f"{shop.sandbox.base_url}/sandbox/{name}", data, timeout=5) as page:
        return json.loads(page.read())


@pytest.fixture
def shop() -> Iterator[Shop]:
    with opened("over HTTP") as made:
        yield made


def test_a_page_sells_and_sends_the_reader_back(shop: Shop) -> None:
    session = shop.checkout(
        customer=shop.v1.customers.create({"email": "reader@example.com"}).id,
        cancel_url="https://paper.example/subscribe/",
    )
    _, shown, _ = ask(session.url)
    for text in ("All stories", "$12.00 every month", "reader@example.com", "Test cards"):
        assert text in shown
    assert 'href="https://paper.example/subscribe/"' in shown
    assert "<script" not in shown
    status, shown, _ = ask(session.url, {**CARD, "number": DECLINED})
    assert (status, 'role="alert"' in shown) == (402, True)
    status, _, address = ask(session.url, CARD)
    assert (status, address) == (303, f"https://paper.example/welcome?session={session.id}")
    assert shop.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    assert "Paid" in ask(session.url)[1]


def test_every_input_has_its_label(shop: Shop) -> None:
    _, shown, _ = ask(shop.checkout(allow_promotion_codes=True).url)
    inputs = re.findall(r'<input id="(\w+)"', shown)
    assert "number" in inputs
    assert all(f'<label for="{name}">' in shown for name in inputs)


def test_a_number_that_is_no_test_card_is_refused(shop: Shop) -> None:
    session = shop.checkout()
    status, shown, _ = ask(session.url, {**CARD, "number": "4111111111111111"})
    assert (status, "test numbers only" in shown) == (402, True)
    status, shown, _ = ask(session.url, {**CARD, "expiry": "soon"})
    assert (status, "expiry is incomplete" in shown) == (402, True)


@pytest.mark.parametrize(("answer", "status"), [("confirm", "complete"), ("refuse", "open")])
def test_the_bank_asks_on_a_page_of_its_own(shop: Shop, answer: str, status: str) -> None:
    session = shop.checkout()
    typed = {**CARD, "number": "4000 0025 0000 3155", "email": "reader@example.com"}
    _, _, address = ask(session.url, typed)
    assert address.endswith("/confirm")
    ask(shop.sandbox.base_url + address, {"answer": answer})
    assert shop.v1.checkout.sessions.retrieve(session.id).status == status


def test_what_is_typed_cannot_break_the_page(shop: Shop) -> None:
    session = shop.checkout()
    _, shown, _ = ask(session.url, {**CARD, "number": '"><b>x', "name": "<i>A</i>"})
    assert "<b>x" not in shown
    assert "<i>A" not in shown


def test_an_expired_page_says_so(shop: Shop) -> None:
    session = shop.checkout()
    shop.sandbox.advance(days=1)
    assert "expired" in ask(session.url)[1]


def test_the_portal_does_its_errands(shop: Shop) -> None:
    subscription = shop.subscribe()
    portal = shop.v1.billing_portal.sessions.create(
        {
            "customer": subscription.customer,
            "return_url": "https://paper.example/account/",
            "flow_data": {
                "type": "payment_method_update",
                "after_completion": {
                    "type": "redirect",
                    "redirect": {"return_url": "https://paper.example/account/?card"},
                },
            },
        }
    )
    assert ask(portal.url, CARD)[2] == "https://paper.example/account/?card"
    home = f"{shop.sandbox.base_url}/portal/{portal.id}"
    _, shown, _ = ask(home)
    for text in ("All stories", "Visa ending in 4242", "$12.00", "Return to the newspaper"):
        assert text in shown
    _, asked, _ = ask(f"{home}/subscription_cancel?subscription={subscription.id}")
    assert "stays open until February 1, 2026" in asked
    ask(f"{home}/cancel/{subscription.id}", {})
    assert shop.subscription(subscription.id).cancel_at_period_end
    ask(f"{home}/keep/{subscription.id}", {})
    assert not shop.subscription(subscription.id).cancel_at_period_end


def test_an_open_invoice_can_be_paid_on_its_page(shop: Shop) -> None:
    subscription = shop.subscribe(number="4000000000000341")
    shop.sandbox.advance(days=32)
    invoice = shop.subscription(subscription.id, "latest_invoice").latest_invoice
    assert "Pay $12.00" in ask(invoice.hosted_invoice_url)[1]
    assert ask(invoice.hosted_invoice_url, {**CARD, "number": DECLINED})[0] == 402
    assert ask(invoice.hosted_invoice_url, CARD)[0] == 303
    assert shop.subscription(subscription.id).status == "active"
    assert ask(invoice.invoice_pdf)[1].startswith("%PDF-")
    charge = shop.v1.charges.list().data[0]
    assert "$12.00 paid" in ask(charge.receipt_url)[1]


def test_a_renewal_that_asks_its_owner_is_confirmed_on_its_page(shop: Shop) -> None:
    done = shop.pay(shop.checkout(), "4000002760003184", confirmed=True, email="a@example.com")
    shop.sandbox.advance(days=32)
    subscription = shop.subscription(done["subscription"], "latest_invoice.payments")
    assert subscription.status == "past_due"
    intent = subscription.latest_invoice.payments.data[0].payment.payment_intent
    action = shop.v1.payment_intents.retrieve(intent).next_action
    ask(action.redirect_to_url.url, {"answer": "confirm"})
    assert shop.subscription(done["subscription"]).status == "active"


def test_the_clock_page_jumps_and_troubles(shop: Shop) -> None:
    subscription = shop.subscribe()
    clock = f"{shop.sandbox.base_url}/clock"
    before = shop.sandbox.now
    assert ask(clock, {"jump": "day"})[0] == 303
    assert shop.sandbox.now == before + 26 * 3600
    assert ask(clock, {"jump": "back"})[0] == 400
    _, shown, _ = ask(clock)
    card, charge = re.findall(r"/clock/(cards/\w+|charges/\w+)", shown)[:2]
    ask(f"{clock}/{charge}", {"what": "refund"})
    assert shop.v1.refunds.list().data[0].amount == 1200
    ask(f"{clock}/{card}", {"why": "generic_decline"})
    ask(clock, {"jump": "month"})
    assert shop.subscription(subscription.id).status == "past_due"


def test_programs_have_controls(shop: Shop) -> None:
    assert control(shop, "clock", {"days": 1})["now"] == control(shop, "clock")["now"]
    session = shop.checkout()
    control(shop, "cards", {"decline_next": 1})
    with pytest.raises(urllib.error.HTTPError):
        control(shop, "checkout", {"session": session.id, "number": GOOD})
    assert (
        control(shop, "checkout", {"session": session.id, "number": GOOD})["status"] == "complete"
    )
    charge = shop.v1.charges.list().data[0]
    dispute = control(shop, "disputes", {"charge": charge.id})
    closed = control(shop, "disputes/close", {"dispute": dispute["id"], "won": True})
    assert closed["status"] == "won"
    control(shop, "faults", {"kind": "error", "path": "/v1/customers"})
    control(shop, "faults", {})
    assert shop.v1.customers.list().data
    control(shop, "webhooks", {"drop": 1, "repeat": 2, "shuffle": 7, "held": True})
    assert (shop.sandbox.webhooks.drop, shop.sandbox.webhooks.held) == (1, True)
    assert control(shop, "mismatches") == {"mismatches": []}
    with pytest.raises(urllib.error.HTTPError, match="400"):
        control(shop, "faults", {"kind": "gremlins"})
