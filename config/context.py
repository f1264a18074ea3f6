"""What every page knows about the newspaper."""

from collections.abc import Callable, Sequence

from django.conf import settings
from django.http import HttpRequest

from paywall.catalog.sections import sections_in_order


def newspaper(request: HttpRequest) -> dict[str, str | Callable[[], Sequence[object]]]:
    """Return the newspaper's name, its addresses, and its sections for pages that show them."""
    return {
        "newspaper_name": settings.NEWSPAPER_NAME,
        "help_email": settings.HELP_EMAIL,
        "site_url": settings.SITE_URL,
        "sections": sections_in_order,
    }
