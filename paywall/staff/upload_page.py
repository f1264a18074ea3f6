"""Sending a circulation file by hand: it is read and shown, and changes nothing until the yes.

A million rows take longer to read than a proxy waits for a page: the file is kept, a task reads it
and its page says how far that is.
"""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from paywall import clock
from paywall.circulation import sent
from paywall.circulation.errors import RefusedError
from paywall.circulation.profiles import PROFILES, Profile
from paywall.circulation.sources import LARGEST, PIECE
from paywall.tasks import read_sent_circulation_files


def _in_words(profile: Profile) -> str:
    return f"{profile.name}: {'the whole circulation' if profile.full else 'changes only'}"


class UploadForm(forms.Form):
    """A file, and how it is to be read."""

    file = forms.FileField(
        widget=UnfoldAdminFileFieldWidget,
        allow_empty_file=True,
        help_text="As the circulation system writes it, packed or not, up to "
        f"{LARGEST // 1024**2} MB.",
    )
    profile = forms.ChoiceField(
        choices=[(name, _in_words(profile)) for name, profile in PROFILES.items()],
        widget=UnfoldAdminSelectWidget,
        help_text="How the file is laid out. The usual one is chosen.",
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(f"It is larger than {LARGEST // 1024**2} MB: pack it.")
        return file


def show(admin: Any, request: HttpRequest) -> HttpResponse:
    """Show the form; a POST keeps the file and leads to the page that shows what it would do."""
    if not admin.has_change_permission(request):
        raise PermissionDenied
    initial = {"profile": settings.CIRCULATION_PROFILE}
    form = UploadForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        file = cast("Any", form.cleaned_data["file"])
        pieces, profile = file.chunks(PIECE), form.cleaned_data["profile"]
        try:
            kept = sent.keep(pieces, name=file.name or "", profile=profile, now=clock.now())
        except RefusedError as error:
            messages.error(request, str(error))
            return redirect(request.path)
        admin.log_addition(request, kept, "Sent it.")
        transaction.on_commit(read_sent_circulation_files.delay, robust=True)
        return redirect("admin:paywall_circulationimport_change", kept.pk)
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": "Send a circulation file",
        "form": form,
    }
    return TemplateResponse(request, "admin/paywall/circulationimport/send.html", context)
