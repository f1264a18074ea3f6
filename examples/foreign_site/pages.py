"""The site's pages: plain HTML, everything escaped."""

from collections.abc import Iterable
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import quote

from examples.foreign_site.stories import STORIES, Story

STYLE = """
body { color: #1c1b19; font: 1.125rem/1.6 Georgia, serif; margin: 0 auto; max-width: 38rem;
  padding: 0 1rem 3rem; }
header { align-items: baseline; border-bottom: 3px double #1c1b19; display: flex; gap: 1rem;
  justify-content: space-between; margin-bottom: 2rem; padding-block: 1rem .75rem; }
header > a:first-child { color: inherit; font-size: 1.5rem; font-weight: 700;
  text-decoration: none; }
h1 { font-size: 2rem; line-height: 1.2; }
h2, h3 { line-height: 1.3; margin-block: 0 .25rem; }
h3 { font-size: 1.125rem; }
p { margin-block: 0 1rem; }
a { color: #0b4a8f; }
ul { list-style: none; padding: 0; }
.stories li { border-bottom: 1px solid #d9d5cc; padding-block: .6rem; }
.wall, .package { border: 1px solid #d9d5cc; border-radius: 6px; margin-block: 2rem;
  padding: 1.25rem; }
.wall { background: #f7f5f0; }
.wall li { border-top: 1px solid #d9d5cc; margin-top: 1.25rem; padding-top: 1.25rem; }
.wall p, .package p { margin-bottom: .75rem; }
.price { border-top: 1px solid #d9d5cc; margin-top: 1rem; padding-top: 1rem; }
.small { color: #5c5850; font-size: .875rem; }
label { display: block; font-weight: 700; }
input { border: 1px solid #77726a; border-radius: 4px; box-sizing: border-box; display: block;
  font: inherit; margin-bottom: 1rem; padding: .5rem .6rem; width: 100%; }
button, .button { background: #0b4a8f; border: 0; border-radius: 4px; color: #fff; cursor: pointer;
  display: inline-block; font: inherit; padding: .5rem 1rem; text-decoration: none; }
header form { margin: 0; }
header button { background: none; color: #0b4a8f; padding: 0; text-decoration: underline; }
[role=alert] { color: #9b1c1c; font-weight: 700; }
:focus-visible { outline: 3px solid #e0a100; outline-offset: 2px; }
"""
# Where this site does itself what an offer is about; the paywall's own pages do it too.
OWN = {
    "account": "/sign-up",
    "verify": "/code",
    "subscribe": "/packages",
    "subscriber": "/sign-in",
    "print": "/print",
}
# What browsers and keyboards are told of each field.
INPUTS = {
    "email": 'name="email" type="email" autocomplete="email"',
    "code": 'name="code" inputmode="numeric" autocomplete="one-time-code"',
    "number": 'name="number" autocomplete="off"',
    "last_name": 'name="last_name" autocomplete="family-name"',
    "postal_code": 'name="postal_code" autocomplete="postal-code"',
}


def page(title: str, body: str, *, signed_in: bool = False) -> str:
    way = '<form method="post" action="/sign-out"><button>Sign out</button></form>'
    if not signed_in:
        way = '<a href="/sign-in">Sign in</a>'
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style>'
        f'<header><a href="/">The Other Paper</a>{way}</header><main><h1>{escape(title)}</h1>'
        f"{body}</main></html>"
    )


def front() -> str:
    items = (f'<li><a href="/{slug}">{escape(one.title)}</a>' for slug, one in STORIES.items())
    return f'<ul class="stories">{"".join(items)}</ul>'


def text(story: Story, answer: dict[str, Any]) -> str:
    """Write the whole story, and what is left."""
    whole = "".join(f"<p>{escape(each)}</p>" for each in story.paragraphs)
    left = answer.get("remaining")
    if left is None:
        return whole
    stories = "free story" if left == 1 else "free stories"
    return f'{whole}<p class="small">{left or "No"} more {stories} this month.</p>'


def wall(story: Story, answer: dict[str, Any], *, code_sent: bool = False) -> str:
    """Write the preview and the ways in, in the words of the answer.

    `code_sent`: this very visitor was sent a code and has not typed it yet, as the site knows.
    """
    pending = ""
    if code_sent:
        address = f"{OWN['verify']}?next={quote('/' + story.slug)}"
        pending = f'<p>We emailed you a code. <a href="{address}">Enter it here</a>.</p>'
    items = "".join(_offer(offer, story) for offer in answer["offers"])
    return (
        f'<p>{escape(story.preview)}</p><section class="wall"><h2>{escape(_why(answer))}</h2>'
        f"{pending}<ul>{items}</ul></section>"
    )


def away(story: Story) -> str:
    later = "We cannot look whether you may read on just now. Please try again in a minute."
    return f"<p>{escape(story.preview)}</p><p><strong>{later}</strong></p>"


def form(
    action: str,
    fields: Iterable[tuple[str, str]],
    button: str,
    *,
    lead: str = "",
    told: str = "",
    help_at: str = "",
) -> str:
    """Write a form; `lead` stands above it, `told` is what was wrong, `help_at` who helps on."""
    rows = "".join(
        f"<label>{escape(label)}<input {INPUTS[name]} required></label>" for name, label in fields
    )
    said = f"<p>{escape(lead)}</p>" if lead else ""
    why = f'<p role="alert">{escape(told)}</p>' if told else ""
    if help_at:
        why += f'<p><a href="{escape(help_at)}">What you can do now</a></p>'
    return (
        f'{said}{why}<form method="post" action="{escape(action)}">{rows}'
        f"<button>{button}</button></form>"
    )


def packages(found: list[dict[str, Any]], next_: str) -> str:
    """Write what can be bought, with the terms that are agreed to by pressing the button."""
    return "".join(_package(package, next_) for package in found)


def _package(package: dict[str, Any], next_: str) -> str:
    ways = "".join(_price(price, next_) for price in package["prices"])
    if package["order_form"]:  # the printed paper: ordered from the circulation department
        ways = f'<p><a href="{escape(package["order_form"])}">Order it</a></p>'
    return (
        f'<section class="package"><h2>{escape(package["name"])}</h2>'
        f"<p>{escape(package['blurb'])}</p>{ways}</section>"
    )


def _price(price: dict[str, Any], next_: str) -> str:
    """Write a price: what it is at first, what follows, and what pressing the button agrees to."""
    hidden = {"price": price["id"], "terms": price["terms"], "next": next_}
    inputs = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">'
        for name, value in hidden.items()
    )
    return (
        f'<form class="price" method="post" action="/checkout">{inputs}'
        f"<h3>{escape(price['beginning'] or price['text'])}</h3>"
        f'<p class="small">{escape(price["renewal"])}</p><button>Choose this</button></form>'
    )


def _offer(offer: dict[str, Any], story: Story) -> str:
    next_ = f"?next={quote('/' + story.slug)}"
    more = ""
    if offer.get("more"):
        more = f'<p><a href="/print{next_}">{escape(offer["more"]["text"])}</a></p>'
    text = f"<p>{escape(offer['text'])}</p>" if offer["text"] else ""
    address = f"{OWN[offer['name']]}{next_}"
    return (
        f"<li><h3>{escape(offer['title'])}</h3>{text}"
        f'<p><a class="button" href="{address}">{escape(offer["action"])}</a></p>{more}'
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
