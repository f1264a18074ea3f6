"""The reports: each a table, by its name; the dashboard draws some of them as charts."""

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from django.db.models import Count

from paywall.entitlements.models import Entitlement, Source
from paywall.insights import counting
from paywall.insights.happenings import BY_STORY, Refused, What
from paywall.reports import printed, recurring, revenue, traffic
from paywall.reports.board import DAILY, Board
from paywall.reports.recurring import STOPS
from paywall.reports.tables import Cell, Money, Table
from paywall.subscriptions.leaving import REASONS

CAUSES = {
    Refused.NOT_FOUND: "No account was found by what was typed",
    Refused.ENDED: "The account has ended, or its product opens nothing",
    Refused.NO_SEAT: "All its seats are taken, or the holder has to agree",
    Refused.TOO_OFTEN: "Too many tries",
}
DELIVERY_DAYS = dict(zip("MTWRFSU", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))
ONCE_A_DAY = "Readers are signed-in readers who opened something there, each once a day."


def days(board: Board) -> Table:
    rows: list[list[Cell]] = [
        [day, *(board.daily.get((day, what), 0) for what in DAILY)]
        for day in reversed(list(board.span.each_day()))
    ]
    note = "Readers are signed-in readers who opened something, each once a day."
    return Table("days", "Day by day", ["Day", *DAILY.values()], rows, note)


def way_to_paying(board: Board) -> Table:
    rows: list[list[Cell]] = [
        [step.name, step.number, step.of_first, step.of_last, step.lost] for step in board.steps
    ]
    headers = ["Step", "Number", "Of all walls", "Of the step before", "Lost on the way"]
    note = "A reader who has an account goes from a wall to the checkout without a sign-up."
    return Table("funnel", "From the wall to paying", headers, rows, note)


def sections(board: Board) -> Table:
    found = traffic.by_section(board.span)
    names = board.section_names
    rows: list[list[Cell]] = [
        [names.get(slug, slug), *(counts[what] for what in BY_STORY)]
        for slug, counts in sorted(found.items(), key=lambda one: -one[1][What.OPENED])
    ]
    return Table("sections", "Sections", ["Section", *_names(BY_STORY)], rows, ONCE_A_DAY)


def stories(board: Board, *, every: bool = False) -> Table:
    found = traffic.by_story(board.span, most=None) if every else board.stories
    names = board.section_names
    rows: list[list[Cell]] = [
        [story.title, names.get(story.section, story.section),
         *(story.counts.get(what, 0) for what in BY_STORY)]
        for story in found
    ]  # fmt: skip
    note = f"Who signs up or pays after a wall is credited to the story behind it. {ONCE_A_DAY}"
    if not every and len(found) == traffic.MOST_STORIES:
        note = f"The {len(found)} that brought most; the CSV file has every story. {note}"
    headers = ["Story", "Section", *_names(BY_STORY)]
    return Table("stories", "Stories that bring readers and subscribers", headers, rows, note)


def sections_by_day(board: Board) -> Table:
    names = board.section_names
    rows: list[list[Cell]] = [
        [day, names.get(slug, slug), *(counts[what] for what in BY_STORY)]
        for (day, slug), counts in traffic.sections_by_day(board.span)
    ]
    headers = ["Day", "Section", *_names(BY_STORY)]
    return Table("sections-by-day", "Sections, day by day", headers, rows, ONCE_A_DAY)


def stories_by_day(board: Board) -> Table:
    names, titles = board.section_names, traffic.titles()
    rows: list[list[Cell]] = []
    for (day, key), counts in traffic.stories_by_day(board.span):
        title, section = titles.get(key, (key, ""))
        told = [counts[what] for what in BY_STORY]
        rows.append([day, title, names.get(section, section), *told])
    headers = ["Day", "Story", "Section", *_names(BY_STORY)]
    return Table("stories-by-day", "Stories, day by day", headers, rows, ONCE_A_DAY)


def meter(board: Board) -> Table:
    reached = traffic.reaching(board.totals, board.allowance)
    rows: list[list[Cell]] = [
        [f"Opened {number}", readers] for number, readers in enumerate(reached, start=1)
    ]
    rows.append(["Met a wall", board.totals.get(What.WALLED_IN_MONTH, 0)])
    note = "Each reader counts once a month, on the day that they came so far."
    return Table("meter", "How far readers come", ["Free stories", "Readers"], rows, note)


def money(board: Board) -> Table:
    rows: list[list[Cell]] = []
    for month, figures in reversed(list(board.by_month.items())):
        taken, recurs, moved = figures.taken, figures.recurs, figures.moved
        rows.extend(
            [
                f"{month.starts_date:%B %Y}",
                Money(taken.paid[currency], currency),
                Money(taken.refunded[currency], currency),
                Money(taken.net(currency), currency),
                Money(recurs.get(currency, 0), currency),
                moved.started,
                *(moved.stopped.get(why, 0) for why in STOPS),
                moved.running_after,
                moved.churn,
            ]
            for currency in sorted({*taken.currencies, *recurs} or {board.currency})
        )
    headers = [
        "Month", "Paid", "Refunded", "Revenue", "Recurring a month", "Starts",
        *(f"Stops, {why}" for why in STOPS), "Subscriptions at the end", "Churn",
    ]  # fmt: skip
    note = (
        "Paid and refunded are the payments of the month, taxes included. Recurring revenue is "
        "what the subscriptions at its end are worth a month, taxes aside: a year is a twelfth."
    )
    return Table("revenue", "Revenue, month by month", headers, rows, note)


def packages(board: Board) -> Table:
    at = min(board.span.ends_at(board.zone), board.now)
    found = recurring.by_package(board.lives, at, reduced=board.book.reduced)
    rows: list[list[Cell]] = [
        [package, number, Money(worth, currency)]
        for (package, currency), (number, worth) in sorted(
            found.items(), key=lambda one: -one[1][0]
        )
    ]
    others = Entitlement.objects.in_force(board.now).exclude(source=Source.SUBSCRIPTION)
    number = dict(others.values_list("source").annotate(Count("pk")).order_by())
    rows.extend(
        [f"{source.label}, today", number.get(source.value, 0), None]
        for source in Source
        if source != Source.SUBSCRIPTION
    )
    headers = ["Package", "Active", "Recurring a month"]
    return Table("packages", "Active, by package", headers, rows)


def stops(board: Board) -> Table:
    starts_at = board.span.starts_at(board.zone)
    ends_at = min(board.span.ends_at(board.zone), board.now)
    rows: list[list[Cell]] = [[f"Stopped: {why}", board.moved.stopped.get(why, 0)] for why in STOPS]
    given = recurring.feedback(board.lives, starts_at, ends_at)
    for name, number in given.most_common():
        if name:
            rows.append([f"Reason given: {REASONS.get(name, name)}", number])
    return Table("stops", "Why subscriptions stopped", ["Why", "Number"], rows)


def introductory(board: Board) -> Table:
    rows: list[list[Cell]] = [
        [
            str(ending.price.package),
            ending.number,
            counting.day_of(ending.first_ends_at),
            Money((ending.price.intro_amount or 0) * ending.number, ending.price.currency),
            Money(ending.price.amount * ending.number, ending.price.currency),
        ]
        for ending in revenue.ending_soon(board.now)
    ]
    headers = ["Package", "Subscriptions", "The first ends on", "They pay now", "They pay then"]
    note = "What they pay is for each payment, all subscriptions together."
    return Table("introductory", "Introductory prices ending in 30 days", headers, rows, note)


def past_due(board: Board) -> Table:
    owed = board.owed
    rows: list[list[Cell]] = []
    for currency in sorted({*owed.open, *owed.recovered}) or [board.currency]:
        rows.append(["Past due now", owed.invoices, Money(owed.open[currency], currency)])
        back = Money(owed.recovered[currency], currency)
        rows.append(["Paid after our letter", owed.recovered_invoices, back])
    headers = ["", "Invoices", "Amount"]
    return Table("past-due", "Past due, and won back by letters", headers, rows)


def print_shares(board: Board) -> Table:
    rows = [_share("All", board.printed.all)]
    rows += [_share(_delivered(share.name), share) for share in board.printed.by_days]
    headers = ["Delivery days", "Accounts", "Activated", "Share"]
    return Table("print", "Print accounts with digital access", headers, rows)


def print_codes(board: Board, *, every: bool = False) -> Table:
    found = board.printed.by_code
    rows = [_share(share.name or "None", share) for share in (found if every else found[:20])]
    headers = ["Postal code", "Accounts", "Activated", "Share"]
    return Table("print-codes", "Print accounts, by postal code", headers, rows)


def print_failures(board: Board) -> Table:
    rows: list[list[Cell]] = [
        [sentence, board.totals.get(cause, 0)] for cause, sentence in CAUSES.items()
    ]
    title = "Print activations that failed"
    return Table("print-failures", title, ["Cause", "Tries"], rows)


def print_days(board: Board) -> Table:
    rows: list[list[Cell]] = [list(row) for row in printed.reading_days(board.span)]
    headers = ["Day", "Publication", "Account", "Reader"]
    return Table("print-days", "Activated print readers, by day read", headers, rows)


REPORTS: Mapping[str, Callable[[Board], Table]] = {
    "days": days,
    "funnel": way_to_paying,
    "sections": sections,
    "stories": lambda board: stories(board, every=True),
    "sections-by-day": sections_by_day,
    "stories-by-day": stories_by_day,
    "meter": meter,
    "revenue": money,
    "packages": packages,
    "stops": stops,
    "introductory": introductory,
    "past-due": past_due,
    "print": print_shares,
    "print-codes": lambda board: print_codes(board, every=True),
    "print-failures": print_failures,
    "print-days": print_days,
}
# Of the last months, whichever days are asked for.
BY_MONTH = {"revenue"}


def _names(whats: Iterable[What]) -> list[str]:
    return [DAILY[what] for what in whats]


def _share(name: str, share: printed.Share) -> list[Cell]:
    part = Fraction(share.activated, share.accounts) if share.accounts else None
    return [name, share.accounts, share.activated, part]


def _delivered(letters: str) -> str:
    if letters == "MTWRFSU":
        return "Every day"
    return ", ".join(DELIVERY_DAYS.get(each, each) for each in letters) or "Not said"
