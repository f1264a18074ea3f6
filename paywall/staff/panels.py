"""The dashboard's panels: figures at a glance, charts, and the table behind each."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from babel.dates import format_date

from paywall.catalog import money
from paywall.insights.happenings import What
from paywall.reports import charts
from paywall.reports import listing as reports
from paywall.reports.board import Board
from paywall.reports.charts import Bar, Columns
from paywall.reports.funnel import leak
from paywall.reports.tables import Table, share_in_words

LOCALE = "en-gb"
MOST_DAYS = 62  # columns of a chart; longer spans are drawn by the month


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure, and how it compares with as many days before; `rose`: None where it is equal."""

    label: str
    value: str
    change: str
    rose: bool | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """A report: a chart or bars, a sentence, and its table, which `opened` shows at once."""

    table: Table
    cells: Sequence[Sequence[str]]
    numeric: Sequence[bool]
    chart: Columns | None = None
    bars: Sequence[Bar] = ()
    sentence: str = ""
    opened: bool = False
    wide: bool = False


def tiles(board: Board) -> list[Tile]:
    """Return the figures on top."""
    counts, before = board.totals, board.totals_before
    days = board.span.days
    currency = board.currency
    revenue, revenue_before = board.taken.net(currency), board.taken_before.net(currency)
    recurs = board.recurring_now.get(currency, 0)
    recurred = board.recurring_before.get(currency, 0)
    running, ran = board.moved.running_after, board.moved.running_before

    def counted(label: str, what: What) -> Tile:
        number, earlier = counts.get(what, 0), before.get(what, 0)
        return _tile(label, f"{number:,}", number, earlier)

    def amount(label: str, value: int, earlier: int, note: str) -> Tile:
        words = money.in_words(value, currency, locale=LOCALE)
        return _tile(label, words, value, earlier, note)

    readers, earlier = (one.get(What.READERS, 0) // days for one in (counts, before))
    return [
        amount("Revenue", revenue, revenue_before, "paid, less refunds"),
        amount("Recurring a month", recurs, recurred, "at the end of these days"),
        _tile("Paying subscribers", f"{running:,}", running, ran, "at the end of these days"),
        _tile("Readers a day", f"{readers:,}", readers, earlier, "signed in"),
        counted("Stories opened", What.OPENED),
        counted("Walls met", What.WALL),
        counted("Sign-ups", What.SIGNED_UP),
        counted("Checkouts finished", What.CHECKOUT_FINISHED),
    ]


def panels(board: Board) -> list[Panel]:
    """Return the panels, the most asked for first."""
    stories = reports.stories(board)
    return [
        _revenue(board),
        _over_time(board, What.OPENED, "Stories opened"),
        _over_time(board, What.WALL, "Walls met"),
        _funnel(board),
        _meter(board),
        _panel(stories, opened=True, wide=True),
        _ranked(reports.sections(board), "Stories opened", "Stories opened"),
        _ranked(reports.packages(board), "Active"),
        _panel(reports.stops(board), bars=_bars(reports.stops(board), "Number")),
        _panel(reports.past_due(board), opened=True),
        _panel(reports.introductory(board), opened=True),
        _print(board),
        _ranked(reports.print_codes(board), "Share", "Share, where most accounts are"),
        _ranked(reports.print_failures(board), "Tries"),
    ]


def _revenue(board: Board) -> Panel:
    months = board.by_month
    names = [f"{month.starts_date:%b}" for month in months]
    values = [figures.taken.net(board.currency) for figures in months.values()]
    words = [money.in_words(value, board.currency, locale=LOCALE) for value in values]
    units = [int(money.in_units(value, board.currency)) for value in values]
    drawn = charts.columns(
        f"Revenue by month, {board.currency}",
        [f"{month.starts_date:%b %Y}" for month in months],
        units,
        words=words,
        short_names=names,
    )
    last = list(months)[-2]
    sentence = f"{last.starts_date:%B %Y}: {words[-2]}. This month so far: {words[-1]}."
    return _panel(reports.money(board), chart=drawn, sentence=sentence, wide=True)


def _over_time(board: Board, what: What, title: str) -> Panel:
    """Draw one number by day, or by month where the days are many."""
    numbers: dict[str, int] = {}
    by_month = board.span.days > MOST_DAYS
    for day in board.span.each_day():
        name = f"{day:%b %Y}" if by_month else format_date(day, "d MMM", locale="en_GB")
        numbers[name] = numbers.get(name, 0) + board.daily.get((day, what), 0)
    drawn = charts.columns(title, list(numbers), list(numbers.values()))
    total = sum(numbers.values())
    sentence = f"{total:,} in {board.span.days} days, {total // board.span.days:,} a day."
    table = reports.days(board)
    return _panel(Table(table.name, title, table.headers, table.rows, table.note),
                  chart=drawn, sentence=sentence)  # fmt: skip


def _funnel(board: Board) -> Panel:
    rows = []
    for step in board.steps:
        note = ""
        if step.of_last is not None:
            note = f"{share_in_words(step.of_last)} of the step before"
        rows.append((step.name, step.number, f"{step.number:,}", note))
    worst = leak(board.steps)
    sentence = ""
    if worst is not None and worst.lost is not None:
        lost = share_in_words(worst.lost)
        sentence = f"It leaks most before “{worst.name.lower()}”: {lost} go no further."
    return _panel(reports.way_to_paying(board), bars=charts.bars(rows), sentence=sentence)


def _meter(board: Board) -> Panel:
    table = reports.meter(board)
    names = [str(row[0]).removeprefix("Opened ") for row in table.rows]
    values = [int(str(row[1])) for row in table.rows]
    names[-1] = "wall"
    title = "Readers by stories opened"
    drawn = charts.columns(title, [str(row[0]) for row in table.rows], values, short_names=names)
    return _panel(table, chart=drawn)


def _print(board: Board) -> Panel:
    table = reports.print_shares(board)
    everybody = board.printed.all
    share = Fraction(everybody.activated, everybody.accounts or 1)
    sentence = (
        f"{everybody.activated:,} of {everybody.accounts:,} accounts are activated, "
        f"{share_in_words(share)}."
    )
    return _panel(table, bars=_bars(table, "Share"), sentence=sentence)


def _ranked(table: Table, column: str, sentence: str = "") -> Panel:
    return _panel(table, bars=_bars(table, column)[:10], sentence=sentence)


def _bars(table: Table, header: str) -> list[Bar]:
    """Draw the column of a header: shares as parts of the whole, numbers next to the largest."""
    column = list(table.headers).index(header)
    cells = table.in_words(LOCALE)
    if any(isinstance(row[column], Fraction) for row in table.rows):
        parts = [Fraction(str(row[column] or 0)) for row in table.rows]
        return [
            Bar(words[0], words[column], round(float(part * 100), 1))
            for words, part in zip(cells, parts, strict=True)
        ]
    numbers = [int(str(row[column] or 0)) for row in table.rows]
    return charts.bars(
        [
            (words[0], number, words[column], "")
            for words, number in zip(cells, numbers, strict=True)
        ]
    )


def _panel(
    table: Table,
    *,
    chart: Columns | None = None,
    bars: Sequence[Bar] = (),
    sentence: str = "",
    opened: bool = False,
    wide: bool = False,
) -> Panel:
    cells = table.in_words(LOCALE)
    return Panel(table, cells, table.numeric(), chart, bars, sentence, opened, wide)


def _tile(label: str, value: str, number: int, before: int, note: str = "") -> Tile:
    if number == before:
        return Tile(label, value, "as before", None, note)
    if not before:
        return Tile(label, value, "none before", number > 0, note)
    share = Fraction(number - before, abs(before))
    sign = "+" if share > 0 else "−"
    return Tile(label, value, f"{sign}{share_in_words(abs(share))}", share > 0, note)
