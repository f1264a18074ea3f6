"""How a story is set on its page."""

import json
from collections.abc import Sequence
from typing import Any

from django import template
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from articles.models import Article

register = template.Library()

# A table wider than a phone scrolls by itself, by keyboard too, and never widens the page.
TABLE = '<div class="story__table" role="group" aria-label="Table" tabindex="0"><table'
IN_JSON = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@register.filter
def preview(article: Article) -> Sequence[SafeString]:
    """Return the paragraphs a preview may show, as the paper's setting says; cleaned HTML."""
    return [mark_safe(part) for part in article.opening[: settings.PREVIEW_PARAGRAPHS]]  # noqa: S308 - cleaned when it was written


@register.filter
def typeset(text: str) -> SafeString:
    """Return a story's cleaned HTML with wide tables in a frame."""
    framed = text.replace("<table", TABLE).replace("</table>", "</table></div>")
    return mark_safe(framed)  # noqa: S308 - cleaned when it was written


@register.simple_tag
def json_ld(data: dict[str, Any]) -> SafeString:
    """Return the JSON-LD script of a page; nothing in the data can end it."""
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(IN_JSON)
    return mark_safe(f'<script type="application/ld+json">{written}</script>')  # noqa: S308 - <, > and & are escaped
