from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import IntegrityError
from pytest_django import DjangoAssertNumQueries

from paywall import clock
from paywall.metering import rules
from paywall.metering.models import FreeMode, MeterRule
from paywall.metering.rules import rules_at, rules_in_force
from tests.making import make_section

pytestmark = pytest.mark.django_db


class Watch:
    """A clock of seconds that a test turns."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch()
    monkeypatch.setattr(rules, "time", SimpleNamespace(monotonic=watch.monotonic))
    return watch


def house_rule() -> MeterRule:
    return MeterRule.objects.get_or_create(section=None)[0]


def change_elsewhere(**fields: int) -> None:
    """Change the house's rule as another process does: this one is told nothing."""
    house_rule()
    MeterRule.objects.filter(section=None).update(**fields)


def test_a_new_paper_gives_readers_seven_and_strangers_none() -> None:
    house = rules_in_force().house
    assert (house.readers, house.strangers) == (7, 0)


def test_without_any_rule_the_house_still_gives_seven() -> None:
    MeterRule.objects.all().delete()
    assert rules_in_force().allowance("news", signed_in=True) == 7


def test_a_change_is_in_force_at_once_in_the_process_that_made_it() -> None:
    rule = house_rule()
    assert rules_in_force().house.readers == 7
    rule.allowance = 3
    rule.save()
    assert rules_in_force().house.readers == 3
    rule.delete()
    assert rules_in_force().house.readers == 7


def test_a_change_is_in_force_within_a_second_in_every_other(watch: Watch) -> None:
    assert rules_in_force().house.readers == 7
    change_elsewhere(allowance=3, strangers_allowance=1)
    watch.seconds += 1
    assert rules_in_force().house.readers == 3
    assert rules_in_force().house.strangers == 1


def test_the_second_is_counted_from_the_question_and_not_from_the_answer(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer_slowly(at: datetime) -> list[tuple[str | None, int, int, None, None]]:
        watch.seconds += 5
        return [(None, 7, 0, None, None)]

    with monkeypatch.context() as slow:
        slow.setattr(rules, "_rows", answer_slowly)
        rules_in_force()
    change_elsewhere(allowance=3)
    assert rules_in_force().house.readers == 3


def test_many_visits_in_one_moment_ask_once(
    watch: Watch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        for _ in range(50):
            rules_in_force()
            watch.seconds += 0.01


def test_a_section_has_its_own_rule() -> None:
    MeterRule.objects.create(section=make_section("sport"), allowance=2, strangers_allowance=1)
    assert rules_in_force().allowance("sport", signed_in=True) == 2
    assert rules_in_force().allowance("sport", signed_in=False) == 1
    assert rules_in_force().allowance("news", signed_in=True) == 7


def test_a_section_that_goes_takes_its_rule_along(watch: Watch) -> None:
    section = make_section("sport")
    MeterRule.objects.create(section=section, allowance=2)
    rules_in_force()
    section.delete()
    watch.seconds += 1
    assert rules_in_force().allowance("sport", signed_in=True) == 7


def test_the_house_has_one_rule() -> None:
    house_rule()
    with pytest.raises(IntegrityError):
        MeterRule.objects.create(section=None, allowance=9)


def test_a_free_mode_that_ran_out_is_asked_for_no_more_but_for_its_own_time() -> None:
    now, section = clock.now(), make_section("sport")
    for ended, of in ((timedelta(days=2), None), (timedelta(minutes=1), section)):
        FreeMode.objects.create(
            section=of, starts_at=now - timedelta(days=3), ends_at=now - ended, why="Storm"
        )
    assert [window.section for window in rules_in_force().free] == ["sport"]
    assert not rules_in_force().free_mode("sport", at=now)
    assert rules_at(now).free == ()
    assert rules_at(now - timedelta(days=2, hours=1)).free_mode("news", at=now - timedelta(days=3))
