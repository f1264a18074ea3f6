"""The desk's screens: finding a reader, everything about one, and what is done for them."""

from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware

from accounts.made_by_staff import TakenError
from accounts.models import Reader
from paywall import clock
from paywall.staff import answering, carrying_out, finding, looking
from paywall.staff.carrying_out import DidNotHappenError
from paywall.staff.deed_forms import NewReaderForm
from paywall.staff.deeds import DEEDS, Deed
from paywall.staff.timeline import timeline_of
from paywall.trail.recording import DoneAlreadyError

PAGE, SEARCH = "admin:reader_page", "admin:reader_search"
# What not everybody at the desk has to know, who does, and which moments tell of it.
SEES = {
    "reading": "view_meteredread",
    "money": "view_subscription",
    "letters": "view_letter",
    "deeds": "view_staffaction",
}
KINDS = {
    "reading": ("story", "wall"),
    "money": ("subscription", "payment", "checkout"),
    "letters": ("letter",),
    "deeds": ("deed",),
}
ALREADY = "This form was sent before: what came of it is below."


def search(admin: Any, request: HttpRequest) -> HttpResponse:
    """Find a reader; a search that finds one alone leads to their page."""
    require(request, "answer_readers")
    typed = request.GET.get("q", "").strip()
    answer = finding.find(typed)
    if len(answer.found) == 1 and not answer.unclaimed:
        return redirect(PAGE, answer.found[0].reader.public_id)
    context = {
        "title": "Find a reader",
        "typed": typed,
        "answer": answer,
        "may_create": may(request, "create_reader"),
    }
    return _page(admin, request, "search", context)


def show(admin: Any, request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show everything about one reader; `story` asks why it is closed to them, or open."""
    require(request, "answer_readers")
    reader, now = get_object_or_404(Reader, public_id=public_id), clock.now()
    asked = request.GET.get("story", "").strip()
    try:
        before = parse_datetime(request.GET.get("before", "")) or now
    except ValueError:
        before = now
    sees = {name: request.user.has_perm(f"paywall.{needed}") for name, needed in SEES.items()}
    hidden = [kind for name, kinds in KINDS.items() if not sees[name] for kind in kinds]
    context = {
        "title": f"Reader {reader.email}",
        "about": looking.look_at(reader, now=now),
        "sees": sees,
        "timeline": timeline_of(reader, before=before if is_aware(before) else now, without=hidden),
        "later": "before" in request.GET,
        "asked": asked,
        "answer": answering.why(reader, asked, now=now) if asked else None,
        "deeds": [
            (name, deed, deed.form(reader=reader, now=now).why_not)
            for name, deed in DEEDS.items()
            if may(request, deed.permission) and may_act_on(request, reader)
        ],
        "may_view_account": request.user.has_perm("accounts.view_reader"),
    }
    return _page(admin, request, "reader", context)


def act(admin: Any, request: HttpRequest, public_id: UUID, name: str) -> HttpResponse:
    """Say what a deed means and ask why; a POST does it."""
    require(request, "answer_readers")
    reader, now = get_object_or_404(Reader, public_id=public_id), clock.now()
    deed = DEEDS.get(name)
    if deed is None:
        raise Http404("There is no such deed.")
    require(request, deed.permission)
    if not may_act_on(request, reader):
        raise PermissionDenied("What concerns a colleague is for administrators.")
    form = deed.form(request.POST or None, reader=reader, now=now)
    if request.method == "POST" and not form.why_not and form.is_valid():
        return _carry_out(request, deed, reader, form.cleaned_data)
    title = f"{deed.label}: {reader.email}"
    context = {"title": title, "reader": reader, "deed": deed, "form": form}
    return _page(admin, request, "deed", context)


def create(admin: Any, request: HttpRequest) -> HttpResponse:
    """Make an account for a caller, who gets a letter with the way to a password."""
    require(request, "answer_readers")
    require(request, "create_reader")
    initial = {"email": request.GET.get("email", ""), "key": carrying_out.new_key()}
    form = NewReaderForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        return _create(request, form.cleaned_data)
    return _page(admin, request, "new", {"title": "Make an account", "form": form})


def may(request: HttpRequest, permission: str) -> bool:
    """Tell whether somebody has one of StaffAction's permissions."""
    return bool(request.user.has_perm(f"paywall.{permission}"))


def require(request: HttpRequest, permission: str) -> None:
    """Raise PermissionDenied for who may not."""
    if not may(request, permission):
        raise PermissionDenied


def may_act_on(request: HttpRequest, reader: Reader) -> bool:
    """Tell whether somebody may do things to this reader: to colleagues only who manages them."""
    return not reader.is_staff or may(request, "manage_staff")


def _carry_out(
    request: HttpRequest, deed: Deed, reader: Reader, cleaned: dict[str, Any]
) -> HttpResponse:
    by = cast("Reader", request.user)
    back = redirect(PAGE, reader.public_id)
    try:
        done = carrying_out.carry_out(deed, reader, cleaned, by=by, now=clock.now())
    except DidNotHappenError as error:
        messages.error(request, f"It did not happen: {error}")
        return back
    except DoneAlreadyError:
        messages.warning(request, ALREADY)
        return back
    if done.file:
        name, content = done.file
        disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(content, content_type="application/json", headers=disposition)
    messages.success(request, done.sentence)
    return redirect(SEARCH) if done.gone else back


def _create(request: HttpRequest, cleaned: dict[str, Any]) -> HttpResponse:
    by = cast("Reader", request.user)
    try:
        reader = carrying_out.make_reader(**cleaned, by=by, now=clock.now())
    except TakenError as taken:
        messages.warning(request, str(taken))
        return redirect(PAGE, taken.reader.public_id)
    except DoneAlreadyError:
        messages.warning(request, ALREADY)
        return redirect(f"{reverse(SEARCH)}?{urlencode({'q': cleaned['email']})}")
    messages.success(request, "The account is there, and a letter with the way in is sent.")
    return redirect(PAGE, reader.public_id)


def _page(admin: Any, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    shown = {**admin.admin_site.each_context(request), **context}
    page = TemplateResponse(request, f"admin/paywall/desk/{template}.html", shown)
    page["Cache-Control"] = "private, no-store"
    return page
