"""What a file changed is still seen once it is in force, and no longer than it is needed."""

from datetime import timedelta
from pathlib import Path

import pytest

from paywall.circulation import erasing, nightly, swapping
from paywall.circulation.kept import KeptChange
from paywall.circulation.models import PrintAccount
from tests.circulation.files import DAY, MONDAY, a_line, lines, take

pytestmark = pytest.mark.django_db


def told() -> dict[str, list[str]]:
    return dict(KeptChange.objects.values_list("number", "what"))


def test_it_is_kept_of_a_file_that_nobody_was_asked_about(tmp_path: Path) -> None:
    take(tmp_path, lines(30))
    KeptChange.objects.all().delete()
    take(tmp_path, [a_line(1000, city="Elsewhere"), *lines(29)[1:], a_line(7)], at=MONDAY + DAY)
    assert told() == {
        "1000": ["city: Brackwater → Elsewhere"],
        "1029": ["not in the file"],
        "7": ["new, active"],
    }


def test_there_are_some_of_each_kind_and_none_of_a_file_that_changes_nothing(
    tmp_path: Path,
) -> None:
    take(tmp_path, lines(30))
    assert KeptChange.objects.count() == 20
    file = take(tmp_path, lines(30), at=MONDAY + DAY)
    assert not file.kept_changes.exists()


def test_a_swap_that_goes_on_keeps_what_was_kept_before_it_began(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(tmp_path, lines(3))

    def breaks(*_: object, **__: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(swapping, "activated", breaks)
        with pytest.raises(MemoryError):
            take(tmp_path, lines(3, city="Elsewhere"), at=MONDAY + DAY)
    take(tmp_path, lines(3, city="Elsewhere"), at=MONDAY + DAY)
    changed = KeptChange.objects.filter(what=["city: Brackwater → Elsewhere"])
    assert changed.count() == 3


def test_it_goes_with_its_account_and_after_three_months(tmp_path: Path) -> None:
    take(tmp_path, lines(2))
    erasing.suppress([PrintAccount.objects.get(number="1000")], now=MONDAY)
    assert list(told()) == ["1001"]
    nightly.forget_old(now=MONDAY + nightly.KEPT)
    assert told()
    nightly.forget_old(now=MONDAY + nightly.KEPT + timedelta(seconds=1))
    assert not told()
