"""Walking to the till and back, as the pages do."""

from accounts.models import Reader
from paywall.catalog.models import Price
from paywall.catalog.terms import Terms
from paywall.payments import checkout, returning
from paywall.payments.buying import terms_for
from paywall.payments.models import CheckoutAttempt
from tests.payments.shop import GOOD, Newspaper
from tests.stripe_sandbox.errors import Json
from tests.stripe_sandbox.paying import pay

STORY = "/stories/a-story/"


def begin(
    paper: Newspaper,
    reader: Reader,
    price: Price | None = None,
    *,
    shown: Terms | None = None,
    back_to: str = STORY,
) -> str:
    """Begin as the page does: with the terms that it showed this reader."""
    price = price or paper.month
    shown = shown or terms_for(reader, price)
    return checkout.begin(paper.stripe, reader, price, shown=shown, back_to=back_to, now=paper.now)


def sessions(paper: Newspaper, status: str = "") -> list[Json]:
    """Return the sessions at Stripe, the newest first."""
    every = list(paper.sandbox.store.all("checkout.session"))
    return [one for one in every if status in ("", one["status"])]


def only_session(paper: Newspaper) -> Json:
    """Return the one session that there is."""
    (session,) = sessions(paper)
    return session


def come_back(paper: Newspaper, session: Json | str) -> returning.Return | None:
    """Come back from the page of a session."""
    session_id = session if isinstance(session, str) else session["id"]
    return returning.come_back(paper.stripe, session_id, now=paper.now)


def buy(paper: Newspaper, reader: Reader, price: Price, number: str = GOOD, code: str = "") -> None:
    """Begin, pay on Stripe's page, and come back."""
    begin(paper, reader, price)
    attempt = CheckoutAttempt.objects.open().get(reader=reader)
    pay(paper.sandbox, attempt.session_id, number, code=code)
    come_back(paper, attempt.session_id)
