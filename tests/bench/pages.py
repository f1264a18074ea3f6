"""The pages that are measured, and how they take turns."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from tests.bench.load import Answer, Figures, Request, ask, measure

WARM_UP = 1  # seconds, measured and thrown away
SETTLES_WITHIN = 0.5  # seconds until requests that were under way at the end are answered


@dataclass(frozen=True)
class Page:
    """A page that is measured; one without a target is what the others are compared with.

    `outcome` is the Paywall-Outcome of every answer, "" where there is none. With `once` no
    request may come twice, as each opens a story, or adds a row to another table `adds`. `anew`
    makes the requests of a measurement that lasts so many seconds, where old ones would not do.
    """

    name: str
    port: int
    requests: Sequence[Request]
    outcome: str = ""
    once: bool = False
    target: float = 0.0
    adds: str = "paywall_meteredread"
    anew: Callable[[int], Sequence[Request]] | None = None
    rounds: list[Figures] = field(default_factory=list)

    def share(self, number: int, *, of: int, seconds: int) -> Sequence[Request]:
        """Return the requests of one measurement among so many, which lasts so long."""
        if self.anew:
            return self.anew(seconds)
        if not self.once:
            return self.requests
        size = len(self.requests) // of
        return self.requests[number * size : (number + 1) * size]

    def median(self, name: str) -> float:
        """Return the median over the rounds of one of the Figures."""
        return float(statistics.median(getattr(figures, name) for figures in self.rounds))


@dataclass(frozen=True)
class Heat:
    """Pages that take turns; the first is the one that the others are compared with."""

    pages: Sequence[Page]

    def ratio(self, page: Page) -> float:
        """Return how many of the page's answers come for one of the bare page's: the median."""
        bare = self.pages[0]
        return statistics.median(
            ours.per_second / theirs.per_second
            for ours, theirs in zip(page.rounds, bare.rounds, strict=True)
        )


def check(page: Page, request: Request) -> Answer:
    """Ask once; raises RuntimeError where the answer is not the one to be measured."""
    answer = ask(page.port, request)
    if answer.status != HTTPStatus.OK or answer.outcome != page.outcome:
        raise RuntimeError(
            f"{request.path} for “{page.name}” came with status {answer.status} and outcome "
            f"“{answer.outcome}” instead of “{page.outcome}”."
        )
    return answer


def run(
    heat: Heat,
    *,
    rounds: int,
    seconds: int,
    connections: int,
    count: Callable[[str], int],
) -> None:
    """Warm up, then measure every page in every round, first forwards, then backwards.

    `count` counts the rows of a table. Raises RuntimeError when an answer failed, or was not the
    first view, or the new event, that it is counted as.
    """
    for number in range(rounds + 1):
        for page in heat.pages if number % 2 else reversed(heat.pages):
            before = count(page.adds)
            lasting = seconds if number else WARM_UP
            figures = measure(
                page.port,
                page.share(number, of=rounds + 1, seconds=lasting),
                seconds=lasting,
                connections=connections,
                once=page.once,
            )
            if page.once:
                time.sleep(SETTLES_WITHIN)
            opened = count(page.adds) - before
            wanted = figures.requests if page.once else 0
            if opened < wanted or opened > wanted + connections:
                raise RuntimeError(
                    f"{figures.requests} answers of “{page.name}” made {opened} rows."
                )
            if number:
                page.rounds.append(figures)
