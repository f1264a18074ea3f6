"""Premium stories in which every word behind the wall can be told, wherever it turns up."""

import re
from itertools import count
from typing import Any

from django.http.response import HttpResponseBase

from articles.models import Article, OldAddress
from tests.gate.visiting import make_story

CANARY = re.compile(r"canary-?\w+", re.IGNORECASE)
SHOWN = 3  # paragraphs, by the setting; of these nine a third
_numbers = count(1)


def canary() -> str:
    """Return a word that stands nowhere else."""
    return f"canary{next(_numbers)}x"


def make_premium(slug: str = "", **fields: Any) -> Article:
    """Make a premium story with a canary in all of its text but the paragraphs of the preview.

    The headline, the standfirst and the lead picture's words are everybody's.
    """
    opening = "".join(f"<p>Opening {number}: {'said plainly ' * 9}</p>" for number in range(SHOWN))
    rest = "".join(f"<p>{canary()} {'kept for readers ' * 7}{canary()}</p>" for _ in range(9))
    other = (
        f"<h2>{canary()}</h2><blockquote><p>{canary()}</p></blockquote>"
        f"<ul><li>{canary()}</li></ul><table><tr><td>{canary()}</td></tr></table>"
        f'<p><a href="https://example.com/{canary()}" title="{canary()}">{canary()}</a></p>'
        f'<figure><img src="https://example.com/{canary()}.jpg" alt="{canary()}">'
        f"<figcaption>{canary()}</figcaption></figure>"
    )
    story = make_story(slug, text=opening + rest + other, **{"standfirst": "In short.", **fields})
    OldAddress.objects.create(path=f"/old/{story.slug}.html", article=story)
    OldAddress.objects.create(path=f"/?p={story.pk}", article=story)
    return story


def leaked(response: HttpResponseBase) -> list[str]:
    """Return the canaries in a response: its page, its headers and its cookies."""
    body = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]  # one of the two it has
    headers = "\n".join(f"{name}: {value}" for name, value in response.items())
    return CANARY.findall(body.decode(errors="replace") + headers + response.cookies.output())
