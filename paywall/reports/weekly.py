"""The letter to the publisher: what the paper earned in a week, every Monday at 7."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from paywall.catalog import money
from paywall.insights.happenings import What
from paywall.letters.composing import compose
from paywall.letters.kinds import Kind
from paywall.letters.models import Letter
from paywall.reports import listing as reports
from paywall.reports.board import DAILY, Board
from paywall.reports.funnel import leak
from paywall.reports.spans import week_before
from paywall.reports.tables import cell_in_words, share_in_words

AT = time(7)  # by the newspaper's clocks
LOCALE = "en-gb"
MOST_STORIES = 5
WHY_SENT = "This goes to the address in PUBLISHER_ADDRESS, every Monday."


def write_weekly(*, now: datetime) -> bool:
    """Write the letter about last week into the outbox, once; tell whether it is new.

    It is due from Monday at 7 until the week is over, so that a Monday without tasks loses none.
    """
    address = settings.PUBLISHER_ADDRESS
    monday = due_monday(now, ZoneInfo(settings.TIME_ZONE))
    if not address or monday is None:
        return False
    key = f"weekly:{monday}"
    if Letter.objects.filter(key=key).exists():
        return False
    about = about_week(monday, now=now)
    letter = compose(
        Kind.WEEKLY_FIGURES, key, None, about, now=now, address=address, why_sent=WHY_SENT
    )
    made = Letter.objects.bulk_create([letter], ignore_conflicts=True)  # two at once are one
    return bool(made)


def due_monday(now: datetime, zone: ZoneInfo) -> date | None:
    """Return the Monday whose letter is due; None before 7 on a Monday."""
    local = now.astimezone(zone)
    monday = local.date() - timedelta(days=local.weekday())
    return monday if now >= datetime.combine(monday, AT, zone) else None


def about_week(monday: date, *, now: datetime) -> dict[str, object]:
    """Return what the letter says of the week before a Monday."""
    board = Board(week_before(monday), now)
    worst = leak(board.steps)
    return {
        "first": board.span.first,
        "last": board.span.last,
        "money": _money(board),
        "counts": _counts(board),
        "steps": [
            (step.name, f"{step.number:,}", share_in_words(step.of_last) if step.of_last else "")
            for step in board.steps
        ],
        "worst": worst.name.lower() if worst else "",
        "stories": [
            (_label(story.title), _brought(story.counts)) for story in board.stories[:MOST_STORIES]
        ],
        "stops": [(str(why), number) for why, number in reports.stops(board).rows if number],
        "introductory": reports.introductory(board).in_words(LOCALE),
        "past_due": reports.past_due(board).in_words(LOCALE),
        "printed": reports.print_shares(board).in_words(LOCALE)[0],
        "failures": sum(int(str(row[1])) for row in reports.print_failures(board).rows),
        "board_url": f"{settings.SITE_URL}{reverse('admin:index')}?days=week",
    }


def _label(headline: str) -> str:
    """Return a headline whose own colon does not end it where it is the label of a fact."""
    return headline.replace(": ", ":\N{NO-BREAK SPACE}")


def _money(board: Board) -> list[tuple[str, str]]:
    rows = []
    for currency in board.taken.currencies or [board.currency]:
        taken, before = board.taken.net(currency), board.taken_before.net(currency)
        was = money.in_words(before, currency, locale=LOCALE)
        rows.append(("Revenue", f"{money.in_words(taken, currency, locale=LOCALE)} ({was})"))
    for currency, recurs in board.recurring_now.items():
        was = money.in_words(board.recurring_before.get(currency, 0), currency, locale=LOCALE)
        words = money.in_words(recurs, currency, locale=LOCALE)
        rows.append(("Recurring a month", f"{words} ({was})"))
    moved = board.moved
    rows += [
        ("Subscriptions", f"{moved.running_after:,} ({moved.running_before:,})"),
        ("Started", f"{moved.started:,}"),
        ("Stopped", f"{moved.stops:,}"),
        ("Churn", cell_in_words(moved.churn, LOCALE)),
    ]
    return rows


def _counts(board: Board) -> list[tuple[str, str]]:
    """Return each number with the one of the week before in brackets."""
    rows = []
    for what, name in DAILY.items():
        number, before = board.totals.get(what, 0), board.totals_before.get(what, 0)
        if what in (What.READERS, What.PRINT_READERS):
            name, number, before = f"{name} a day", number // 7, before // 7
        rows.append((name, f"{number:,} ({before:,})"))
    return rows


def _brought(counts: object) -> str:
    known: dict[str, int] = dict(counts)  # type: ignore[call-overload]
    told: Sequence[tuple[str, str]] = (
        (What.CHECKOUT_FINISHED, "paid"),
        (What.SIGNED_UP, "signed up"),
        (What.OPENED, "opened"),
    )
    return ", ".join(f"{known.get(what, 0):,} {words}" for what, words in told)
