"""Turning on the digital access that comes with the printed paper: /activate/."""

from datetime import datetime
from functools import partial
from typing import Any, cast
from urllib.parse import parse_qs, urlencode, urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Reader
from accounts.proved import proved_addresses
from paywall import clock
from paywall.circulation import activation, cases, drafts, showing
from paywall.circulation.activation import Answer
from paywall.circulation.masking import masked_number
from paywall.insights import counting
from paywall.insights.happenings import What
from paywall.tasks import write_print_letters
from paywall.web import coming
from paywall.web.activation_forms import WAYS, ActivationForm, filled_from

TYPED = "print_typed"  # a cookie, signed: what was typed before signing in (again)
TYPED_KEPT = 3600  # seconds; nothing of it is kept here
IT_IS_ON = "Your digital access is on."
PAYS_TOO = (
    "You pay for a package too, which goes on until you cancel it: your account page says how."
)
NOTHING_TO_CHECK = "There is nothing to check any more. Type it once more, please."


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def turn_on(request: HttpRequest) -> HttpResponse:
    """Show the form, and take what was typed: of strangers, until they have an account."""
    if request.method == "POST":
        return _claim(request) if request.user.is_authenticated else _keep_for_later(request)
    return _show_form(request) if request.user.is_authenticated else _show_strangers(request)


@require_POST
@never_cache
@login_required
def turn_on_by_address(request: HttpRequest) -> HttpResponse:
    """One click, where the verified address is the account's."""
    reader, now = cast("Reader", request.user), clock.now()
    if not proved_addresses(reader):
        return redirect(_leading_on(request, "activate"))
    return _answer(request, activation.claim_by_address(reader, now=now), now)


@require_safe
@never_cache
@login_required
def show_refused(request: HttpRequest) -> HttpResponse:
    """Help whoever was not found, in the same words whyever that was."""
    return render(request, "paywall/activate_refused.html", _help(request))


@require_POST
@never_cache
@login_required
def check_for_me(request: HttpRequest) -> HttpResponse:
    """Open a case about what was typed last."""
    case = cases.open_case(cast("Reader", request.user), now=clock.now())
    if case is None:
        messages.info(request, NOTHING_TO_CHECK)
        return redirect(_leading_on(request, "activate"))
    return redirect(_leading_on(request, "activate_checking"))


@require_safe
@never_cache
@login_required
def show_checking(request: HttpRequest) -> HttpResponse:
    """Say what happens with a case, and when."""
    case = cases.open_of(cast("Reader", request.user))
    if case is None:
        return redirect("account")
    context = {**_help(request), "files": cases.FILES_TRIED}
    return render(request, "paywall/activate_checking.html", context)


@never_cache
def _claim(request: HttpRequest) -> HttpResponse:
    reader, now = cast("Reader", request.user), clock.now()
    form = _sent_form(request)
    if not form.is_valid() or not proved_addresses(reader):
        return _show_form(request, form)
    network = get_adapter().get_client_ip(request)
    answer = activation.claim(reader, form.typed(), network=network, now=now)
    return _answer(request, answer, now)


def _sent_form(request: HttpRequest) -> ActivationForm:
    return WAYS.get(request.POST.get("way", ""), WAYS["number"])(request.POST)


def _answer(request: HttpRequest, answer: Answer, now: datetime) -> HttpResponse:
    if answer.again_at:
        context = {**_help(request), "again_at": answer.again_at}
        page = render(request, "paywall/activate_later.html", context, status=429)
        page["Retry-After"] = str(int((answer.again_at - now).total_seconds()) + 1)
        return page
    if answer.activation is None:
        return redirect(_leading_on(request, "activate_refused"))
    if answer.activation.claimed_at == now:  # and not a seat that they had
        counting.credit(What.PRINT_ACTIVATED, at=now, story=coming.story_of(request))
    transaction.on_commit(partial(write_print_letters.delay, answer.activation.pk), robust=True)
    messages.success(request, IT_IS_ON)
    if showing.print_of(cast("Reader", request.user), now=now).pays_too:
        messages.info(request, PAYS_TOO)
    return redirect(_way_on(request) or reverse("account"))


@never_cache
def _show_form(request: HttpRequest, sent: ActivationForm | None = None) -> HttpResponse:
    reader, now = cast("Reader", request.user), clock.now()
    before = _typed_before(request)
    filled = filled_from(drafts.draft_of(reader, now=now) or cases.open_of(reader), before)
    offered = None if sent else activation.offered_by_address(reader, now=now)
    printed = showing.print_of(reader, now=now)
    context = {
        **_help(request),
        **_forms(sent, filled),
        "kept": bool(before),
        "printed": printed,
        "has_access": any(account.opens for account in printed.accounts),
        "is_holder": any(account.holder for account in printed.accounts),
        "offered": masked_number(offered.account.number) if offered else "",
        "is_proved": bool(proved_addresses(reader)),
    }
    page = render(request, "paywall/activate_form.html", context, status=_status(sent))
    if before:
        page.delete_cookie(TYPED, path=reverse("activate"))
    return page


@never_cache
def _show_strangers(request: HttpRequest, sent: ActivationForm | None = None) -> HttpResponse:
    filled = filled_from(None, _typed_before(request))
    context = {**_help(request), **_forms(sent, filled), **_ways_in(request)}
    return render(request, "paywall/activate.html", context, status=_status(sent))


def _forms(sent: ActivationForm | None, filled: dict[str, str]) -> dict[str, Any]:
    """Return both forms, the one that was sent among them."""
    forms = {way: form(initial=filled) for way, form in WAYS.items()}
    if sent:
        forms[sent.way] = sent
    by_phone = sent.way == "phone" if sent else bool(filled.get("phone"))
    return {
        "with_number": forms["number"],
        "with_phone": forms["phone"],
        "by_phone": by_phone,
        "sent": sent,
    }


def _status(sent: ActivationForm | None) -> int:
    return 422 if sent and sent.errors else 200


@never_cache
def _keep_for_later(request: HttpRequest) -> HttpResponse:
    """Keep what a stranger typed, or somebody who was signed out meanwhile: no address holds it."""
    begins = "begin" in request.POST
    form = _sent_form(request)
    if begins and not form.is_valid():
        return _show_strangers(request, form)
    names = ("number", "last_name", "postal_code", "house_number", "phone")
    typed = {name: request.POST.get(name, "")[:80] for name in names}
    leading = redirect(_ways_in(request)["signup_url" if begins else "login_url"])
    leading.set_cookie(
        TYPED,
        signing.dumps(typed, salt=TYPED, compress=True),
        max_age=TYPED_KEPT,
        path=reverse("activate"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return leading


def _typed_before(request: HttpRequest) -> dict[str, str]:
    try:
        typed: dict[str, str] = signing.loads(
            request.COOKIES.get(TYPED, ""), salt=TYPED, max_age=TYPED_KEPT
        )
    except signing.BadSignature:
        return {}
    return typed


def _ways_in(request: HttpRequest) -> dict[str, str]:
    """Return where the form goes, and the addresses to sign up and sign in: they lead back here."""
    came = coming.query_of(request)
    back = urlencode({"next": _leading_on(request, "activate"), **came})
    return {
        "action": f"{reverse('activate')}?{urlencode(came)}" if came else reverse("activate"),
        "signup_url": f"{reverse('account_signup')}?{back}",
        "login_url": f"{reverse('account_login')}?{back}",
    }


def _way_on(request: HttpRequest) -> str:
    """Return where the reader wants to go in the end, or "": a way back to here leads further on.

    Signing in leads back here, and its page here again: a chain of them would never end.
    """
    address = get_next_redirect_url(request) or ""
    while address.startswith(reverse("activate")):
        address = parse_qs(urlsplit(address).query).get("next", [""])[0]
    return address if address and get_adapter().is_safe_url(address) else ""


def _leading_on(request: HttpRequest, page: str) -> str:
    """Return a page's address that leads on to where the reader wants to go."""
    address = _way_on(request)
    return f"{reverse(page)}?{urlencode({'next': address})}" if address else reverse(page)


def _help(request: HttpRequest) -> dict[str, Any]:
    """Return what helps whoever does not get on: the desk, and the way on to the story."""
    return {
        "next": _way_on(request),
        "here": _leading_on(request, "activate"),
        "desk_phone": settings.CIRCULATION_PHONE,
        "desk_hours": settings.CIRCULATION_HOURS,
        "number_example": settings.PRINT_NUMBER_EXAMPLE,
    }
