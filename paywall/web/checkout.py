"""The way to the till and back: one page that says what is bought, and the return from Stripe."""

import logging
from datetime import datetime
from http import HTTPStatus
from logging import ERROR, WARNING
from typing import cast
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.text import get_text_list
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Reader
from paywall import clock
from paywall.catalog import pricing
from paywall.catalog.models import Package, Price
from paywall.catalog.pricing import RefusedError
from paywall.catalog.terms import Terms
from paywall.payments import checkout, gateway, returning
from paywall.payments.attempts import Progress
from paywall.payments.buying import Obstacle, Why, obstacle_to, terms_for
from paywall.payments.checkout import NotSold, Overtaken
from paywall.payments.gateway import GatewayError, GatewayUnavailable
from paywall.payments.models import CheckoutAttempt
from paywall.subscriptions.models import Customer
from paywall.web import coming
from paywall.web.way import back_to
from paywall.web.writing import write_soon

logger = logging.getLogger(__name__)

CHANGED = "The price has changed since this page was shown. This is what it costs now."
OVERTAKEN = "You chose something else in another window just now. Is it this that you want?"
UNAVAILABLE = (
    "Our payment service does not answer just now. Nothing was charged and your choice is kept: "
    "please try again in a minute."
)
REFUSED = (
    "This cannot be paid for just now, and nothing was charged. It has been noted, and somebody "
    "will look at it."
)
LOOKS = 6  # how often the page that waits for Stripe looks again by itself
PAUSE = 5  # seconds between two looks


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, price_id: UUID) -> HttpResponse:
    """Show what a price buys, its terms and the button; a POST leads on to Stripe's page."""
    way = back_to(request)
    if not request.user.is_authenticated:
        came_from = coming.query_of(request)
        here = _with(_here(price_id, way), **came_from)
        return redirect(_with(reverse("account_signup"), next=here, **came_from))
    reader = request.user
    price = get_object_or_404(Price.objects.select_related("package"), public_id=price_id)
    if request.method == "POST":
        return _begin(request, reader, price, way, now=clock.now())
    successor = pricing.instead_of(price)
    if successor is None:
        messages.info(request, f"{price.package} is not sold that way any more.")
        return redirect(_with(reverse("subscribe"), next=way))
    if successor != price:
        return redirect(_here(successor.public_id, way))
    obstacle = obstacle_to(reader, price, now=clock.now())
    if obstacle and obstacle.why is Why.SUBSCRIBES:
        return redirect(address_of_switch(price))
    return _show(request, price, way, obstacle=obstacle)


def _show(
    request: HttpRequest,
    price: Price,
    way: str,
    *,
    obstacle: Obstacle | None = None,
    problem: str = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    terms = terms_for(cast("Reader", request.user), price)
    context = {
        "price": price,
        "package": price.package,
        "terms": terms,
        "begins_anew": terms != price.terms,
        "obstacle": obstacle,
        "problem": problem,
        "story": way,
        "taxed": settings.STRIPE_TAX,
    }
    return render(request, "paywall/choose.html", context, status=status)


def _begin(
    request: HttpRequest, reader: Reader, price: Price, way: str, *, now: datetime
) -> HttpResponse:
    try:
        shown = Terms.read(request.POST.get("terms", ""))
        address = checkout.begin(
            gateway.from_settings(),
            reader,
            price,
            shown=shown,
            back_to=way,
            story=coming.story_of(request),
            now=now,
        )
    except NotSold:
        address = _here(price.public_id, way)  # which says what is in the way
    except (RefusedError, ValueError):
        messages.warning(request, CHANGED)
        address = _here(price.public_id, way)
    except Overtaken:
        messages.warning(request, OVERTAKEN)
        address = _here(price.public_id, way)
    except GatewayError as error:
        passing = isinstance(error, GatewayUnavailable)
        logger.log(WARNING if passing else ERROR, "No checkout was begun: %s", error)
        problem = UNAVAILABLE if passing else REFUSED
        unavailable = HTTPStatus.SERVICE_UNAVAILABLE
        return _show(request, price, way, problem=problem, status=unavailable)
    return HttpResponseRedirect(address, status=HTTPStatus.SEE_OTHER)


@never_cache
@require_safe
def welcome(request: HttpRequest) -> HttpResponse:
    """Record what was paid, and lead back to the story, open."""
    session_id = request.GET.get("session", "")
    try:
        back = returning.come_back(gateway.from_settings(), session_id, now=clock.now())
    except GatewayError as error:
        logger.warning("A return from Checkout could not be looked at: %s", error)
        return _wait(request, session_id)
    if back and back.attempt.is_elsewhere:
        return _lead_on(back.attempt)
    if back is None or back.attempt.reader != request.user:
        return render(request, "paywall/welcome.html", {"state": "another's"})
    if customer := Customer.objects.filter(reader=back.attempt.reader).first():
        write_soon(customer)
    if back.progress is Progress.EXPIRED or back.progress is Progress.UNPAID:
        return redirect(_here(back.attempt.price.public_id, back.attempt.back_to))
    if back.progress is Progress.OPENS and back.attempt.back_to:
        messages.success(request, _thanks(back.attempt.price.package))
        return HttpResponseRedirect(back.attempt.back_to, status=HTTPStatus.SEE_OTHER)
    context = {"state": back.progress.value, "attempt": back.attempt}
    return render(request, "paywall/welcome.html", context)


def _lead_on(attempt: CheckoutAttempt) -> HttpResponse:
    """Lead back to the site that the reader reads on; here they need not be signed in."""
    if customer := Customer.objects.filter(reader=attempt.reader).first():
        write_soon(customer)
    return HttpResponseRedirect(attempt.back_to, status=HTTPStatus.SEE_OTHER)


def _thanks(package: Package) -> str:
    """Say what is open now, to somebody who may have come from a story of another section."""
    if package.everything:
        return "Thank you, and welcome. The story is open, and so is every other."
    sections = get_text_list([section.name for section in package.sections.all()], "and")
    return f"Thank you, and welcome. Every story in {sections} is open to you."


def _wait(request: HttpRequest, session_id: str) -> HttpResponse:
    """Say that the payment is safe, and look again by itself for half a minute."""
    looked = request.GET.get("look", "")
    looks = int(looked) if looked.isdecimal() and len(looked) < 3 else 0
    again = _with(reverse("welcome"), session=session_id, look=looks + 1)
    page = render(request, "paywall/welcome.html", {"state": "unknown", "again": again})
    if looks < LOOKS:
        page["Refresh"] = f"{PAUSE}; url={again}"
    return page


def address_of_switch(price: Price) -> str:
    """Return where somebody who subscribes switches to a price."""
    try:
        return reverse("account_switch", args=[price.public_id])
    except NoReverseMatch:
        return reverse("account")


def _here(price_id: UUID, way: str) -> str:
    return _with(reverse("choose", args=[price_id]), next=way)


def _with(address: str, **query: object) -> str:
    given = {name: value for name, value in query.items() if value}
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}{urlencode(given)}" if given else address
