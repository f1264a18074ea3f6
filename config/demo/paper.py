"""The sections, packages and stories of The Brackwater Gazette."""

import shutil
import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from articles.models import Article
from articles.writing import write
from paywall.catalog import pricing
from paywall.catalog.models import Package, Section
from paywall.catalog.story import Access
from paywall.catalog.terms import Interval, Terms

HERE = Path(__file__).parent
PICTURE_SIZE = (1200, 800)

SECTIONS = {
    "news": ("News", Access.METERED),
    "town-hall": ("Town Hall", Access.METERED),
    "business": ("Business", Access.METERED),
    "sport": ("Sport", Access.METERED),
    "culture": ("Culture", Access.METERED),
    "notices": ("Notices", Access.FREE),
}

CURRENCY = "EUR"
PACKAGES: list[dict[str, Any]] = [
    {
        "slug": "everything",
        "name": "Digital",
        "blurb": "Every story on every device, with the archive and the long reads.",
        "prices": [
            Terms(Interval.MONTH, 1200, CURRENCY, intro_amount=100, intro_months=3),
            Terms(Interval.YEAR, 12000, CURRENCY),
        ],
    },
    {
        "slug": "sport",
        "name": "Sport",
        "blurb": "Every match report, interview and table. For the Herons, at home and away.",
        "sections": ["sport"],
        "prices": [
            Terms(Interval.MONTH, 500, CURRENCY, trial_days=14),
            Terms(Interval.YEAR, 5000, CURRENCY, trial_days=14),
        ],
    },
    {
        "slug": "week-pass",
        "name": "Week pass",
        "blurb": "Seven days of everything. It ends by itself.",
        "prices": [Terms(Interval.ONCE, 400, CURRENCY, opens_for_days=7)],
    },
    {
        "slug": "paper",
        "name": "The printed paper",
        "blurb": "Six mornings a week at your door, with every story here as well.",
        "order_form": "https://example.com/brackwater-gazette/delivery",
        "prices": [],
    },
]


def make_packages() -> None:
    """Make the sections and packages that are missing."""
    _make_packages(_make_sections())


def make_stories(*, now: datetime) -> int:
    """Make the stories that are missing; return how many those are."""
    sections = _make_sections()
    pictures = Path(settings.MEDIA_ROOT) / "demo"
    pictures.mkdir(parents=True, exist_ok=True)
    there = set(Article.objects.values_list("slug", flat=True))
    made = 0
    for section, story in _stories():
        if story["slug"] not in there:
            _make_story(story, sections[section], now=now)
            made += 1
    return made


def _make_sections() -> dict[str, Section]:
    return {
        slug: Section.objects.get_or_create(
            slug=slug, defaults={"name": name, "access": access.value, "order": order}
        )[0]
        for order, (slug, (name, access)) in enumerate(SECTIONS.items(), start=1)
    }


def _make_packages(sections: dict[str, Section]) -> None:
    for order, facts in enumerate(PACKAGES, start=1):
        of = [sections[slug] for slug in facts.get("sections", [])]
        package, is_new = Package.objects.get_or_create(
            slug=facts["slug"],
            defaults={
                "name": facts["name"],
                "blurb": facts["blurb"],
                "everything": not of,
                "order": order,
                "order_form": facts.get("order_form", ""),
            },
        )
        if is_new:
            package.sections.set(of)
            for terms in facts["prices"]:
                pricing.add(package, terms)


def _stories() -> Iterator[tuple[str, dict[str, Any]]]:
    for section in SECTIONS:
        file = tomllib.loads((HERE / "stories" / f"{section}.toml").read_text("utf-8"))
        for story in file["stories"]:
            yield section, story


def _make_story(story: dict[str, Any], section: Section, *, now: datetime) -> None:
    published_at = now - timedelta(hours=story["hours_ago"])
    free_hours = story.get("free_hours")
    scene = story["picture"]
    name = f"demo/{scene}.jpg"
    shutil.copyfile(HERE / "pictures" / f"{scene}.jpg", Path(settings.MEDIA_ROOT) / name)
    write(
        Article(
            slug=story["slug"],
            headline=story["headline"],
            standfirst=story["standfirst"],
            byline=story.get("byline", ""),
            section=section,
            genre=story.get("genre", "story"),
            access=story.get("access", ""),
            free_until=now + timedelta(hours=free_hours) if free_hours else None,
            picture=name,
            picture_width=PICTURE_SIZE[0],
            picture_height=PICTURE_SIZE[1],
            picture_alt=f"Illustration: {scene.replace('-', ' ')}",
            picture_caption=story["caption"],
            picture_credit=story["credit"],
            published_at=published_at,
            updated_at=published_at,
        ),
        story["body"],
    )
