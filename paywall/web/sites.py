"""Other sites that a reader signed in on: letting go of one."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import Reader
from paywall.sites import readers


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def leave(request: HttpRequest, site_id: int) -> HttpResponse:
    """Say what ends at this site; a POST ends it."""
    theirs = get_object_or_404(readers.sites_of(cast("Reader", request.user)), site=site_id)
    if request.method == "POST":
        readers.part_from(theirs)
        messages.success(request, f"{theirs.site} no longer knows you.")
        return redirect("account")
    return render(request, "paywall/leave_site.html", {"site": theirs.site})
