"""Where a page of the admin stands, in the words of its table of contents."""

from typing import TypeAlias

from django import template

register = template.Library()

Part: TypeAlias = tuple[str, str]  # what it says, and where it leads; the last leads nowhere


@register.simple_tag(takes_context=True)
def where_we_are(context: template.RequestContext) -> list[Part]:
    """Return the way to this page: the line of the contents, then the page's own title."""
    links = [item for part in context.get("sidebar_navigation") or () for item in part["items"]]
    here = next((item for item in links if item["active"]), None)
    title = str(context.get("title") or "")
    if "adminform" in context and context.get("original"):
        title = str(context["original"])
    if here is None:
        return [(title, "")]
    if context.get("cl") or title == here["title"]:
        return [(here["title"], "")]
    return [(here["title"], here["link"]), (title, "")]
