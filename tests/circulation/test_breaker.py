"""Files that change nothing until staff have looked at them."""

from pathlib import Path

import pytest
from django.conf import LazySettings

from paywall.circulation import importing
from paywall.circulation.models import PrintAccount, StagedRow
from paywall.circulation.states import ImportState
from tests.circulation.files import (
    DAY,
    MONDAY,
    a_line,
    activate,
    answer,
    everything,
    is_open,
    lines,
    nothing_staged,
    take,
)
from tests.making import make_reader

pytestmark = pytest.mark.django_db

TUESDAY = MONDAY + DAY


@pytest.mark.parametrize(("rows", "state"), [(80, "held"), (81, "taken")])
def test_a_full_file_a_fifth_smaller_than_the_last_is_held(
    tmp_path: Path, rows: int, state: str
) -> None:
    take(tmp_path, lines(100))
    before = everything()
    file = take(tmp_path, lines(rows), at=TUESDAY)
    assert file.state == state
    assert (everything() == before) is (state == "held")


def test_it_is_compared_with_the_last_that_was_taken(tmp_path: Path) -> None:
    take(tmp_path, lines(100))
    for day in (1, 2, 3):
        file = take(tmp_path, lines(70), at=MONDAY + day * DAY)
        assert file.state == ImportState.HELD
        assert file.why == "It has 70 rows; the last had 100."


def test_a_small_file_of_changes_is_none_too_small(tmp_path: Path) -> None:
    take(tmp_path, lines(100))
    file = take(tmp_path, [a_line(1)], at=TUESDAY, profile="standard-changes")
    assert file.state == ImportState.TAKEN


@pytest.mark.parametrize(("stopped", "state"), [(2, "taken"), (3, "held")])
@pytest.mark.parametrize("profile", ["standard", "standard-changes"])
def test_a_file_that_would_end_more_than_five_in_a_hundred_activations_is_held(
    tmp_path: Path, stopped: int, state: str, profile: str
) -> None:
    take(tmp_path, lines(60))
    activations = [activate(1000 + number) for number in range(40)]
    rows = lines(60)
    for row in rows[:stopped]:
        row |= {"status": "stopped", "paid_through": "2026-01-01"}
    file = take(tmp_path, rows, at=TUESDAY, profile=profile)
    assert (file.state, file.would_end, file.activations) == (state, stopped, 40)
    open_still = sum(is_open(one, TUESDAY) for one in activations)
    assert open_still == (40 if state == "held" else 40 - stopped)


def test_one_ending_alone_holds_no_file(tmp_path: Path) -> None:
    take(tmp_path, lines(10))
    activation = activate(1000)
    rows = [a_line(1000, status="nonpay", paid_through="2026-01-01"), *lines(10)[1:]]
    assert take(tmp_path, rows, at=TUESDAY).state == ImportState.TAKEN
    assert not is_open(activation, TUESDAY)


def test_time_alone_can_make_a_file_end_too_many(tmp_path: Path) -> None:
    rows = [*lines(50), *(a_line(n, status="stopped", paid_through="2026-03-01") for n in "123")]
    take(tmp_path, rows)
    for number in "123":
        activate(number)
    file = take(tmp_path, [*rows, a_line(4)], at=MONDAY + 20 * DAY)
    assert (file.state, file.would_end, file.activations) == ("held", 3, 3)


@pytest.mark.parametrize(("bad", "state"), [(2, "taken"), (3, "held")])
def test_more_than_two_in_a_hundred_rejected_rows_hold_the_file(
    tmp_path: Path, bad: int, state: str
) -> None:
    file = take(tmp_path, [*lines(100 - bad), *(a_line(n, status="?") for n in range(bad))])
    assert file.state == state
    assert PrintAccount.objects.count() == (100 - bad if state == "taken" else 0)


def test_the_shares_are_settings(tmp_path: Path, settings: LazySettings) -> None:
    settings.CIRCULATION_SMALLER_PERCENT = 50
    settings.CIRCULATION_REJECTED_PERCENT = 30
    take(tmp_path, lines(100))
    bad = [a_line(number, status="?") for number in range(20)]
    assert take(tmp_path, [*lines(51), *bad], at=TUESDAY).state == ImportState.TAKEN


def test_staff_say_yes_and_what_would_happen_happens(tmp_path: Path) -> None:
    take(tmp_path, lines(10))
    held = take(tmp_path, lines(5), at=TUESDAY)
    assert not StagedRow.objects.exists()  # none says anything new
    staff = make_reader(is_staff=True)
    importing.accept(held.pk, by=staff, now=TUESDAY)
    assert importing.go_on(now=TUESDAY)
    held.refresh_from_db()
    assert (held.state, held.decided_by, held.absent) == (ImportState.TAKEN, staff, 5)
    assert PrintAccount.objects.filter(absent_since=TUESDAY).count() == 5
    assert nothing_staged()


def test_a_dry_run_of_a_file_that_would_be_held_says_so(tmp_path: Path) -> None:
    take(tmp_path, lines(10))
    assert answer(tmp_path, lines(5), at=TUESDAY, dry_run=True).file.state == ImportState.HELD
    assert nothing_staged()


def test_a_file_of_other_accounts_is_held_whatever_its_size(tmp_path: Path) -> None:
    take(tmp_path, lines(10))
    others = [a_line(number) for number in range(10)]
    file = take(tmp_path, others, at=TUESDAY)
    assert file.state == ImportState.HELD
    assert file.why == "10 accounts, more than half of those there are, are not in it."
