"""Everything that is kept about a reader, as a file."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Reader
from accounts.shown_again import shown_again
from paywall import clock
from paywall.privacy import exporting


@require_safe
@never_cache
@login_required
@shown_again
def download(request: HttpRequest) -> HttpResponse:
    """Send what is kept to the reader, who has just shown that it is them."""
    kept = exporting.export(cast("Reader", request.user), now=clock.now())
    response = JsonResponse(kept, json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = 'attachment; filename="what-we-keep-about-you.json"'
    return response
