"""Circulation files of other shapes."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from paywall.circulation.check_digits import is_checked
from paywall.circulation.models import PrintAccount, PrintLine, RejectedRow
from paywall.circulation.profiles import FIXED_240, PROFILES, STANDARD, Delimited, FixedWidth
from tests.circulation.files import a_line, counts, lines, take, text_of

pytestmark = pytest.mark.django_db


def fixed(**fields: str) -> str:
    """Return a line of fixed-240."""
    layout = FIXED_240.layout
    assert isinstance(layout, FixedWidth)
    line = list("D".ljust(layout.length))
    shown = {
        "publication": "GAZT",
        "account_number": "SUB1234567897",
        "status": "A",
        "delivery_days": "YYYYYYN",
        "paid_through": "20261231",
        "hold_until": "00000000",
        "last_name": "OKAFOR",
        "first_name": "ANA",
        "street": "12 QUAY STREET",
        "postal_code": "10001-223",
        "phone": "5550101234",
        **fields,
    }
    for name, value in shown.items():
        first, width = layout.fields[name]
        assert len(value) <= width, name
        line[first - 1 : first - 1 + width] = value.ljust(width)
    return "".join(line)


def whole(*rows: str, count: int | None = None) -> str:
    trailer = f"T{len(rows) if count is None else count:09}"
    return "\r\n".join(["H CIRCULATION 20260302", *rows, trailer, ""])


def test_fixed_widths_are_read_by_their_places(tmp_path: Path) -> None:
    file = take(tmp_path, whole(fixed(product="DLY", rate_code="SR")), profile="fixed-240")
    assert counts(file) == ("taken", 1, 1, 0, 0, 0, 0)
    account = PrintAccount.objects.get()
    assert (account.publication, account.number) == ("GAZT", "SUB1234567897")
    assert (account.number_key, account.last_name) == ("1234567897", "OKAFOR")
    assert (account.street, account.phone_last4) == ("12 QUAY STREET", "1234")
    line = PrintLine.objects.get()
    assert (line.status, line.delivery_days, line.product) == ("active", "MTWRFS", "DLY")
    assert (line.paid_through, line.hold_until, line.rate_code) == (date(2026, 12, 31), None, "SR")


def test_a_wrong_check_digit_is_noticed(tmp_path: Path) -> None:
    rows = [fixed(account_number="SUB1234567890"), fixed()]
    take(tmp_path, whole(*rows), profile="fixed-240")
    rejected = RejectedRow.objects.get()
    assert (rejected.line, rejected.number) == (2, "SUB1234567890")
    assert "check digit" in rejected.reason


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (whole(fixed(), count=2), "has 1 rows and its last line says 000000002 rows"),
        (fixed() + "\n", "its last line is missing"),
        (whole(), "has no rows"),
    ],
)
def test_a_file_that_was_cut_off_is_refused(tmp_path: Path, text: str, says: str) -> None:
    file = take(tmp_path, text, profile="fixed-240")
    assert file.state == "refused"
    assert says in file.why


def test_a_line_of_another_kind_or_length_is_rejected(tmp_path: Path) -> None:
    rows = [fixed(), "X" + fixed()[1:], fixed() + "more"]
    take(tmp_path, whole(*rows, count=2), profile="fixed-240")
    assert [str(row) for row in RejectedRow.objects.all()] == [
        "line 3: does not begin with D",
        "line 4: is 244 characters long, more than 240",
    ]


def test_a_profile_says_in_code_what_another_system_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        PROFILES,
        "semicolons",
        replace(
            STANDARD,
            name="semicolons",
            layout=Delimited(delimiter=";"),
            columns={"account_number": "Kundennummer"},
            encoding="cp437",
            dates=("%d.%m.%Y",),
            no_date=frozenset({"unbefristet"}),
            statuses={"läuft": "active", "ruht": "hold", "aus": "stopped"},
            publication="Bote",
        ),
    )
    rows = [
        a_line(1, status="läuft", paid_through="31.12.2026", last_name="Grün"),
        a_line(2, status="ruht", paid_through="unbefristet"),
    ]
    text = text_of(rows).replace("account_number", "Kundennummer").replace(",", ";")
    file = take(tmp_path, text.encode("cp437"), profile="semicolons")
    assert counts(file) == ("taken", 2, 2, 0, 0, 0, 0)
    assert PrintAccount.objects.get(number="1").last_name == "Grün"
    assert set(PrintAccount.objects.values_list("publication", flat=True)) == {"Bote"}
    dates = PrintLine.objects.order_by("account__number").values_list("paid_through", flat=True)
    assert list(dates) == [date(2026, 12, 31), None]


@pytest.mark.parametrize("written", ["9999-12-31", "1900-01-01", "0001-01-01"])
def test_a_date_that_stands_for_none_is_none(tmp_path: Path, written: str) -> None:
    take(tmp_path, [*lines(1), a_line(5, paid_through=written)])
    assert PrintLine.objects.get(account__number="5").paid_through is None


@pytest.mark.parametrize(
    ("key", "check", "right"),
    [
        ("1234567897", "luhn", True),
        ("1234567890", "luhn", False),
        ("123456789X", "luhn", False),
        ("080442957X", "mod11", True),
        ("0804429575", "mod11", False),
        ("A1", "mod11", False),
        ("٣", "luhn", False),
    ],
)
def test_check_digits(key: str, check: str, right: bool) -> None:
    assert is_checked(key, check) is right
