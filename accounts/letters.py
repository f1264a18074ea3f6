"""Letters about an account, written as text once and dressed as HTML from it."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

HEADERS = {"Auto-Submitted": "auto-generated"}  # nobody's out-of-office answers (RFC 3834)


def write(template_prefix: str, to: str, context: Mapping[str, Any]) -> EmailMultiAlternatives:
    """Write the letter of `{prefix}_subject.txt` and `{prefix}_message.txt` to an address.

    Names and links come from the settings: whoever forges a Host header forges no letter. In
    the HTML each paragraph of the text is one, and the code stands out.
    """
    facts = {
        **context,
        "newspaper_name": settings.NEWSPAPER_NAME,
        "site_url": settings.SITE_URL,
        "code_minutes": settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT // 60,
    }
    subject = _without_markup(render_to_string(f"{template_prefix}_subject.txt", facts))
    text = _without_markup(render_to_string(f"{template_prefix}_message.txt", facts))
    letter = EmailMultiAlternatives(
        " ".join(subject.split()),
        text,
        settings.DEFAULT_FROM_EMAIL,
        [to],
        reply_to=[settings.HELP_EMAIL],
        headers=HEADERS,
    )
    paragraphs = [" ".join(part.split("\n")) for part in text.split("\n\n") if part.strip()]
    dress = {**facts, "subject": letter.subject, "paragraphs": paragraphs}
    letter.attach_alternative(render_to_string("account/email/letter.html", dress), "text/html")
    return letter


def _without_markup(rendered: SafeString) -> str:
    """Return a template's text as plain text, which HTML escapes like any other."""
    return str.__str__(rendered).strip()
