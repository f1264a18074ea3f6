"""What readers did, from the counts: by day, by section, by story."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet, Sum

from paywall.insights.happenings import BROUGHT, What, reached
from paywall.insights.models import CountedStory, DayCount
from paywall.reports.spans import Span

SHOWN = (What.OPENED, What.WALL, *BROUGHT)
MOST_STORIES = 20  # of a page; an export has all


@dataclass(frozen=True, slots=True)
class Brought:
    """A story, what was counted of it, and what it brought."""

    title: str
    section: str
    counts: Mapping[str, int]


def by_day(span: Span, whats: Collection[str]) -> dict[tuple[date, str], int]:
    """Return the paper's numbers, by day and name."""
    rows = _between(span).filter(what__in=list(whats), section="", story="")
    return {(day, what): number for day, what, number in rows.values_list("day", "what", "number")}


def totals(span: Span) -> Counter[str]:
    """Return everything that was counted of the whole paper."""
    rows = _between(span).filter(section="", story="").values_list("what")
    return Counter(dict(rows.annotate(Sum("number")).order_by()))


def by_section(span: Span) -> dict[str, Counter[str]]:
    """Return the sections' numbers."""
    rows = _between(span).filter(story="", what__in=SHOWN).exclude(section="")
    found: dict[str, Counter[str]] = {}
    for section, what, number in _summed(rows, "section"):
        found.setdefault(section, Counter())[what] = number
    return found


def by_story(span: Span, *, most: int | None = MOST_STORIES) -> list[Brought]:
    """Return the stories that brought most: first subscribers, then readers, then openings."""
    rows = _between(span).filter(section="", what__in=SHOWN).exclude(story="")
    chosen: Q = Q()
    if most is not None:
        opened = rows.filter(what=What.OPENED).values_list("story").annotate(total=Sum("number"))
        keys = {story for story, _ in opened.order_by("-total")[:most]}
        brought = rows.filter(what__in=BROUGHT).values_list("story").annotate(total=Sum("number"))
        keys |= {story for story, _ in brought.order_by("-total")[: 5 * most]}
        chosen = Q(story__in=keys)
    found: dict[str, Counter[str]] = {}
    for story, what, number in _summed(rows.filter(chosen), "story"):
        found.setdefault(story, Counter())[what] = number
    named = CountedStory.objects.all()
    if most is not None:
        named = named.filter(key__in=list(found))
    names = {key: (title, section) for key, title, section in
             named.values_list("key", "title", "section")}  # fmt: skip
    stories = [Brought(*names.get(key, (key, "")), counts) for key, counts in found.items()]
    order = (What.CHECKOUT_FINISHED, What.SIGNED_UP, What.OPENED, What.WALL)
    stories.sort(key=lambda story: ([-story.counts.get(what, 0) for what in order], story.title))
    return stories[:most]


def reaching(span: Span, allowance: int) -> list[int]:
    """Return how many readers reached 1, 2 and so on of their free stories, once a month each."""
    counted = totals(span)
    return [counted[reached(number)] for number in range(1, allowance + 1)]


def _between(span: Span) -> QuerySet[DayCount]:
    return DayCount.objects.filter(day__gte=span.first, day__lte=span.last)


def _summed(rows: QuerySet[DayCount], by: str) -> Iterable[tuple[str, str, int]]:
    return rows.values_list(by, "what").annotate(Sum("number")).order_by()
