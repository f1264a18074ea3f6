"""What `manage.py check --deploy` warns about, besides what Django does."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.http.request import validate_host

from config.safety import SHORTEST_SECRET_KEY, mailbox_key_from

FILES = "django.core.mail.backends.filebased.EmailBackend"


def register() -> None:
    """Have Django run them with --deploy."""
    for check in (check_letters, check_site_url, check_keys):
        checks.register(check, checks.Tags.security, deploy=True)


def check_letters(app_configs: Any, **options: Any) -> Sequence[checks.CheckMessage]:
    """Letters have to reach readers: nobody could confirm an address."""
    if settings.EMAIL_BACKEND != FILES:
        return []
    return [
        checks.Warning(
            f"EMAIL_URL is not set: letters go to the folder {settings.EMAIL_FILE_PATH}.",
            hint="Set it, such as smtp+tls://user:password@mail.example.com:587",
            id="newspaper.W001",
        )
    ]


def check_site_url(app_configs: Any, **options: Any) -> Sequence[checks.CheckMessage]:
    """The links in letters have to be safe, and have to lead here."""
    site = urlsplit(settings.SITE_URL)
    warnings: list[checks.CheckMessage] = []
    if site.scheme != "https":
        warnings.append(
            checks.Warning(
                f"SITE_URL is {settings.SITE_URL}: sessions and passwords travel in the clear.",
                hint="Set it to the site's https:// address.",
                id="newspaper.W002",
            )
        )
    if not validate_host(site.hostname or "", settings.ALLOWED_HOSTS):
        warnings.append(
            checks.Warning(
                f"ALLOWED_HOSTS lacks {site.hostname}: links in letters lead to an error.",
                hint="Add the host of SITE_URL to it.",
                id="newspaper.W003",
            )
        )
    return warnings


def check_keys(app_configs: Any, **options: Any) -> Sequence[checks.CheckMessage]:
    """Keys that the site runs without, but not well."""
    warnings: list[checks.CheckMessage] = []
    if not settings.STRIPE_SECRET_KEY:
        warnings.append(
            checks.Warning(
                "STRIPE_SECRET_KEY is not set: nothing can be sold.",
                hint="Copy it from Stripe's dashboard.",
                id="newspaper.W004",
            )
        )
    if settings.STRIPE_API_BASE:
        warnings.append(
            checks.Warning(
                f"STRIPE_API_BASE is {settings.STRIPE_API_BASE}: payments never reach Stripe.",
                hint="Leave it unset.",
                id="newspaper.W006",
            )
        )
    if mailbox_key_from(settings.SECRET_KEY) == settings.MAILBOX_KEY:
        warnings.append(
            checks.Warning(
                "MAILBOX_KEY is not set: it follows SECRET_KEY, and rotating that one gives every "
                "mailbox a new meter.",
                hint="Set it to a long random key of its own, and keep it.",
                id="newspaper.W005",
            )
        )
    elif len(settings.MAILBOX_KEY) < SHORTEST_SECRET_KEY:
        warnings.append(
            checks.Warning(
                f"MAILBOX_KEY has fewer than {SHORTEST_SECRET_KEY} characters: mailboxes can be "
                "guessed from what the database keeps of them.",
                hint="Set it to a long random key before there are readers, and keep it.",
                id="newspaper.W007",
            )
        )
    return warnings
