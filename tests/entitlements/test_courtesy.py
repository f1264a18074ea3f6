"""Courtesy access from a file: what each line would do, and doing it once."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from paywall import clock
from paywall.entitlements import courtesy, granting
from paywall.entitlements.courtesy_file import MOST_ROWS, Row, UnreadableError, read
from paywall.entitlements.models import CourtesyBatch, Entitlement, Source
from tests.making import make_reader

NOW = datetime(2026, 11, 14, 12, tzinfo=UTC)
DAY = date(2026, 12, 31)
END = datetime(2027, 1, 1, tzinfo=UTC)
ADD = "admin:paywall_courtesybatch_add"


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a@b.co\nc@d.co\n", [(1, "a@b.co", DAY, ""), (2, "c@d.co", DAY, "")]),
        ("Email;Until\nA@B.co ;2026-12-01\n", [(2, "a@b.co", date(2026, 12, 1), "")]),
        ("\ufeffa@b.co\t2026-12-01\r\n\r\n", [(1, "a@b.co", date(2026, 12, 1), "")]),
        ("a@b.co,1.12.2026", [(1, "a@b.co", DAY, "“1.12.2026” is no day: write it like")]),
        ("a@b.co\nnobody", [(1, "a@b.co", DAY, ""), (2, "nobody", DAY, "no email address")]),
        ("a@b.co\n@b.co", [(1, "a@b.co", DAY, ""), (2, "@b.co", DAY, "no email address")]),
        ("a@b.co\nA@b.co", [(1, "a@b.co", DAY, ""), (2, "a@b.co", DAY, "on line 1 already")]),
    ],
)
def test_a_file_is_read_line_by_line(text: str, rows: list[Any]) -> None:
    found = read(text.encode(), until_date=DAY)
    assert [(row.line, row.address, row.until_date) for row in found] == [one[:3] for one in rows]
    for row, (*_, problem) in zip(found, rows, strict=True):
        assert (problem in row.problem) if problem else not row.problem


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "no address"),
        (b"Email\n", "no address"),
        (b"PK\x00\x03", "no text"),
        (b"a@b.co\n" * (MOST_ROWS + 1), "more than 2000"),
    ],
)
def test_what_is_no_list_is_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(UnreadableError, match=sentence):
        read(data, until_date=DAY)


def give(*rows: Row, key: uuid.UUID | None = None) -> CourtesyBatch:
    facts: dict[str, Any] = {"why": "Prize", "file": "list.csv", "key": key or uuid.uuid4()}
    return courtesy.give(rows, **facts, by=make_reader(), now=NOW)


@pytest.mark.django_db
def test_each_line_says_what_it_does_and_does_that() -> None:
    plain, paying, lasting, ending = (make_reader(f"{name}@b.co") for name in "abcd")
    granting.give(paying, Source.SUBSCRIPTION, starts_at=NOW)
    granting.give(lasting, Source.COURTESY, starts_at=NOW, ends_at=END)
    granting.give(ending, Source.COURTESY, starts_at=NOW, ends_at=END - timedelta(days=1))
    rows = [
        *(Row(line, f"{name}@b.co", DAY) for line, name in enumerate("abcde", start=1)),
        Row(6, "x", DAY, "This is no email address."),
        Row(7, "a@b.co", NOW.date() - timedelta(days=1)),
        Row(8, "a@b.co", date.max),
    ]
    before = plain.access_version
    with CaptureQueriesContext(connection) as asked:
        judged = courtesy.judge(rows, now=NOW)
    assert len(asked) == 2
    assert [(one.reader_id is not None, one.says[:22]) for one in judged] == [
        (True, "Gets access."),
        (True, "Gets access, and reads"),
        (False, "Has courtesy access fo"),
        (True, "Gets access."),
        (False, "Nobody has an account "),
        (False, "This is no email addre"),
        (False, "The last day is over, "),
        (False, "The last day is over, "),
    ]
    batch = give(*rows)
    assert (batch.given, batch.left_out) == (3, 5)
    given = batch.entitlements.order_by("reader")
    assert [(one.reader, one.source, one.ends_at) for one in given] == [
        (reader, "courtesy", END) for reader in (plain, paying, ending)
    ]
    plain.refresh_from_db()
    assert plain.access_version > before


@pytest.mark.django_db
def test_the_same_yes_gives_once_and_can_be_taken_back() -> None:
    make_reader("a@b.co")
    key, staff = uuid.uuid4(), make_reader()
    first, second = (give(Row(1, "a@b.co", DAY), key=key) for _ in range(2))
    assert first == second
    later = NOW + timedelta(days=1)
    assert courtesy.take_back(first, by=staff, now=later)
    assert not courtesy.take_back(first, by=staff, now=later)
    assert Entitlement.objects.get().ends_at == later


@pytest.mark.django_db
def test_staff_see_each_line_before_they_say_yes(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    make_reader("a@b.co")
    client.force_login(make_reader(is_staff=True, is_superuser=True))
    file = SimpleUploadedFile("list.csv", b"a@b.co\n<b>@x\n")
    form = {"file": file, "until_date": "2026-12-31", "why": "Prize"}
    preview = client.post(reverse(ADD), form)
    page = preview.content.decode()
    assert "1 of 2 lines gives access" in page
    assert "&lt;b&gt;@x" in page
    assert not Entitlement.objects.exists()
    yes = {"yes": "yes", "told": preview.context["told"]}
    for _ in range(2):
        assert client.post(reverse(ADD), yes).status_code == 302
    assert Entitlement.objects.count() == 1
    batch = CourtesyBatch.objects.get()
    assert (batch.why, batch.file, batch.given, batch.left_out) == ("Prize", "list.csv", 1, 1)
    one = reverse("admin:paywall_courtesybatch_change", args=[batch.pk])
    assert "Take it all back" in client.get(one).content.decode()
    client.post(one)
    assert not Entitlement.objects.in_force(NOW).exists()


@pytest.mark.django_db
def test_a_yes_to_something_else_gives_nothing(client: Client) -> None:
    client.force_login(make_reader(is_staff=True, is_superuser=True))
    client.post(reverse(ADD), {"yes": "yes", "told": "made-up"})
    assert not CourtesyBatch.objects.exists()
