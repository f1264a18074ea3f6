"""Sending a circulation file by hand: it is read and shown, and changes nothing until the yes."""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from paywall import clock
from paywall.circulation import importing
from paywall.circulation.errors import RefusedError
from paywall.circulation.locking import BusyError
from paywall.circulation.profiles import PROFILES
from paywall.circulation.sources import uploaded


class UploadForm(forms.Form):
    """A file, and how it is to be read."""

    file = forms.FileField(
        widget=UnfoldAdminFileFieldWidget,
        allow_empty_file=True,
        help_text="As the circulation system writes it, packed or not.",
    )
    profile = forms.ChoiceField(
        choices=[(name, name) for name in PROFILES], widget=UnfoldAdminSelectWidget
    )


def show(admin: Any, request: HttpRequest) -> HttpResponse:
    """Show the form; a POST reads the file and leads to the page that shows what it would do."""
    if not admin.has_change_permission(request):
        raise PermissionDenied
    initial = {"profile": settings.CIRCULATION_PROFILE}
    form = UploadForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        file = cast("Any", form.cleaned_data["file"])
        try:
            with uploaded(iter(file.chunks()), file.name or "A file") as found:
                profile = form.cleaned_data["profile"]
                answer = importing.look_at(found, profile=profile, now=clock.now())
        except (BusyError, RefusedError) as error:
            messages.error(request, str(error))
            return redirect(request.path)
        return redirect("admin:paywall_circulationimport_change", answer.file.pk)
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": "Send a circulation file",
        "form": form,
    }
    return TemplateResponse(request, "admin/paywall/circulationimport/send.html", context)
