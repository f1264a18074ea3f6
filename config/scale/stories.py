"""Sections and stories, the newest an hour old and the oldest five years."""

from articles.models import Article, ArticleBody
from config.scale.ground import Ground, headline, slug
from config.scale.pouring import pour
from paywall.catalog.models import Section
from paywall.insights.models import CountedStory

SECTIONS = ("news", "town-hall", "business", "sport", "culture", "notices")
SPAN = 5 * 365  # days
PARAGRAPH = "<p>A paragraph of the story, as long as they usually are. It says what was said.</p>"


def make_sections() -> list[Section]:
    """Return the sections, made where there are none of their names."""
    return [
        Section.objects.get_or_create(
            slug=name, defaults={"name": name.replace("-", " ").capitalize(), "order": order}
        )[0]
        for order, name in enumerate(SECTIONS, start=1)
    ]


def section_of(story: int) -> str:
    return SECTIONS[story % len(SECTIONS)]


def make_stories(ground: Ground, sections: list[Section]) -> None:
    """Make the stories, their texts and what the reports call them."""
    step = SPAN / max(ground.stories, 1)
    texts = PARAGRAPH * 9
    numbers = range(ground.stories)
    pour(
        Article,
        ("id", "headline", "slug", "standfirst", "section", "published_at", "updated_at",
         "opening"),
        (
            (ground.first_story + n, headline(n), slug(n), "What it is about, in a sentence.",
             sections[n % len(sections)].pk, ground.ago(days=n * step + 0.05),
             ground.ago(days=n * step + 0.05), [PARAGRAPH] * 3)
            for n in numbers
        ),
    )  # fmt: skip
    pour(ArticleBody, ("article", "html"), ((ground.first_story + n, texts) for n in numbers))
    pour(
        CountedStory,
        ("key", "title", "section", "address"),
        ((ground.key(n), headline(n), section_of(n), f"/stories/{slug(n)}/") for n in numbers),
    )
