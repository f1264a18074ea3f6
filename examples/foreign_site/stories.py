"""The site's own stories: their texts are here, and go nowhere but to whoever may read them."""

from dataclasses import dataclass

# What becomes of a section's stories while the paywall does not answer.
OPEN, CLOSED = "open", "closed"
WHILE_AWAY = {"news": OPEN, "sport": CLOSED}


@dataclass(frozen=True)
class Story:
    slug: str
    title: str
    section: str
    access: str  # free, metered or subscribers
    paragraphs: tuple[str, ...]

    @property
    def preview(self) -> str:
        return self.paragraphs[0]


_TITLES = (
    "The harbour wall will be raised",
    "A bakery opens at four in the morning",
    "The council counts its trees",
    "Why the ferry was late",
    "A choir looks for tenors",
    "The library stays open on Sundays",
    "Oysters are back in the bay",
    "The bridge swings again",
)


def _story(number: int, title: str, section: str, access: str) -> Story:
    slug = title.lower().replace(" ", "-")
    rest = (
        f"The rest of story {number} is for those who may read it.",
        f"That is how story {number} of the other paper ends.",
    )
    return Story(slug, title, section, access, (f"This is how story {number} begins.", *rest))


_ALL = [
    *(_story(number, title, "news", "metered") for number, title in enumerate(_TITLES, 1)),
    _story(9, "How the derby was won", "sport", "subscribers"),
    _story(10, "When to stay indoors", "news", "free"),
]
STORIES = {story.slug: story for story in _ALL}
