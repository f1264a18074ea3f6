"""The site's pages: plain HTML, everything escaped."""

from collections.abc import Iterable
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import quote

from examples.foreign_site.stories import STORIES, Story

STYLE = """
body { font: 1.125rem/1.6 Georgia, serif; margin: 0 auto; max-width: 40rem; padding: 1rem; }
header, footer { border-block: 1px solid #ccc; padding-block: .5rem; }
.wall { background: #f5f3ee; margin-block: 2rem; padding: 1rem 1.25rem; }
.wall ul { list-style: none; padding: 0; }
a, button { color: #0b4a8f; }
input, button { display: block; font: inherit; margin-bottom: .75rem; padding: .4rem .6rem; }
button { background: #0b4a8f; border: 0; border-radius: 4px; color: #fff; }
"""
# Where this site does itself what an offer is about; the paywall's own pages do it too.
OWN = {
    "account": "/sign-up",
    "verify": "/code",
    "subscribe": "/packages",
    "subscriber": "/sign-in",
    "print": "/print",
}


def page(title: str, body: str, *, signed_in: bool = False) -> str:
    way = '<form method="post" action="/sign-out"><button>Sign out</button></form>'
    if not signed_in:
        way = '<a href="/sign-in">Sign in</a>'
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style>'
        f'<header><a href="/">The Other Paper</a></header><main><h1>{escape(title)}</h1>{body}'
        f"</main><footer>{way}</footer></html>"
    )


def front() -> str:
    items = (f'<li><a href="/{slug}">{escape(one.title)}</a>' for slug, one in STORIES.items())
    return f"<ul>{''.join(items)}</ul>"


def text(story: Story, answer: dict[str, Any]) -> str:
    """Write the whole story, and what is left."""
    whole = "".join(f"<p>{escape(each)}</p>" for each in story.paragraphs)
    left = answer.get("remaining")
    return whole if left is None else f"{whole}<p><small>{left} more this month.</small></p>"


def wall(story: Story, answer: dict[str, Any]) -> str:
    """Write the preview and the ways in, in the words of the answer."""
    items = "".join(_offer(offer, story) for offer in answer["offers"])
    return (
        f'<p>{escape(story.preview)}</p><section class="wall"><h2>{escape(_why(answer))}</h2>'
        f"<ul>{items}</ul></section>"
    )


def away(story: Story) -> str:
    later = "We cannot look whether you may read on just now. Please try again in a minute."
    return f"<p>{escape(story.preview)}</p><p><strong>{later}</strong></p>"


def form(action: str, fields: Iterable[tuple[str, str]], button: str, told: str = "") -> str:
    """Write a form; `told` is what was wrong."""
    rows = "".join(f'<label>{escape(label)}<input name="{name}"></label>' for name, label in fields)
    why = f'<p role="alert"><strong>{escape(told)}</strong></p>' if told else ""
    return (
        f'{why}<form method="post" action="{escape(action)}">{rows}<button>{button}</button></form>'
    )


def packages(found: list[dict[str, Any]], next_: str) -> str:
    """Write what can be bought, with the terms that are agreed to by pressing the button."""
    return "".join(
        f"<h2>{escape(package['name'])}</h2><p>{escape(package['blurb'])}</p>"
        + "".join(_price(price, next_) for price in package["prices"])
        for package in found
    )


def _price(price: dict[str, Any], next_: str) -> str:
    hidden = {"price": price["id"], "terms": price["terms"], "next": next_}
    inputs = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">'
        for name, value in hidden.items()
    )
    return (
        f'<form method="post" action="/checkout">{inputs}<p>{escape(price["beginning"])}</p>'
        f"<button>{escape(price['text'])}</button><p>{escape(price['renewal'])}</p></form>"
    )


def _offer(offer: dict[str, Any], story: Story) -> str:
    next_ = f"?next={quote('/' + story.slug)}"
    more = ""
    if offer.get("more"):
        more = f'<p><a href="/print{next_}">{escape(offer["more"]["text"])}</a></p>'
    return (
        f"<li><h3>{escape(offer['title'])}</h3><p>{escape(offer['text'])}</p>"
        f'<p><a href="{OWN[offer["name"]]}{next_}">{escape(offer["action"])}</a></p>{more}'
    )


def _why(answer: dict[str, Any]) -> str:
    if answer["outcome"] == "meter_spent" and answer["allowance"]:
        day = datetime.fromisoformat(answer["resets_at"])
        return (
            f"You have read your {answer['allowance']} free premium stories this month. "
            f"The next come on {day.day} {day:%B}."
        )
    return {
        "sign_in": "Keep reading",
        "verify_email": "One more step to this story",
        "not_in_package": "Your package covers other sections",
    }.get(answer["outcome"], "This one is for subscribers.")
