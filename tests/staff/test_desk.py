"""The desk: one screen a reader, and what is done there, by whom it may be, with its reason."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import Reader
from paywall import tasks
from paywall.circulation.models import PrintAccount
from paywall.entitlements.models import Entitlement
from paywall.letters.models import Letter
from paywall.metering import freeing
from paywall.metering.models import MeteredRead
from paywall.trail.models import StaffAction
from tests.accounts.doing import is_signed_in, sign_in
from tests.gate.visiting import make_stories, outcome, outcomes
from tests.making import make_reader, make_section
from tests.staff.desk import at_the_desk, do, page_of, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    return at_the_desk()


@pytest.fixture
def reader() -> Reader:
    return make_reader("ada@example.com")


def told() -> list[tuple[str, str, str]]:
    """Return what the trail says: what was done, why, and what came of it."""
    return list(StaffAction.objects.order_by("pk").values_list("what", "reason", "outcome"))


def test_it_says_first_what_is_open_to_everybody(desk: Client, reader: Reader) -> None:
    sport, now = make_section("sport"), timezone.now()
    until = now + timedelta(hours=1)
    ends: dict[str, Any] = {"why": "Storm", "by": reader, "now": now, "until": until}
    freeing.open_all(sport, **ends)
    page = words(desk, page_of(reader))
    assert "Sport stories are open to everybody for now." in page
    assert "All stories are open" not in page
    freeing.open_all(None, **ends)
    assert "All stories are open to everybody until" in words(desk, page_of(reader))


def test_it_says_why_a_reader_is_blocked_and_asking_changes_nothing(
    desk: Client, reader: Reader
) -> None:
    browser, stories = Client(), make_stories(8)
    browser.force_login(reader)
    assert outcomes(browser, stories)[-1] == "meter_spent"
    version = Reader.objects.get(pk=reader.pk).access_version
    asked = f"{page_of(reader)}?story=https://paper.example{stories[7].get_absolute_url()}"
    with CaptureQueriesContext(connection) as captured:
        page = words(desk, asked)
    assert "Blocked: this month’s free stories are used up." in page
    assert "0: 7 of 7 are used." in page
    assert "We answer as for a signed-in reader." in page
    assert "All 7 free stories of the month are used" in page
    assert f"Met the wall at “{stories[7].headline}”" in page
    written = [each["sql"] for each in captured if each["sql"].split()[0] in {"INSERT", "UPDATE"}]
    assert not [sql for sql in written if "session" not in sql]
    assert len(captured) < 45, len(captured)
    assert Reader.objects.get(pk=reader.pk).access_version == version
    assert "It opens: they have read it this month." in words(
        desk, f"{page_of(reader)}?story={stories[0].slug}"
    )
    assert "No published story has this address." in words(desk, f"{page_of(reader)}?story=/none/")


def test_who_never_typed_the_code_is_explained_as_the_stranger_they_are(desk: Client) -> None:
    reader, (story,) = make_reader("new@example.com"), make_stories(1)
    EmailAddress.objects.filter(user=reader).update(verified=False)
    page = words(desk, f"{page_of(reader)}?story={story.slug}")
    assert "Blocked: their address is not confirmed yet." in page
    assert "The address is not confirmed: they have not typed the code" in page


def test_courtesy_opens_at_once_and_ends_after_the_last_day(desk: Client, reader: Reader) -> None:
    browser, (story,) = Client(), make_stories(1)
    browser.force_login(reader)
    until = timezone.localdate() + timedelta(days=7)
    do(desk, reader, "courtesy", until=until.isoformat())
    assert outcome(browser, story) == "entitled"
    right = Entitlement.objects.get()
    assert timezone.localtime(right.ends_at) == timezone.localtime().replace(
        hour=0, minute=0, second=0, microsecond=0
    ) + timedelta(days=8)
    said = f"They read everything until the end of {until:%-d %B %Y}."
    assert told() == [("Give courtesy access", "They rang.", said)]
    page = words(desk, page_of(reader))
    assert f"Reads everything by courtesy of the paper, until {until:%-d %B %Y}." in page
    assert "helpdesk@example.com" in page
    assert "Courtesy access began" not in page  # the deed says so, by whom and why
    do(desk, reader, "end-courtesy")
    assert outcome(browser, story) == "metered"
    assert "Courtesy access ended" not in words(desk, page_of(reader))


def test_what_there_is_nothing_to_do_it_to_is_said_and_not_offered(
    desk: Client, reader: Reader
) -> None:
    page = words(desk, page_of(reader))
    for deed, why_not in {
        "end-courtesy": "They have no courtesy access.",
        "give-back": "They have used none of this month’s free stories.",
        "refund": "There is nothing to give back.",
        "cancel": "No subscription of theirs renews.",
        "resume": "None of theirs is cancelled.",
        "unlink-print": "No print account is linked.",
    }.items():
        assert f'href="{page_of(reader, deed)}"' not in page
        assert why_not in page
    assert f'href="{page_of(reader, "courtesy")}"' in page


@pytest.mark.parametrize(
    "form",
    [
        {"reason": ""},
        {"until": "2001-01-01"},
        {"until": "2999-01-01"},
        {"until": "soon"},
        {"key": ""},
    ],
    ids=["no reason", "a day that is over", "for ever", "no day", "no key"],
)
def test_what_is_not_filled_in_is_not_done(
    desk: Client, reader: Reader, form: dict[str, str]
) -> None:
    sent = {"until": timezone.localdate().isoformat(), **form}
    assert do(desk, reader, "courtesy", **sent).status_code == 200
    assert not Entitlement.objects.exists()
    assert not told()


def test_two_clicks_do_it_once(desk: Client, reader: Reader) -> None:
    form = {"until": timezone.localdate().isoformat(), "key": str(uuid4())}
    do(desk, reader, "courtesy", **form)
    do(desk, reader, "courtesy", **form)
    assert Entitlement.objects.count() == 1
    assert len(told()) == 1


def test_the_months_stories_are_given_back(desk: Client, reader: Reader) -> None:
    browser, stories = Client(), make_stories(8)
    browser.force_login(reader)
    outcomes(browser, stories)
    assert "They have used none" not in words(desk, page_of(reader, "give-back"))
    do(desk, reader, "give-back")
    assert outcome(browser, stories[7]) == "metered"
    assert MeteredRead.objects.filter(given_back=True).count() == 7
    assert "given back" in words(desk, page_of(reader))


def test_a_caller_gets_an_account_and_the_way_to_a_password(
    desk: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    address = reverse("admin:reader_create")
    form = {"email": "New@Example.com", "reason": "Rang.", "key": str(uuid4())}
    with django_capture_on_commit_callbacks(execute=True):
        page = desk.post(address, form, follow=True).content.decode()
    tasks.send_letters()  # where Redis is there, the worker does
    reader = Reader.objects.get(email="new@example.com")
    assert page_of(reader) in page
    assert reverse("account_reset_password") in mail.outbox[0].body
    assert StaffAction.objects.get().reader == reader
    again = desk.post(address, {**form, "key": str(uuid4())}, follow=True).content.decode()
    assert "There is an account with this address already." in again
    assert Reader.objects.filter(email="new@example.com").count() == 1


def test_a_letter_goes_out_again_to_the_address_of_today(
    desk: Client, reader: Reader, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    assert "No letter was written to them yet." in words(desk, page_of(reader, "resend"))
    now = timezone.now()
    letter = Letter.objects.create(
        key="x", kind="started", reader=reader, address="old@example.com", subject="Welcome",
        text="Hello", html="<p>Hello</p>", message_id="<1@x>", written_at=now, sent_at=now,
        next_try_at=now,
    )  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        do(desk, reader, "resend", letter=letter.pk)
    tasks.send_letters()
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["ada@example.com"], "Welcome")
    assert sent.extra_headers["Message-ID"] != "<1@x>"


def test_a_print_account_is_compared_before_it_is_linked_and_unlinked(
    desk: Client, reader: Reader
) -> None:
    now = timezone.now()
    account = PrintAccount.objects.create(
        number="4711", number_key="4711", first_name="Ada", last_name="Byron", city="Quay",
        seats=1, first_seen_at=now, last_seen_at=now,
    )  # fmt: skip
    account.lines.create(status="active")
    first = do(desk, reader, "link-print", number="4711").content.decode()
    assert "Ada Byron, " in first
    assert not told()
    do(desk, reader, "link-print", number="4711", account=account.pk)
    assert Entitlement.objects.in_force(timezone.now()).get().source == "print"
    other = make_reader()
    do(desk, other, "link-print", number="4711", account=account.pk)
    assert told()[-1][2].startswith("It did not happen: All seats")
    do(desk, reader, "unlink-print", activation=account.activations.get(reader=reader).pk)
    assert not Entitlement.objects.in_force(timezone.now()).exists()


def test_a_reader_is_signed_out_everywhere(desk: Client, reader: Reader) -> None:
    browser = Client()
    sign_in(browser, reader.email)
    do(desk, reader, "sign-out")
    assert not is_signed_in(browser)
    assert told() == [("Sign out everywhere", "They rang.", "Signed out on 1 device.")]


def test_the_export_is_a_file_and_is_written_down(desk: Client, reader: Reader) -> None:
    response = do(desk, reader, "export")
    assert json.loads(response.content)["account"]["email"] == "ada@example.com"
    assert response["Content-Disposition"].startswith("attachment")
    assert [what for what, _, _ in told()] == ["Export what is kept"]


def test_erasing_needs_the_address_and_leaves_who_did_it_and_why(reader: Reader) -> None:
    chief = at_the_desk("administrator")
    do(chief, reader, "sign-out", reason="Ada Byron rang.")
    do(chief, reader, "erase", email="another@example.com")
    assert Reader.objects.filter(pk=reader.pk).exists()
    do(chief, reader, "erase", email="Ada@example.com", reason="By letter of 3 May.")
    assert not Reader.objects.filter(email="ada@example.com").exists()
    assert told() == [
        ("Sign out everywhere", "", "Done."),
        ("Erase the reader", "By letter of 3 May.", "The reader was erased."),
    ]
    assert not StaffAction.objects.exclude(about__startswith="reader ").exists()


def test_to_a_colleague_nothing_is_done_but_by_who_manages_them(desk: Client) -> None:
    chief = make_reader("chief@example.com", is_staff=True)
    assert "Do something" not in words(desk, page_of(chief))
    assert do(desk, chief, "sign-out").status_code == 403
    assert do(at_the_desk("administrator"), chief, "sign-out").status_code == 302


def test_a_search_that_finds_one_alone_leads_to_them(desk: Client, reader: Reader) -> None:
    make_reader("adam@example.com")
    address = reverse("admin:reader_search")
    assert desk.get(address, {"q": "ada@example.com"})["Location"] == page_of(reader)
    page = desk.get(address, {"q": "ada"}).content.decode()
    assert page_of(reader) in page
    assert "Nobody was found" in desk.get(address, {"q": "<b>x</b>"}).content.decode()
    assert "private, no-store" in desk.get(address)["Cache-Control"]
