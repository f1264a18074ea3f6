"""What readers did, from the counts: by day, by section, by story."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter

from django.db.models import Q, QuerySet, Sum

from paywall.insights.happenings import BROUGHT, BY_STORY, Refused, What, reached
from paywall.insights.models import CountedStory, DayCount
from paywall.reports.spans import Span

MOST_FREE = 100  # stories a month that a rule gives away, for the figures
MOST_STORIES = 20  # of a page; an export has all


@dataclass(frozen=True, slots=True)
class Brought:
    """A story, what was counted of it, and what it brought."""

    title: str
    section: str
    counts: Mapping[str, int]


def by_day(span: Span) -> dict[tuple[date, str], int]:
    """Return what was counted of the whole paper, but for the gate's outcomes, by day and name."""
    named = [*What, *Refused, *map(reached, range(1, MOST_FREE + 1))]  # so that an index finds them
    rows = _between(span).filter(section="", story="", what__in=named)
    return {(day, what): number for day, what, number in rows.values_list("day", "what", "number")}


def totals(daily: Mapping[tuple[date, str], int], span: Span) -> Counter[str]:
    """Add up the numbers of some days."""
    found: Counter[str] = Counter()
    for (day, what), number in daily.items():
        if span.first <= day <= span.last:
            found[what] += number
    return found


def by_section(span: Span) -> dict[str, Counter[str]]:
    """Return the sections' numbers."""
    found: dict[str, Counter[str]] = {}
    for section, what, number in _summed(_of_sections(span), "section"):
        found.setdefault(section, Counter())[what] = number
    return found


def sections_by_day(span: Span) -> Iterator[tuple[tuple[date, str], Counter[str]]]:
    """Yield the sections' numbers of each day, by day and section."""
    return _by_day(_of_sections(span), "section")


def stories_by_day(span: Span) -> Iterator[tuple[tuple[date, str], Counter[str]]]:
    """Yield the stories' numbers of each day, by day and key."""
    return _by_day(_of_stories(span), "story")


def titles() -> dict[str, tuple[str, str]]:
    """Return the title and section of every story that was counted, by its key."""
    rows = CountedStory.objects.values_list("key", "title", "section")
    return {key: (title, section) for key, title, section in rows}


def by_story(span: Span, *, most: int | None = MOST_STORIES) -> list[Brought]:
    """Return the stories that brought most: first subscribers, then readers, then openings."""
    rows = _of_stories(span)
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
    if most is None:
        names = titles()
    else:
        named = CountedStory.objects.filter(key__in=list(found))
        names = {key: (title, section) for key, title, section in
                 named.values_list("key", "title", "section")}  # fmt: skip
    stories = [Brought(*names.get(key, (key, "")), counts) for key, counts in found.items()]
    order = (What.CHECKOUT_FINISHED, What.SIGNED_UP, What.OPENED, What.WALL)
    stories.sort(key=lambda story: ([-story.counts.get(what, 0) for what in order], story.title))
    return stories[:most]


def reaching(counted: Mapping[str, int], allowance: int) -> list[int]:
    """Return how many readers reached 1, 2 and so on of their free stories, once a month each."""
    return [counted.get(reached(number), 0) for number in range(1, allowance + 1)]


def _between(span: Span) -> QuerySet[DayCount]:
    return DayCount.objects.filter(day__gte=span.first, day__lte=span.last)


def _of_sections(span: Span) -> QuerySet[DayCount]:
    return _between(span).filter(story="", section__gt="", what__in=BY_STORY)


def _of_stories(span: Span) -> QuerySet[DayCount]:
    # As the index on them says it: other rows than stories' it does not have.
    return _between(span).filter(~Q(story=""), what__in=BY_STORY)


def _by_day(rows: QuerySet[DayCount], by: str) -> Iterator[tuple[tuple[date, str], Counter[str]]]:
    found = rows.order_by("day", by).values_list("day", by, "what", "number").iterator()
    for key, some in groupby(found, key=itemgetter(0, 1)):
        yield key, Counter({what: number for _, _, what, number in some})


def _summed(rows: QuerySet[DayCount], by: str) -> Iterable[tuple[str, str, int]]:
    return rows.values_list(by, "what").annotate(Sum("number")).order_by()
