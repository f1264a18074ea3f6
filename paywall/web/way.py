"""The way back to a story, in addresses that anybody may have written."""

from allauth.account.adapter import get_adapter
from django.http import HttpRequest

LONGEST = 500  # characters, as an attempt keeps it


def back_to(request: HttpRequest) -> str:
    """Return the path of our own that `next` names, or ""."""
    path = request.GET.get("next", "")
    ours = path.startswith("/") and len(path) <= LONGEST and get_adapter().is_safe_url(path)
    return path if ours else ""
