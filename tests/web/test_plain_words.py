"""What readers see speaks plainly: none of our own words stand in a page or a letter."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

OURS = re.compile(
    r"\b(meter\w*|entitle\w*|lapsed|past due|dunning|mailbox|letters?)\b", re.IGNORECASE
)  # a letter comes by post, and who reads on paper waits for it: what we send is an email
NOT_SEEN = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}|<style.*?</style>|<[^>]*>", re.DOTALL)


def templates() -> Iterator[Path]:
    base = Path(settings.BASE_DIR)
    for folder in ("accounts", "articles", "config", "paywall"):
        found = (base / folder / "templates").rglob("*.*")
        yield from (each for each in found if not {"admin", "unfold"} & set(each.parts))


FOR_STAFF = {"health_digest.txt", "circulation.txt", "weekly_figures.txt"}
READ_BY_READERS = sorted(each for each in templates() if each.name not in FOR_STAFF)


@pytest.mark.parametrize("template", READ_BY_READERS, ids=lambda path: path.name)
def test_it_says_none_of_our_words(template: Path) -> None:
    assert OURS.findall(NOT_SEEN.sub(" ", template.read_text())) == []


def test_there_are_templates_to_look_at() -> None:
    assert len(READ_BY_READERS) > 100
