"""What the holder of a print account does on /account/, and what the invited do."""

from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Reader
from paywall import clock
from paywall.circulation import seats
from paywall.circulation.masking import masked_address
from paywall.circulation.seats import CannotDoError, NotYoursError
from paywall.letters import print_invitation
from paywall.tasks import send_letters
from paywall.web.activation_forms import InvitationForm

BACK = "/account/#print"


@require_POST
@never_cache
@login_required
def approve(request: HttpRequest, activation_id: int) -> HttpResponse:
    """Let somebody in who waits."""
    try:
        seats.approve(activation_id, by=_reader(request), now=clock.now())
    except CannotDoError as why:
        messages.error(request, str(why))
    except NotYoursError:
        raise Http404 from None
    else:
        messages.success(request, "They have digital access now.")
    return redirect(BACK)


@require_POST
@never_cache
@login_required
def withdraw(request: HttpRequest, activation_id: int) -> HttpResponse:
    """Take a seat back, say no, or give up one's own."""
    try:
        seats.withdraw(activation_id, by=_reader(request), now=clock.now())
    except NotYoursError:
        raise Http404 from None
    messages.success(request, "That is done.")
    return redirect(BACK)


@require_POST
@never_cache
@login_required
@sensitive_post_parameters()
def invite(request: HttpRequest, account_id: int) -> HttpResponse:
    """Send somebody an invitation."""
    form, reader, now = InvitationForm(request.POST), _reader(request), clock.now()
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["address"])))
        return redirect(BACK)
    try:
        invited = seats.invite(account_id, form.cleaned_data["address"], by=reader, now=now)
    except CannotDoError as why:
        messages.error(request, str(why))
    except NotYoursError:
        raise Http404 from None
    else:
        print_invitation.write(invited, now=now)
        transaction.on_commit(send_letters.delay, robust=True)
        messages.success(request, "We have sent the invitation. It is good for two weeks.")
    return redirect(BACK)


@require_POST
@never_cache
@login_required
def take_back(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """Take an invitation back."""
    try:
        seats.take_back(invitation_id, by=_reader(request), now=clock.now())
    except NotYoursError:
        raise Http404 from None
    messages.success(request, "The invitation does not work any more.")
    return redirect(BACK)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def answer_invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Show an invitation to whoever signed in, and take their yes.

    A stranger is told first that it needs an account: most who are invited have none.
    """
    now = clock.now()
    found = seats.invitation_of(secret, now=now)
    if found and not request.user.is_authenticated:
        return redirect(f"{reverse('account_signup')}?{urlencode({'next': request.path})}")
    if request.method == "POST" and request.user.is_authenticated:
        try:
            seats.accept(secret, _reader(request), now=now)
        except CannotDoError as why:
            messages.error(request, str(why))
            return redirect(request.path)
        messages.success(request, "Your digital access is on.")
        return redirect("account")
    inviter = masked_address(found.inviter.email) if found else ""
    return render(request, "paywall/print_invitation.html", {"inviter": inviter})


def _reader(request: HttpRequest) -> Reader:
    return cast("Reader", request.user)
