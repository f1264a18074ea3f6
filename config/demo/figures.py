"""A year of counts for the dashboard: plausible, the same every time, and made at once."""

from collections import Counter
from datetime import date, timedelta
from math import sin

from articles.models import Article
from paywall.insights import counting
from paywall.insights.counting import Key
from paywall.insights.happenings import BROUGHT, Refused, What, reached
from paywall.insights.models import CountedStory, DayCount

DAYS = 400  # of the whole paper
STORY_DAYS = 62  # of each story: this month and the last one whole
STORIES = 40
WEEKDAYS = (1.0, 0.96, 1.02, 1.05, 1.1, 1.25, 1.4)  # from Monday on
# How many there are on an ordinary day.
ORDINARY: dict[str, int] = {
    What.OPENED: 1840,
    What.WALL: 410,
    What.READERS: 320,
    What.NEW_IN_MONTH: 60,
    What.WALLED_IN_MONTH: 9,
    What.PRINT_READERS: 48,
    What.SIGNED_UP: 22,
    What.CHECKOUT_BEGUN: 7,
    What.CHECKOUT_FINISHED: 4,
    What.PRINT_ACTIVATED: 3,
    Refused.NOT_FOUND: 5,
    Refused.ENDED: 1,
    Refused.NO_SEAT: 1,
} | {reached(number): round(60 * 0.76**number) for number in range(1, 8)}


def make_figures(*, today: date) -> None:
    """Count what would have happened until yesterday, where nothing is counted yet."""
    if DayCount.objects.filter(what=What.OPENED, day__lt=today).exists():
        return
    stories = list(
        Article.objects.select_related("section").order_by("-published_at", "pk")[:STORIES]
    )
    CountedStory.objects.bulk_create(
        [
            CountedStory(
                key=f"article-{article.pk}",
                title=article.headline,
                section=article.section.slug,
                address=article.get_absolute_url(),
            )
            for article in stories
        ],
        ignore_conflicts=True,
    )
    counts: Counter[Key] = Counter()
    for back in range(DAYS, 0, -1):
        day = today - timedelta(days=back)
        for what, ordinary in ORDINARY.items():
            counts[day, what, "", ""] = of_day(ordinary, day, back)
        if stories and back <= STORY_DAYS:
            _count_stories(counts, stories, day, back)
    counting.add(counts)


def of_day(ordinary: float, day: date, back: int) -> int:
    """Return a day's number: it grows over the year, by the weekday, and never evenly."""
    grown = 1.15 - 0.45 * back / DAYS
    uneven = 1 + 0.08 * sin(day.toordinal() * 12.9898 + ordinary)
    return max(round(ordinary * grown * WEEKDAYS[day.weekday()] * uneven), 0)


def _count_stories(counts: Counter[Key], stories: list[Article], day: date, back: int) -> None:
    """Give the day's numbers to the stories: openings mostly to the newest, sales to any."""
    weights = [1 / (2 + place) for place in range(len(stories))]
    for turn, what in enumerate((What.OPENED, What.WALL, What.READERS)):
        total = counts[day, what, "", ""]
        for place, article in enumerate(stories):
            weight = weights[(place * (1 + 2 * turn)) % len(stories)] / sum(weights)
            even = round(total * weight * (0.8 + 0.2 * ((place + back) % 3)))
            _credit(counts, day, what, article, even)
    # Who pays has begun to, and who begins has signed up: each of them came from one story.
    for number in range(counts[day, What.SIGNED_UP, "", ""]):
        drawn = (day.toordinal() * 0.618034 + number * 0.377) % 1
        article = stories[int(len(stories) * drawn**2)]
        for what in BROUGHT:
            if number < counts[day, what, "", ""]:
                _credit(counts, day, what, article, 1)


def _credit(counts: Counter[Key], day: date, what: str, article: Article, number: int) -> None:
    counts[day, what, "", f"article-{article.pk}"] += number
    counts[day, what, article.section.slug, ""] += number
