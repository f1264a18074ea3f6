"""Limits hold over all processes, and whoever asks seldom costs no question to Redis."""

from typing import Any

import pytest
from django.core.cache import cache

from paywall.api import throttling
from paywall.api.throttling import may_ask

MOST = 200


@pytest.fixture
def questions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names that are asked of the cache."""
    asked: list[str] = []
    take = throttling._take

    def taking(key: str, size: int) -> Any:
        asked.append(key)
        return take(key, size)

    monkeypatch.setattr(throttling, "_take", taking)
    return asked


def given(name: str, times: int, minute: int = 1) -> int:
    return sum(may_ask(name, MOST, minute) for _ in range(times))


def test_a_limit_is_a_limit(questions: list[str]) -> None:
    assert given("one", MOST + 50) == MOST
    assert given("another", 1) == 1
    assert given("one", 1, minute=2) == 1


def test_who_asks_seldom_costs_the_cache_nothing(questions: list[str]) -> None:
    assert given("one", MOST // throttling.ITS_OWN) == MOST // throttling.ITS_OWN
    assert not questions


def test_who_is_over_the_limit_costs_the_cache_nothing_more(questions: list[str]) -> None:
    given("one", MOST + 1)
    asked = len(questions)
    assert given("one", 100) == 0
    assert len(questions) == asked


def test_a_second_process_gives_a_twentieth_more_at_most() -> None:
    first = given("one", MOST)
    throttling.forget()  # what another process has given, this one knows from the cache alone
    second = given("one", MOST)
    assert MOST <= first + second <= MOST + MOST // throttling.ITS_OWN
    cache.clear()


@pytest.mark.parametrize("most", [1, 2, 19])
def test_small_limits_are_exact(most: int) -> None:
    assert sum(may_ask("small", most, 1) for _ in range(most + 5)) == most
