"""Taking in circulation files."""

from datetime import date
from pathlib import Path

import pytest
from django.conf import LazySettings

from paywall.circulation import erasing, importing, staging
from paywall.circulation.claims import Suppressed
from paywall.circulation.erasing import suppression_key
from paywall.circulation.errors import RefusedError
from paywall.circulation.models import (
    CirculationImport,
    PrintAccount,
    PrintLine,
    PrintPublication,
    RejectedRow,
)
from paywall.circulation.states import ImportState
from tests.circulation.files import (
    DAY,
    MONDAY,
    a_line,
    activate,
    answer,
    counts,
    everything,
    is_open,
    lines,
    nothing_staged,
    take,
    write,
)
from tests.making import make_reader

pytestmark = pytest.mark.django_db


def test_what_is_needed_of_an_account_is_kept(tmp_path: Path) -> None:
    row = a_line(
        " #00-12a ",
        second_name="Ben Reader",
        company="Reader  &\tSons",
        billing_postal_code="99",
        former_account_number="00-7",
        product="Daily",
        rate_code="7DAY",
        hold_until="2026-05-01",
        status="hold",
        email="ADA@Example.com",
    )
    assert counts(take(tmp_path, [row])) == ("taken", 1, 1, 0, 0, 0, 0)
    account = PrintAccount.objects.get()
    assert (account.number, account.number_key) == ("#00-12a", "0012A")
    assert (account.former_number_key, account.company) == ("007", "Reader & Sons")
    assert (account.phone_last4, account.email) == ("1234", "ada@example.com")
    assert account.first_seen_at == account.last_seen_at == MONDAY
    line = PrintLine.objects.get()
    assert (line.product, line.rate_code, line.delivery_days) == ("Daily", "7DAY", "MTWRFSU")
    assert (line.status, line.hold_until, line.status_since) == ("hold", date(2026, 5, 1), MONDAY)
    assert line.paid_through == date(2026, 12, 31)
    assert nothing_staged()


def test_the_same_file_again_changes_nothing_and_says_that_it_was_seen(tmp_path: Path) -> None:
    take(tmp_path, lines(5))
    before = everything()
    again = answer(tmp_path, lines(5), at=MONDAY)
    assert again.seen
    assert counts(again.file) == ("taken", 5, 0, 0, 5, 0, 0)
    assert "Seen before" in again.file.why
    assert everything() == before


def test_the_same_rows_in_another_order_change_nothing(tmp_path: Path) -> None:
    take(tmp_path, lines(5))
    file = take(tmp_path, lines(5)[::-1], at=MONDAY + DAY)
    assert counts(file) == ("taken", 5, 0, 0, 5, 0, 0)


def test_only_what_changed_is_written(tmp_path: Path) -> None:
    take(tmp_path, lines(5))
    rows = [*lines(4), a_line(1004, last_name="Married"), a_line(2000)]
    assert counts(take(tmp_path, rows, at=MONDAY + DAY)) == ("taken", 6, 1, 1, 4, 0, 0)
    seen = dict(PrintAccount.objects.values_list("number", "last_seen_at"))
    assert seen == {
        **{str(1000 + number): MONDAY for number in range(4)},
        "1004": MONDAY + DAY,
        "2000": MONDAY + DAY,
    }
    assert PrintAccount.objects.get(number="1004").last_name == "Married"


def test_lines_of_one_account_are_no_duplicates_and_the_best_says_whose_it_is(
    tmp_path: Path,
) -> None:
    rows = [
        a_line(1, status="stopped", paid_through="2025-01-01", last_name="Late"),
        a_line(1, last_name="Living"),
        a_line(1, status="hold", product="Sunday"),
    ]
    assert counts(take(tmp_path, [*rows, *lines(20)])) == ("taken", 23, 23, 0, 0, 0, 0)
    assert PrintAccount.objects.get(number="1").last_name == "Living"
    its_lines = PrintLine.objects.filter(account__number="1")
    assert its_lines.count() == 3
    activation = activate(1)
    take(tmp_path, [*rows[:1], *lines(20)], at=MONDAY + DAY)
    assert its_lines.get().status == "stopped"
    assert not is_open(activation, MONDAY + DAY)


def test_a_repeated_line_is_rejected_and_names_the_first(tmp_path: Path) -> None:
    rows = [*lines(200), *lines(2)]
    assert counts(take(tmp_path, rows)) == ("taken", 202, 200, 0, 0, 2, 0)
    assert [str(row) for row in RejectedRow.objects.all()] == [
        "line 202: says what line 2 says",
        "line 203: says what line 3 says",
    ]
    assert counts(take(tmp_path, [*rows, a_line(5)], at=MONDAY + DAY))[2:] == (1, 0, 200, 2, 0)


def test_a_line_repeated_tonight_of_an_account_that_stays_is_rejected(tmp_path: Path) -> None:
    take(tmp_path, lines(200))
    rows = [*lines(200)[::-1], a_line(1007)]
    assert counts(take(tmp_path, rows, at=MONDAY + DAY)) == ("taken", 201, 0, 0, 200, 1, 0)
    assert str(RejectedRow.objects.get()) == "line 202: says what line 194 says"
    assert PrintPublication.objects.get().rows == 200


@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
def test_a_second_line_joins_the_one_that_stays(tmp_path: Path, first: bool) -> None:
    take(tmp_path, [*lines(20), a_line(5, last_name="Living")])
    sunday = a_line(5, product="Sunday", status="stopped", last_name="Late")
    rows = [sunday, *lines(20)] if first else [*lines(20), sunday]
    rows.insert(10, a_line(5, last_name="Living"))
    assert counts(take(tmp_path, rows, at=MONDAY + DAY)) == ("taken", 22, 0, 2, 20, 0, 0)
    account = PrintAccount.objects.get(number="5")
    assert account.last_name == "Living"
    assert sorted(account.lines.values_list("product", "status")) == [
        ("", "active"),
        ("Sunday", "stopped"),
    ]
    assert counts(take(tmp_path, rows[::-1], at=MONDAY + 2 * DAY))[2:] == (0, 0, 22, 0, 0)
    rows.remove(sunday)
    assert counts(take(tmp_path, rows, at=MONDAY + 3 * DAY)) == ("taken", 21, 0, 1, 20, 0, 0)
    assert account.lines.get().status == "active"


def test_new_accounts_of_one_line_and_of_several_come_together(tmp_path: Path) -> None:
    take(tmp_path, lines(20))
    rows = [*lines(20), a_line(1), a_line(2), a_line(2, product="Sunday"), a_line(3)]
    assert counts(take(tmp_path, rows, at=MONDAY + DAY)) == ("taken", 24, 4, 0, 20, 0, 0)
    found = PrintAccount.objects.filter(first_seen_at=MONDAY + DAY).order_by("number")
    assert [(one.number, one.lines.count()) for one in found] == [("1", 1), ("2", 2), ("3", 1)]


def test_a_row_written_otherwise_is_no_repeat_and_changes_nobody(tmp_path: Path) -> None:
    take(tmp_path, lines(20))
    rows = [*lines(20)[1:], a_line(" 1000", status="Active")]
    assert counts(take(tmp_path, rows, at=MONDAY + DAY)) == ("taken", 20, 0, 1, 19, 0, 0)
    assert PrintLine.objects.count() == PrintAccount.objects.count() == 20


def test_a_file_older_than_the_last_is_refused(tmp_path: Path) -> None:
    take(tmp_path, lines(2), at=MONDAY)
    file = take(tmp_path, lines(1), at=MONDAY - DAY)
    assert file.state == ImportState.REFUSED
    assert "older than the last" in file.why
    assert PrintAccount.objects.count() == 2
    assert nothing_staged()


def test_what_is_absent_keeps_access_for_the_grace_and_comes_back(tmp_path: Path) -> None:
    take(tmp_path, lines(20))
    activation = activate(1000)
    file = take(tmp_path, lines(20)[1:], at=MONDAY + DAY)
    assert counts(file) == ("taken", 19, 0, 0, 19, 0, 1)
    assert is_open(activation, MONDAY + DAY)
    file = take(tmp_path, lines(20)[1:], at=MONDAY + 14 * DAY)
    assert file.absent == 0  # it is no news
    assert is_open(activation, MONDAY + 14 * DAY)
    take(tmp_path, lines(20)[1:], at=MONDAY + 15 * DAY)
    assert not is_open(activation, MONDAY + 15 * DAY)
    file = take(tmp_path, lines(20), at=MONDAY + 16 * DAY)
    assert counts(file) == ("taken", 20, 0, 1, 19, 0, 0)
    assert is_open(activation, MONDAY + 16 * DAY)
    activation.refresh_from_db()
    assert activation.account.absent_since is None


def test_a_file_that_stays_the_same_ends_nobody(tmp_path: Path) -> None:
    rows = [*lines(19), a_line(5, status="stopped", paid_through="2026-03-01")]
    take(tmp_path, rows, at=MONDAY)
    activation = activate(5)
    source = str(write(tmp_path / "circulation.csv", rows, at=MONDAY))
    for day in range(1, 40):
        assert importing.take(source, profile="standard", now=MONDAY + day * DAY).seen
    assert is_open(activation, MONDAY + 40 * DAY)
    take(tmp_path, rows, at=MONDAY + 40 * DAY)  # the same rows, written down anew
    assert not is_open(activation, MONDAY + 40 * DAY)


@pytest.mark.parametrize(
    ("fields", "opens"),
    [
        ({"status": "active", "paid_through": ""}, True),
        ({"status": "active", "paid_through": "2019-01-01"}, True),
        ({"status": "hold", "hold_until": "2026-04-01"}, True),
        ({"status": "stopped", "paid_through": "2026-02-20"}, True),
        ({"status": "stopped", "paid_through": "2026-02-10"}, False),
        ({"status": "nonpay", "paid_through": "2026-02-20"}, True),
        ({"status": "nonpay", "paid_through": "2026-02-10"}, False),
        ({"status": "stopped", "paid_through": ""}, True),
    ],
)
def test_each_status_opens_what_it_should(
    tmp_path: Path, fields: dict[str, str], opens: bool
) -> None:
    take(tmp_path, [*lines(10), a_line(5)], at=MONDAY - DAY)
    activation = activate(5, at=MONDAY - DAY)
    take(tmp_path, [*lines(10), a_line(5, **fields)])
    assert is_open(activation, MONDAY) is opens


def test_a_stop_without_a_date_ends_after_the_grace_and_not_when_its_word_changes(
    tmp_path: Path,
) -> None:
    take(tmp_path, [*lines(10), a_line(5)])
    activation = activate(5)
    for day, status in ((1, "stopped"), (8, "nonpay"), (14, "stopped")):
        rows = [*lines(10), a_line(5, status=status, paid_through="")]
        take(tmp_path, rows, at=MONDAY + day * DAY)
        assert is_open(activation, MONDAY + day * DAY)
    take(tmp_path, [*rows, a_line(9)], at=MONDAY + 15 * DAY)
    assert not is_open(activation, MONDAY + 15 * DAY)


def test_a_hold_keeps_access_as_long_as_the_longest_hold(tmp_path: Path) -> None:
    rows = [*lines(10), a_line(5, status="hold")]
    take(tmp_path, rows)
    activation = activate(5)
    take(tmp_path, [*rows, a_line(6)], at=MONDAY + 179 * DAY)
    assert is_open(activation, MONDAY + 179 * DAY)
    take(tmp_path, rows, at=MONDAY + 180 * DAY)
    assert not is_open(activation, MONDAY + 180 * DAY)


def test_after_a_move_the_activation_goes_over_to_the_new_number(tmp_path: Path) -> None:
    take(tmp_path, lines(20))
    activation = activate(1000)
    rows = [*lines(20)[1:], a_line(77, former_account_number="1000")]
    file = take(tmp_path, rows, at=MONDAY + DAY)
    assert file.would_end == 0
    take(tmp_path, [*rows, a_line(78)], at=MONDAY + 30 * DAY)
    activation.refresh_from_db()
    assert activation.account.number == "77"
    assert is_open(activation, MONDAY + 30 * DAY)


def test_a_move_that_was_told_before_ends_nobody_when_the_old_number_goes(tmp_path: Path) -> None:
    rows = [*lines(20), a_line(77, former_account_number="1000")]
    take(tmp_path, rows)
    activation = activate(1000)
    rows[0] |= {"status": "stopped", "paid_through": "2026-01-01"}
    file = take(tmp_path, rows, at=MONDAY + DAY)
    assert (file.state, file.would_end) == (ImportState.TAKEN, 0)
    activation.refresh_from_db()
    assert activation.account.number == "77"


def test_an_account_that_is_still_delivered_gives_nothing_away(tmp_path: Path) -> None:
    take(tmp_path, lines(3))
    activation = activate(1000)
    take(tmp_path, [*lines(3), a_line(77, former_account_number="1000")], at=MONDAY + DAY)
    activation.refresh_from_db()
    assert activation.account.number == "1000"


def test_one_publications_file_says_nothing_of_anothers_accounts(tmp_path: Path) -> None:
    take(tmp_path, [*lines(3, publication="Gazette"), *lines(3, publication="Herald")])
    assert PrintAccount.objects.count() == 6
    later = [a_line(1000, publication="Herald", last_name="Moved"), *lines(3)[1:]]
    rows = [{**row, "publication": "Herald"} for row in later]
    file = take(tmp_path, rows, at=MONDAY + DAY)
    assert counts(file) == ("taken", 3, 0, 1, 2, 0, 0)
    assert PrintAccount.objects.get(publication="Gazette", number="1000").last_name == "Reader1000"
    older = take(tmp_path, lines(3, publication="Gazette"), at=MONDAY + DAY / 2)
    assert older.state == ImportState.TAKEN
    assert dict(PrintPublication.objects.values_list("name", "as_of")) == {
        "Herald": MONDAY + DAY,
        "Gazette": MONDAY + DAY / 2,
    }


def test_a_file_of_changes_says_nothing_of_those_it_leaves_out(tmp_path: Path) -> None:
    take(tmp_path, lines(10))
    rows = [a_line(1000, status="stopped", paid_through="2026-01-01"), a_line(5)]
    file = take(tmp_path, rows, at=MONDAY + DAY, profile="standard-changes")
    assert counts(file) == ("taken", 2, 1, 1, 0, 0, 0)
    assert not PrintAccount.objects.exclude(absent_since=None).exists()
    assert PrintPublication.objects.get().rows == 10


def test_every_good_row_among_many_bad_ones_is_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    settings.CIRCULATION_REJECTED_PERCENT = 100
    for name, few in {"RUN": 7, "PIECE": 3, "BATCH": 5, "COPIED": 5, "MOST_WRONG": 2}.items():
        monkeypatch.setattr(staging, name, few)
    rows = [a_line(number, status="?" if number % 5 == 0 else "active") for number in range(1, 90)]
    assert counts(take(tmp_path, rows)) == ("taken", 89, 72, 0, 0, 17, 0)
    assert PrintAccount.objects.count() == 72
    assert RejectedRow.objects.count() == 17


def test_an_account_whose_row_cannot_be_read_is_not_absent(tmp_path: Path) -> None:
    take(tmp_path, lines(100))
    rows = [*lines(100)[1:], a_line(1000, status="gone")]
    assert counts(take(tmp_path, rows, at=MONDAY + DAY)) == ("taken", 100, 0, 0, 99, 1, 0)


def test_an_account_of_which_one_row_cannot_be_read_stays_as_it_was(tmp_path: Path) -> None:
    take(tmp_path, [*lines(100), a_line(5), a_line(5, status="stopped", product="Sunday")])
    rows = [*lines(100), a_line(5, status="typo"), a_line(5, status="nonpay", product="Sunday")]
    take(tmp_path, rows, at=MONDAY + DAY)
    statuses = PrintLine.objects.filter(account__number="5").values_list("status", flat=True)
    assert sorted(statuses) == ["active", "stopped"]


def test_a_dry_run_says_what_it_would_do_and_does_nothing(tmp_path: Path) -> None:
    take(tmp_path, lines(10))
    before = everything(), CirculationImport.objects.count()
    found = answer(tmp_path, [*lines(9), a_line(5)], at=MONDAY + DAY, dry_run=True)
    assert counts(found.file) == ("taken", 10, 1, 0, 9, 0, 1)
    assert (everything(), CirculationImport.objects.count()) == before
    assert nothing_staged()


def test_a_dry_run_of_a_bad_file_leaves_no_trace(tmp_path: Path) -> None:
    found = answer(tmp_path, "<html>", dry_run=True)
    assert found.file.state == ImportState.REFUSED
    assert not CirculationImport.objects.exists()


def test_an_erased_account_stays_erased(tmp_path: Path) -> None:
    Suppressed.objects.create(key=suppression_key("", "1001"), at=MONDAY)
    rows = [*lines(3), a_line(9, former_account_number="1001")]
    assert counts(take(tmp_path, rows)) == ("taken", 4, 2, 0, 2, 0, 0)
    assert set(PrintAccount.objects.values_list("number", flat=True)) == {"1000", "1002"}


def test_one_erased_is_left_out_under_a_number_that_it_had_before_or_has_since(
    tmp_path: Path,
) -> None:
    rows = [*lines(20), a_line(77, former_account_number="1001"), a_line(78)]
    take(tmp_path, rows)
    erasing.suppress([PrintAccount.objects.get(number="1001")], now=MONDAY)
    file = take(tmp_path, rows[::-1], at=MONDAY + DAY)
    assert counts(file) == ("taken", 22, 0, 0, 22, 0, 1)
    there = PrintAccount.objects.filter(absent_since=None)
    assert not there.filter(number__in=["1001", "77"]).exists()
    assert there.count() == 20


def test_a_second_yes_or_no_comes_too_late(tmp_path: Path) -> None:
    take(tmp_path, lines(10))
    held = take(tmp_path, lines(2), at=MONDAY + DAY)
    assert held.state == ImportState.HELD
    staff = make_reader(is_staff=True)
    importing.decline(held.pk, by=staff, now=MONDAY + DAY)
    with pytest.raises(RefusedError, match="declined already"):
        importing.accept(held.pk, by=staff, now=MONDAY + DAY)
    assert nothing_staged()


def test_a_later_file_overtakes_a_held_one(tmp_path: Path) -> None:
    take(tmp_path, lines(10))
    held = take(tmp_path, lines(2), at=MONDAY + DAY)
    take(tmp_path, lines(11), at=MONDAY + 2 * DAY)
    held.refresh_from_db()
    assert held.state == ImportState.DECLINED
    assert "later file" in held.why
    assert nothing_staged()
