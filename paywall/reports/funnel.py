"""The way from the wall to paying, and where it leaks. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Step:
    """How many came as far as this; `of_first` and `of_last` of those who came before."""

    name: str
    number: int
    of_first: Fraction | None
    of_last: Fraction | None

    @property
    def lost(self) -> Fraction | None:
        """Which share of those of the step before went no further."""
        return None if self.of_last is None else max(1 - self.of_last, Fraction())


def funnel(numbers: Sequence[tuple[str, int]]) -> list[Step]:
    """Return the steps; a step may be skipped, so that more come to one than to the one before."""
    steps: list[Step] = []
    for name, number in numbers:
        first, last = (steps[0].number, steps[-1].number) if steps else (0, 0)
        steps.append(Step(name, number, _share(number, first), _share(number, last)))
    return steps


def leak(steps: Sequence[Step]) -> Step | None:
    """Return the step that fewest of those of the step before came to; None: there is none."""
    known = [step for step in steps if step.of_last is not None]
    return min(known, key=lambda step: step.of_last or Fraction(), default=None)


def _share(number: int, of: int) -> Fraction | None:
    return Fraction(number, of) if of else None
