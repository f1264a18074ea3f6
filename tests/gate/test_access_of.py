from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from articles.access import Genre, access_of, is_free_for_now
from paywall.catalog.story import Access

NOW = datetime(2026, 11, 14, 12, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
PLAIN: dict[str, Any] = {
    "choice": "",
    "genre": Genre.STORY.value,
    "section_default": "metered",
    "free_until": None,
    "now": NOW,
}


@pytest.mark.parametrize(
    ("change", "access"),
    [
        ({}, Access.METERED),
        ({"section_default": "free"}, Access.FREE),
        ({"section_default": "subscribers"}, Access.SUBSCRIBERS),
        ({"choice": "subscribers"}, Access.SUBSCRIBERS),
        ({"choice": "metered", "section_default": "free"}, Access.METERED),
        ({"choice": "free", "section_default": "subscribers"}, Access.FREE),
        ({"genre": "obituary", "section_default": "subscribers"}, Access.FREE),
        ({"genre": "obituary", "choice": "subscribers"}, Access.SUBSCRIBERS),
        ({"free_until": NOW + INSTANT, "choice": "subscribers"}, Access.FREE),
        ({"free_until": NOW, "choice": "subscribers"}, Access.SUBSCRIBERS),
        ({"free_until": NOW - INSTANT}, Access.METERED),
        ({"free_until": NOW - INSTANT, "genre": "correction"}, Access.FREE),
    ],
    ids=[
        "as the section says",
        "a free section",
        "a section for subscribers",
        "the story's own choice",
        "the choice closes a story of a free section",
        "the choice frees a story of a closed section",
        "an obituary is free wherever it stands",
        "unless somebody chose",
        "breaking news is free, whatever was chosen",
        "until that moment, which is no longer free",
        "and not after it",
        "what is free by its genre stays so",
    ],
)
def test_who_a_story_is_for(change: dict[str, Any], access: Access) -> None:
    assert access_of(**{**PLAIN, **change}) is access


@pytest.mark.parametrize("genre", sorted(set(Genre) - {Genre.STORY}))
def test_every_genre_but_the_story_is_free(genre: Genre) -> None:
    assert access_of(**{**PLAIN, "genre": genre.value, "section_default": "subscribers"}) is (
        Access.FREE
    )


def test_an_unknown_choice_opens_nothing() -> None:
    with pytest.raises(ValueError, match="gratis"):
        access_of(**{**PLAIN, "choice": "gratis"})


def test_only_a_moment_to_come_makes_a_story_free_for_now() -> None:
    assert is_free_for_now(NOW + INSTANT, NOW)
    assert not is_free_for_now(NOW, NOW)
    assert not is_free_for_now(None, NOW)
