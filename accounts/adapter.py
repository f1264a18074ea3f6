"""allauth in this newspaper's words: letters that name and link to the paper itself."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings


class AccountAdapter(DefaultAccountAdapter):
    """Builds what letters say from the settings, never from the request's Host header."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        ours = {
            name: _on_our_site(value) if name.endswith("_url") else value
            for name, value in context.items()
        }
        site = {"name": settings.NEWSPAPER_NAME, "domain": urlsplit(settings.SITE_URL).netloc}
        super().send_mail(
            template_prefix, email, ours | {"current_site": site, "site_url": settings.SITE_URL}
        )


def _on_our_site(address: Any) -> Any:
    parts = urlsplit(str(address))
    query = f"?{parts.query}" if parts.query else ""
    return f"{settings.SITE_URL}{parts.path}{query}"
