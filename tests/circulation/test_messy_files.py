"""Files as they come: torn, mixed, hostile. Each gets a clear answer, and every good row is in."""

import bz2
import codecs
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paywall.circulation import sources, staging, unpacking
from paywall.circulation.errors import RefusedError
from paywall.circulation.models import PrintAccount, RejectedRow
from paywall.circulation.profiles import COLUMNS, FIXED_240, STANDARD, Profile
from paywall.circulation.records import Record, records_of
from paywall.circulation.rows import ROW, Rejected, digester_of, reader_of
from paywall.circulation.states import ImportState
from tests.circulation.files import (
    DAY,
    MONDAY,
    a_line,
    counts,
    lines,
    nothing_staged,
    take,
    text_of,
)

db = pytest.mark.django_db

IDS = [
    "UTF-8",
    "BOM",
    "UTF-16",
    "UTF-16-BE",
    "UTF-16-LE",
    "cp1252",
    "both",
    "gz",
    "bz2",
    "xz",
    "zip",
    "CRLF",
    "CR",
    "header",
]
NAMES = [a_line(1, last_name="Müller"), a_line(2, last_name="O’Neil"), a_line(3, city="Zürich")]


def zipped(*files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, file in enumerate(files):
            archive.writestr(f"file{number}.csv", file)
        archive.writestr("__MACOSX/file0.csv", b"junk")
    return packed.getvalue()


@db
@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-8"),
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("cp1252"),
        lambda text: text.encode("utf-8").replace("ü".encode(), b"\xfc", 1),
        lambda text: gzip.compress(text.encode()),
        lambda text: bz2.compress(text.encode()),
        lambda text: lzma.compress(text.encode()),
        lambda text: zipped(text.encode()),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: text.replace("account_number", "Account Number ").encode(),
    ],
    ids=IDS,
)
def test_it_is_read_however_it_is_written(tmp_path: Path, encode: Callable[[str], bytes]) -> None:
    assert counts(take(tmp_path, encode(text_of(NAMES)))) == ("taken", 3, 3, 0, 0, 0, 0)
    names = PrintAccount.objects.order_by("number").values_list("last_name", flat=True)
    assert list(names) == ["Müller", "O’Neil", "Reader3"]
    assert PrintAccount.objects.get(number="3").city == "Zürich"


def _encrypted() -> bytes:
    packed = bytearray(zipped(b"x"))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.index(mark) + place] |= 1
    return bytes(packed)


@db
@pytest.mark.parametrize(
    ("file", "says"),
    [
        (b"", "is empty"),
        (b"\n\n  \n", "is empty"),
        (codecs.BOM_UTF8, "is empty"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "is a web page"),
        ("\ufeff<html>".encode("utf-16-le"), "is a web page"),
        (b"a,b,c\n1,2,3\n", "lacks the columns account_number, first_name"),
        (text_of([a_line(1)]).replace("status", "state").encode(), "lacks the column status"),
        (text_of([a_line(1)]).replace("city", "email").encode(), "lacks the column city"),
        (b"city," + text_of([a_line(1)]).encode(), "names city more than once"),
        (text_of([]).encode(), "has no rows"),
        (text_of([a_line(1, status="?")]).encode(), "None of its 1 rows"),
        (gzip.compress(text_of(NAMES).encode())[:-20], "damaged or cut off"),
        (zipped(text_of(NAMES).encode())[:-40], "cannot be unpacked"),
        (zipped(b"a", b"b"), "holds 2 files"),
        (_encrypted(), "with a password"),
        (b"\xd0\xcf\x11\xe0" + bytes(range(256)) * 40, "lacks the columns"),
        (b"\x89PNG\r\n\x1a\n" + bytes(4000), "lacks the columns"),
        ("א,ב\n".encode() * 9, "lacks the columns"),
    ],
)
def test_a_file_of_another_kind_is_refused_and_says_why(
    tmp_path: Path, file: bytes, says: str
) -> None:
    found = take(tmp_path, file)
    assert found.state == ImportState.REFUSED
    assert says in found.why
    assert nothing_staged()


@db
def test_a_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "LARGEST", 1024**2)
    bomb = text_of(NAMES).encode() + b"," * (30 * 1024**2)
    for packed in (zipped(bomb), gzip.compress(bomb), lzma.compress(bomb)):
        file = take(tmp_path, packed)
        assert file.state == ImportState.REFUSED
        assert "unpacks to more than 1 MB" in file.why
    assert nothing_staged()


@db
def test_a_file_too_large_to_fetch_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "LARGEST", 1024)
    assert "larger than 0 MB" in take(tmp_path, lines(100)).why


@db
def test_a_file_of_nonsense_is_not_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "SENSELESS", 100)
    monkeypatch.setattr(staging, "MOST_WRONG", 10)
    rows = [a_line(1), *(a_line(number, status="?") for number in range(300))]
    file = take(tmp_path, rows)
    assert file.state == ImportState.REFUSED
    assert "make no sense" in file.why
    assert RejectedRow.objects.count() < 120


@db
def test_what_is_wrong_is_told_by_its_physical_line(tmp_path: Path) -> None:
    head, *rows = text_of(lines(200)).splitlines()
    street = '"1 Quay\nStreet"'
    rows[0] = rows[0].replace("1 Quay Street", street)
    rows[1] = rows[1].replace("active", "actve")
    rows[2] = rows[2].replace("2026-12-31", "31.12.2026")
    rows[3] = rows[3].replace("Ada", "A\0da")
    rows[4] = rows[4] + ",more"
    rows.insert(0, "")
    file = take(tmp_path, "\n".join([head, *rows]))
    assert (file.rows, file.new, file.rejected) == (200, 196, 4)
    assert [str(row) for row in RejectedRow.objects.all()] == [
        "line 5: the status “actve” is none of active, hold, stopped, nonpay",
        "line 6: the date “31.12.2026” is not like 2026-01-31",
        "line 7: holds a NUL, which is no text",
        "line 8: has 12 fields where the header has 11",
    ]
    assert PrintAccount.objects.get(number="1000").street == "1 Quay Street"


@db
def test_a_quote_that_is_never_closed_costs_its_own_row_alone(tmp_path: Path) -> None:
    head, *rows = text_of(lines(200)).splitlines()
    rows[50] = rows[50].replace("Ada", '"Ada')
    rows[120] = rows[120].replace("Ada", '"Ada')
    rows[125] = rows[125].replace("Ada", '"Ada, B."')
    rows[199] = rows[199].replace("Ada", '"Ada')
    file = take(tmp_path, "\n".join([head, *rows]) + "\n")
    assert (file.rows, file.new, file.rejected) == (200, 197, 3)
    assert [row.line for row in RejectedRow.objects.all()] == [52, 122, 201]


@db
def test_a_field_of_ten_megabytes_costs_its_own_row_alone(tmp_path: Path) -> None:
    rows = [*lines(150), a_line(5, street="x" * 10_000_000), a_line(6, city='"' * 10_000_000)]
    file = take(tmp_path, [*rows, *(a_line(number) for number in range(10, 60))])
    assert (file.new, file.state) == (200, ImportState.TAKEN)
    assert file.rejected == 2
    assert [row.reason for row in RejectedRow.objects.all()] == [
        "is longer than 65536 characters",
        "is longer than 65536 characters",
    ]


@db
def test_letters_of_every_script_are_kept(tmp_path: Path) -> None:
    row = a_line("Ä-7", last_name="Kalaniʻōpuʻu", city="東京 \\N \\. 🗞", street="tab\\t")
    take(tmp_path, [row])
    account = PrintAccount.objects.get()
    assert (account.number_key, account.last_name) == ("Ä7", "Kalaniʻōpuʻu")
    assert (account.city, account.street) == ("東京 \\N \\. 🗞", "tab\\t")


# -- What no file can do -------------------------------------------------------------------------

messy = st.text(st.sampled_from("abZ09 ,;\"'\n\r\t\0\\|=+-@éÄ\u2028\ufeff\ud800"), max_size=12)
fields = st.one_of(messy, st.sampled_from(["active", "2026-01-31", "0001-01-01", "MTWRFSU"]))


def read_all(raw: bytes, profile: Profile) -> list[Record] | str:
    """Return the records of a file, or why it is refused."""
    try:
        return list(records_of(unpacking.text_of(io.BytesIO(raw), "It"), profile))
    except RefusedError as error:
        return str(error)


@given(st.lists(st.lists(fields, max_size=13), max_size=12), st.booleans())
def test_records_and_rows_never_fail_and_keep_their_limits(
    rows: list[list[str]], headed: bool
) -> None:
    text = "\n".join(",".join(row) for row in rows)
    raw = (text_of([]) * headed + text).encode("utf-8", "surrogatepass")
    read, digest_of = reader_of(STANDARD), digester_of(STANDARD)
    found = read_all(raw, STANDARD)
    assert found or headed
    if isinstance(found, str):
        return
    numbers = [line for line, _ in found]
    assert numbers == sorted(set(numbers))
    for _, record in found:
        if not isinstance(record, tuple):
            assert record.reason
            continue
        row = read(record)
        if isinstance(row, Rejected):
            assert row.reason
        else:
            assert 0 <= digest_of(record) < 2**62
            assert not any(set(value) & set("\t\n\r\0") for value in row)
            assert row[ROW.index("number_key")]


@given(st.lists(st.text("DT0129 SUBA\n\r", max_size=260), max_size=6))
def test_fixed_widths_never_fail(rows: list[str]) -> None:
    found = read_all("\n".join(rows).encode(), FIXED_240)
    if isinstance(found, str):
        assert "cut off" in found or "empty" in found
        return
    for _, record in found:
        if isinstance(record, tuple):
            assert len(record) == len(COLUMNS)
            assert reader_of(FIXED_240)(record)


@given(
    st.sampled_from([b"", b"PK\x03\x04", b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\x00"]),
    st.binary(min_size=1, max_size=200),
)
def test_bytes_of_any_kind_are_read_or_refused(start: bytes, rest: bytes) -> None:
    assert isinstance(read_all(start + rest, STANDARD), str)


@db
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.integers(0, 200), messy), max_size=5), st.integers(0, 2**32))
def test_good_rows_are_in_whatever_stands_between_them(
    tmp_path: Path, junk: list[tuple[int, str]], number: int
) -> None:
    good = [a_line(f"G{number}{row:03}") for row in range(200)]
    head, *rows = text_of(good).splitlines()
    for place, piece in junk:
        rows.insert(place, "junk," + piece.replace("\n", " ").replace("\r", " "))
    raw = "\n".join([head, *rows]).encode("utf-8", "surrogatepass")
    before = PrintAccount.objects.filter(absent_since=None).count()
    PrintAccount.objects.all().delete()
    file = take(tmp_path, raw, at=MONDAY + DAY, profile="standard-changes", name=f"{before}.csv")
    assert file.state in {ImportState.TAKEN, ImportState.HELD}
    if file.state == ImportState.TAKEN:
        assert PrintAccount.objects.count() == file.new == 200
