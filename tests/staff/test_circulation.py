"""Staff and circulation files: sending one, seeing what it would do, saying yes or no."""

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from paywall import tasks
from paywall.circulation.models import CirculationImport, PrintAccount, PrintProduct
from paywall.circulation.rejects import neutralised
from paywall.circulation.states import ImportState
from paywall.staff import upload_page
from tests.circulation.files import DAY, a_line, activate, is_open, lines, take, text_of
from tests.making import make_reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(make_reader("desk@example.com", is_staff=True, is_superuser=True))
    return client


def send(staff: Client, file: bytes, name: str = "tonight.csv") -> HttpResponse:
    """Send a file, and return its page once it is read."""
    sent = keep(staff, file, name)
    tasks.read_sent_circulation_files()  # the worker does
    return staff.get(sent["Location"])  # type: ignore[return-value]


def keep(staff: Client, file: bytes, name: str = "tonight.csv") -> HttpResponse:
    return staff.post(  # type: ignore[return-value]
        reverse("admin:paywall_circulationimport_send"),
        {"file": SimpleUploadedFile(name, file), "profile": "standard"},
    )


def page_of(file: CirculationImport) -> str:
    return reverse("admin:paywall_circulationimport_change", args=[file.pk])


def test_a_file_that_was_sent_is_shown_and_changes_nothing_until_the_yes(
    staff: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    page = send(staff, text_of([*lines(60), a_line(5, status="?")]).encode()).content.decode()
    assert "this is what the file would do" in page
    assert "Line 62, account 5: the status “?” is none of" in page
    assert not PrintAccount.objects.exists()
    file = CirculationImport.objects.get()
    assert (file.state, file.source, file.new) == (ImportState.HELD, "tonight.csv", 60)
    with django_capture_on_commit_callbacks(execute=True):
        staff.post(page_of(file), {"yes": "yes"})
    tasks.go_on_with_circulation()  # where Redis is there, the worker does
    file.refresh_from_db()
    assert (file.state, str(file.decided_by)) == (ImportState.TAKEN, "desk@example.com")
    assert PrintAccount.objects.count() == 60
    page = staff.get(page_of(file)).content.decode()
    assert "desk@example.com said yes on" in page
    assert "Some of what it changed" in page
    assert "1000 Reader1000: new, active" in page


def test_until_it_is_read_its_page_says_so_and_looks_again_by_itself(staff: Client) -> None:
    address = keep(staff, text_of(lines(3)).encode())["Location"]
    page = staff.get(address).content.decode()
    assert '<meta http-equiv="refresh" content="5">' in page
    assert "about to be read" in page
    assert "put it in force" not in page
    CirculationImport.objects.update(state=ImportState.STAGING)
    assert "It is being read" in staff.get(address).content.decode()
    CirculationImport.objects.update(state=ImportState.WAITING)
    tasks.read_sent_circulation_files()
    page = staff.get(address).content.decode()
    assert "put it in force" in page
    assert "http-equiv" not in page


def test_a_file_that_is_too_large_is_not_kept(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload_page, "LARGEST", 10)
    assert "It is larger than" in keep(staff, b"x" * 11).content.decode()
    assert not CirculationImport.objects.exists()


def test_a_no_puts_it_aside(staff: Client) -> None:
    send(staff, text_of(lines(3)).encode())
    file = CirculationImport.objects.get()
    page = staff.post(page_of(file), {"no": "no"}, follow=True).content.decode()
    assert "Nothing was changed" in page
    assert not PrintAccount.objects.exists()
    page = staff.post(page_of(file), {"yes": "yes"}, follow=True).content.decode()
    assert "declined already" in page


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (b"", "is empty"),
        (b"<html></html>", "is a web page"),
        (b"PK\x03\x04junk", "cannot be unpacked"),
        (b"\x1f\x8b\x08\x00", "damaged or cut off"),
    ],
)
def test_a_bad_file_gets_a_clear_answer(staff: Client, file: bytes, says: str) -> None:
    response = send(staff, file)
    assert response.status_code == 200
    assert says in response.content.decode()


def test_a_held_file_shows_why_and_what_would_change(staff: Client, tmp_path: Path) -> None:
    now = timezone.now()
    take(tmp_path, lines(10), at=now - 2 * DAY)
    activation = activate(1009, at=now)
    rows = [
        a_line(1000, last_name="New"),
        a_line(1001, status="hold"),
        a_line(1002),
        a_line(1002, status="stopped"),
        a_line(77),
    ]
    held = take(tmp_path, rows, at=now - DAY)
    page = staff.get(page_of(held)).content.decode()
    assert "It has 5 rows; the last had 10." in page
    for wanted in (
        "1009 Reader1009: not in the file",
        "1000 Reader1000: last name: Reader1000 → New",
        "1001 Reader1001: status: active → hold",
        "1002 Reader1002: lines: active → active, stopped",
        "77 Reader77: new, active",
        "circulation.csv",
    ):
        assert wanted in page
    assert is_open(activation, now)


def test_the_yes_to_a_file_that_was_stopped_is_asked_for_twice(
    staff: Client, tmp_path: Path
) -> None:
    now = timezone.now()
    take(tmp_path, lines(10), at=now - 2 * DAY)
    held = take(tmp_path, [a_line(1000, last_name="New"), *lines(5)[1:]], at=now - DAY)
    page = " ".join(staff.get(page_of(held)).content.decode().split())
    assert "would read on for 14 days" in page
    assert "5 accounts would end on" in page
    page = staff.post(page_of(held), {"yes": "yes"}, follow=True).content.decode()
    assert "Say that you have looked at it" in page
    held.refresh_from_db()
    assert held.state == ImportState.HELD
    staff.post(page_of(held), {"yes": "yes", "sure": "yes"})
    tasks.go_on_with_circulation()
    page = staff.get(page_of(held)).content.decode()
    assert "1000 Reader1000: last name: Reader1000 → New" in page
    assert "1009 Reader1009: not in the file" in page
    assert "is being put in force" not in page


def test_a_look_at_a_file_decides_nothing_of_another(staff: Client, tmp_path: Path) -> None:
    take(tmp_path, lines(10), at=timezone.now() - 2 * DAY)
    held = take(tmp_path, lines(5), at=timezone.now() - DAY)
    send(staff, text_of(lines(10, city="Elsewhere")).encode())
    looked_at = CirculationImport.objects.get(source="tonight.csv")
    held.refresh_from_db()
    assert (held.state, looked_at.state) == (ImportState.HELD, ImportState.HELD)
    staff.post(page_of(looked_at), {"yes": "yes"})
    tasks.go_on_with_circulation()
    page = staff.get(page_of(held)).content.decode()
    assert "A later file has taken its place" in page
    assert "reads on" not in page
    assert "Nobody decided on it: a later file, tonight.csv, was taken on" in page
    page = staff.post(page_of(held), {"yes": "yes"}, follow=True).content.decode()
    assert "It is too old" in page


def test_a_file_that_was_looked_at_waits_though_another_was_stopped_since(
    staff: Client, tmp_path: Path
) -> None:
    take(tmp_path, lines(10), at=timezone.now() - 2 * DAY)
    send(staff, text_of(lines(10, city="Elsewhere")).encode())
    take(tmp_path, lines(5), at=timezone.now())
    assert CirculationImport.objects.filter(state=ImportState.HELD).count() == 2


def test_rejected_rows_come_as_a_table_without_formulas(staff: Client, tmp_path: Path) -> None:
    file = take(
        tmp_path, [*lines(90), a_line("=1+1", status="=cmd()"), a_line("@SUM", street="y" * 999)]
    )
    response = staff.get(reverse("admin:paywall_circulationimport_rejected", args=[file.pk]))
    assert response["Content-Type"].startswith("text/csv")
    rows = b"".join(response.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert rows[0] == "line,account_number,reason"
    assert rows[1].startswith("92,'=1+1,")
    assert rows[2].startswith("93,'@SUM,street is longer")


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_what_a_spreadsheet_would_run_is_text(text: str) -> None:
    assert neutralised(text) == f"'{text}"


def test_a_late_file_is_told_to_staff(
    staff: Client, tmp_path: Path, settings: LazySettings
) -> None:
    settings.CIRCULATION_SOURCE = str(tmp_path / "circulation.csv")
    address = reverse("admin:paywall_circulationimport_changelist")
    assert "No circulation file has been taken yet" in staff.get(address).content.decode()
    take(tmp_path, lines(3), at=timezone.now() - 3 * DAY)
    assert "Nobody loses access because of that" in staff.get(address).content.decode()
    take(tmp_path, lines(4), at=timezone.now())
    assert "Nobody loses access" not in staff.get(address).content.decode()


def test_a_change_of_what_print_opens_is_in_force_at_once(
    staff: Client,
    tmp_path: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    now = timezone.now()
    take(tmp_path, [a_line(1, rate_code="STAFF"), a_line(2)], at=now)
    employee, subscriber = activate(1, at=now), activate(2, at=now)
    with django_capture_on_commit_callbacks(execute=True):
        staff.post(
            reverse("admin:paywall_printproduct_add"), {"rate_code": "staff", "opens": "nothing"}
        )
    tasks.follow_print()  # where Redis is there, the worker does
    later = timezone.now()
    assert not is_open(employee, later)
    assert is_open(subscriber, later)
    with django_capture_on_commit_callbacks(execute=True):
        product = PrintProduct.objects.get()
        staff.post(reverse("admin:paywall_printproduct_delete", args=[product.pk]), {"post": "yes"})
    tasks.follow_print()
    assert is_open(employee, timezone.now())


def test_an_account_is_found_by_its_number_and_only_its_seats_change(
    staff: Client, tmp_path: Path
) -> None:
    take(tmp_path, lines(3))
    found = staff.get(reverse("admin:paywall_printaccount_changelist"), {"q": "1001"})
    assert "Reader1001" in found.content.decode()
    account = PrintAccount.objects.get(number="1001")
    page = reverse("admin:paywall_printaccount_change", args=[account.pk])
    assert staff.get(page).status_code == 200
    staff.post(
        page,
        {
            "seats": "5",
            "last_name": "Mallory",
            "lines-TOTAL_FORMS": "1",
            "lines-INITIAL_FORMS": "1",
            "lines-0-id": str(account.lines.get().pk),
            "lines-0-account": str(account.pk),
        },
    )
    account.refresh_from_db()
    assert (account.seats, account.last_name) == (5, "Reader1001")


def test_an_account_leads_to_a_history_only_where_staff_have_changed_it(
    staff: Client, tmp_path: Path
) -> None:
    take(tmp_path, lines(1))
    account = PrintAccount.objects.get()
    page = reverse("admin:paywall_printaccount_change", args=[account.pk])
    history = reverse("admin:paywall_printaccount_history", args=[account.pk])
    assert history not in staff.get(page).content.decode()
    line = account.lines.get()
    management = {"lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "1"}
    one = {"lines-0-id": str(line.pk), "lines-0-account": str(account.pk)}
    staff.post(page, {"seats": "5", **management, **one})
    assert history in staff.get(page).content.decode()


def test_counts_and_names_of_files_are_short_in_the_list(staff: Client, tmp_path: Path) -> None:
    file = take(tmp_path, lines(3))
    CirculationImport.objects.update(rows=12345)
    page = staff.get(reverse("admin:paywall_circulationimport_changelist")).content.decode()
    assert "12,345" in page
    assert ">circulation.csv<" in page
    assert file.source != "circulation.csv"


def test_staff_without_the_right_see_no_file(client: Client) -> None:
    client.force_login(make_reader("helper@example.com", is_staff=True))
    for name, args in (("send", []), ("change", [1]), ("rejected", [1])):
        address = reverse(f"admin:paywall_circulationimport_{name}", args=args)
        assert client.get(address).status_code in {302, 403}
        assert client.post(address, {"yes": "yes"}).status_code in {302, 403}
