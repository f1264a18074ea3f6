"""Charts as the page draws them, in SVG and with no script: where everything stands. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

WIDTH, HEIGHT = 600, 180  # of the drawing, in its own units
LEFT, RIGHT, TOP, BOTTOM = 56, 4, 12, 28
MOST_LABELS = 7
LABEL = 60  # as wide as one gets, on a phone


@dataclass(frozen=True, slots=True)
class Column:
    """A column of figures, as a rectangle; `title` is read out, and shown under the pointer."""

    x: float
    y: float
    width: float
    height: float
    title: str


@dataclass(frozen=True, slots=True)
class Label:
    """Words at a place."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Columns:
    """A chart of columns, with lines at round numbers."""

    title: str
    columns: Sequence[Column]
    labels: Sequence[Label]
    lines: Sequence[Label]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a list: `percent` of the longest one's length."""

    label: str
    value: str
    percent: float
    note: str = ""


def columns(
    title: str,
    names: Sequence[str],
    values: Sequence[int],
    *,
    words: Sequence[str] = (),
    short_names: Sequence[str] = (),
) -> Columns:
    """Return the chart of some values; `words` are what they are called, such as "€12.00".

    `short_names` stand below the columns, where all have room.
    """
    words = words or [f"{value:,}" for value in values]
    top = round_above(max(values, default=0))
    room, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    step = room / max(len(values), 1)
    bottom = HEIGHT - BOTTOM
    drawn = []
    for number, value in enumerate(values):
        high = round(max(value, 0) / top * height, 1)
        x = round(LEFT + number * step + step * 0.12, 1)
        title_of = f"{names[number]}: {words[number]}"
        drawn.append(Column(x, round(bottom - high, 1), round(step * 0.76, 1), high, title_of))
    every = 1 if short_names else max(ceil(len(names) / MOST_LABELS), 1)
    middles = [round(LEFT + number * step + step / 2, 1) for number in range(len(names))]
    labels = [
        Label(middles[number], HEIGHT - 6, name)
        for number, name in enumerate(short_names or names)
        if number % every == 0 and (short_names or middles[number] < WIDTH - LABEL / 2)
    ]
    lines = [
        Label(LEFT - 6, round(bottom - part * height, 1), short(top * part)) for part in (0, 0.5, 1)
    ]
    return Columns(title, drawn, labels, lines)


def bars(rows: Sequence[tuple[str, int, str, str]]) -> list[Bar]:
    """Return the bars of label, value, the value in words, and a note."""
    longest = max((value for _, value, _, _ in rows), default=0) or 1
    return [
        Bar(label, words, round(max(value, 0) / longest * 100, 1), note)
        for label, value, words, note in rows
    ]


def round_above(value: float) -> float:
    """Return the next of 2, 4, 10, 20, 40, 100 and so on: halves of it are round too."""
    if value <= 2:
        return 2
    power = 10 ** floor(log10(value))
    return float(next(power * part for part in (1, 2, 4, 6, 10) if value <= power * part))


def short(value: float) -> str:
    """Write 1200 as "1.2k"."""
    for size, letter in ((1e6, "m"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"
