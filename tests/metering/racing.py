"""Doing many things in the same moment, each on a database connection of its own."""

import random
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

import pytest
from django.db import connections

Answer = TypeVar("Answer")

MOMENT = 0.004  # seconds


def race(runners: Iterable[Callable[[], Answer]]) -> list[Answer]:
    """Start all runners at once and return their answers, in order; an error of one is raised."""
    waiting = list(runners)
    start = Barrier(len(waiting), timeout=30)

    def run(runner: Callable[[], Answer]) -> Answer:
        try:
            start.wait()
            return runner()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(waiting)) as pool:
        return [running.result() for running in [pool.submit(run, one) for one in waiting]]


def hesitate(most: float = MOMENT) -> None:
    """Wait for a random time, so that others get ahead."""
    time.sleep(random.uniform(0, most))


def hesitating(function: Callable[..., Answer], most: float = MOMENT) -> Callable[..., Answer]:
    """Return the function with a random wait after it."""

    def slower(*args: Any, **kwargs: Any) -> Answer:
        answer = function(*args, **kwargs)
        hesitate(most)
        return answer

    return slower


def slow_down(
    monkeypatch: pytest.MonkeyPatch, owner: object, *names: str, most: float = MOMENT
) -> None:
    """Make these functions of a module or class hesitate, which widens the gap after each."""
    for name in names:
        monkeypatch.setattr(owner, name, hesitating(getattr(owner, name), most))


def some_try_breaks(attempt: Callable[[], bool], *, tries: int = 200) -> bool:
    """Tell whether any of many attempts broke the promise: what a control has to show.

    Nearly always an early one does; a busy machine can be kind to many in a row.
    """
    return any(attempt() for _ in range(tries))
