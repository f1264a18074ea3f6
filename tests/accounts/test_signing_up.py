import re
import threading
from datetime import UTC, datetime, timedelta
from smtplib import SMTPRecipientsRefused
from unittest.mock import patch

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import Reader
from tests.accounts.doing import (
    ASK_FOR_CODE,
    PASSWORD,
    SIGN_IN,
    SIGN_UP,
    TYPE_CODE_TO_SIGN_IN,
    TYPE_CODE_TO_VERIFY,
    WRONG,
    ask_again,
    is_signed_in,
    make_unproved_reader,
    newest_code,
    sign_in,
    sign_up,
    type_code,
    who,
    words,
)
from tests.making import make_article, make_reader

pytestmark = pytest.mark.django_db

ADA = "ada@example.com"
NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("password", ["", PASSWORD], ids=["without a password", "with one"])
def test_a_stranger_starts_an_account_and_is_back_on_the_story(
    client: Client, password: str
) -> None:
    story = make_article().get_absolute_url()
    page = client.get(SIGN_UP, {"next": story})
    assert f'name="next" value="{story}"' in page.content.decode()

    response = sign_up(client, "Ada@Example.com", password, next=story)
    assert response["Location"] == f"{TYPE_CODE_TO_VERIFY}?next={story.replace('/', '%2F')}"
    assert ADA in words(client.get(response["Location"]))
    assert not is_signed_in(client)

    response = type_code(client, TYPE_CODE_TO_VERIFY, next=story)
    assert response["Location"] == story
    assert client.get(story)["Paywall-Outcome"] == "metered"
    reader = who(client)
    assert reader is not None
    assert (reader.email, reader.has_usable_password()) == (ADA, bool(password))
    assert EmailAddress.objects.get(user=reader).verified


def test_the_password_is_optional_and_the_page_says_so(client: Client) -> None:
    page = client.get(SIGN_UP).content.decode()
    field = re.search(r'<input[^>]*name="password1"[^>]*>', page)
    assert field
    assert "required" not in field[0]
    assert 'autocomplete="new-password"' in field[0]
    assert "Password, if you want one" in page
    assert "You can leave this empty" in page


def test_a_weak_password_is_refused_and_the_error_belongs_to_the_field(client: Client) -> None:
    page = sign_up(client, ADA, "password").content.decode()
    assert "too common" in page
    field = re.search(r'<input[^>]*name="password1"[^>]*>', page)
    assert field
    assert "id_password1_error" in field[0]
    assert 'id="id_password1_error"' in page
    assert Reader.objects.count() == 0


def test_a_code_may_be_typed_in_any_way(client: Client) -> None:
    for way in (
        str,
        lambda code: code.replace("-", ""),
        lambda code: f" {code.replace('-', ' ')} ",
    ):
        visitor = Client()
        sign_up(visitor, f"{id(way)}@example.com")
        type_code(visitor, TYPE_CODE_TO_VERIFY, way(newest_code()))
        assert is_signed_in(visitor)


def test_no_link_verifies_an_address(client: Client) -> None:
    sign_up(client, ADA)
    code = newest_code()
    for path in (TYPE_CODE_TO_VERIFY, SIGN_IN, SIGN_UP, ASK_FOR_CODE, "/accounts/", "/"):
        for browser in (client, Client()):
            browser.get(path, {"code": code, "key": code})
            browser.head(path, {"code": code})
    assert client.get(f"{TYPE_CODE_TO_VERIFY}{code}/").status_code == 404
    assert not EmailAddress.objects.get().verified
    assert not is_signed_in(client)


def test_the_letter_of_a_new_account_has_no_link_but_the_papers_address(client: Client) -> None:
    sign_up(client, ADA)
    assert re.findall(r"https?://\S+", str(mail.outbox[0].body)) == ["http://127.0.0.1:8000"]


class TestTheCode:
    def test_survives_a_reload_another_app_and_the_story_page(self, client: Client) -> None:
        with time_machine.travel(NOON, tick=False) as clock:
            story = make_article().get_absolute_url()
            sign_up(client, ADA, next=story)
            code = newest_code()
            for _ in range(3):
                clock.shift(5 * MINUTE)
                assert client.get(story)["Paywall-Outcome"] == "verify_email"
                assert ADA in words(client.get(TYPE_CODE_TO_VERIFY))
            clock.shift(5 * MINUTE)
            assert type_code(client, TYPE_CODE_TO_VERIFY, code)["Location"] == story

    def test_leads_to_the_story_that_was_opened_last(self, client: Client) -> None:
        sign_up(client, ADA, next="/stories/one/")
        response = type_code(client, TYPE_CODE_TO_VERIFY, next="/stories/two/")
        assert response["Location"] == "/stories/two/"

    def test_lives_twenty_minutes_and_no_longer(self, client: Client) -> None:
        with time_machine.travel(NOON, tick=False) as clock:
            story = make_article().get_absolute_url()
            sign_up(client, ADA)
            clock.shift(20 * MINUTE + timedelta(seconds=1))
            assert client.get(story)["Paywall-Outcome"] == "sign_in"
            response = type_code(client, TYPE_CODE_TO_VERIFY)
            assert response["Location"] == TYPE_CODE_TO_VERIFY
            assert not is_signed_in(client)

    def test_that_has_run_out_is_followed_by_another(self, client: Client) -> None:
        with time_machine.travel(NOON, tick=False) as clock:
            sign_up(client, ADA, PASSWORD, next="/stories/one/")
            clock.shift(25 * MINUTE)
            assert "Send me a new code" in words(client.get(TYPE_CODE_TO_VERIFY))
            old = newest_code()
            ask_again(client, TYPE_CODE_TO_VERIFY)
            assert newest_code() != old
            clock.shift(20 * MINUTE)
            type_code(client, TYPE_CODE_TO_VERIFY, old)
            assert not is_signed_in(client)
            assert type_code(client, TYPE_CODE_TO_VERIFY)["Location"] == "/stories/one/"
        assert Reader.objects.get().check_password(PASSWORD)

    def test_is_not_awaited_for_ever(self, client: Client) -> None:
        with time_machine.travel(NOON, tick=False) as clock:
            sign_up(client, ADA)
            clock.shift(121 * MINUTE)
            response = client.get(TYPE_CODE_TO_VERIFY, {"next": "/stories/one/"})
            assert response["Location"] == f"{SIGN_IN}?next=%2Fstories%2Fone%2F"
            assert "we can email you a new one" in words(client.get(response["Location"]))

    def test_may_be_typed_wrong_four_times_and_not_five(self, client: Client) -> None:
        sign_up(client, ADA)
        code = newest_code()
        for _ in range(4):
            assert "That is not the code" in words(type_code(client, TYPE_CODE_TO_VERIFY, WRONG))
        type_code(client, TYPE_CODE_TO_VERIFY, WRONG)
        assert "typed too often" in words(client.get(TYPE_CODE_TO_VERIFY))
        type_code(client, TYPE_CODE_TO_VERIFY, code)
        assert not is_signed_in(client)

        ask_again(client, TYPE_CODE_TO_VERIFY)
        type_code(client, TYPE_CODE_TO_VERIFY)
        assert is_signed_in(client)

    def test_may_not_be_guessed_by_many_requests_at_once(self, client: Client) -> None:
        sign_up(client, ADA)
        code, session = newest_code(), dict(client.session.items())
        for _ in range(5):
            type_code(client, TYPE_CODE_TO_VERIFY, WRONG)
            stored = client.session  # as a request sees it that began before the others ended
            stored.update(session)
            stored.save()
        type_code(client, TYPE_CODE_TO_VERIFY, code)
        assert not is_signed_in(client)

    def test_is_sent_again_three_times(self, client: Client) -> None:
        with time_machine.travel(NOON, tick=False) as clock:
            sign_up(client, ADA)
            for _ in range(5):
                clock.shift(2 * MINUTE)
                ask_again(client, TYPE_CODE_TO_VERIFY)
            assert len(mail.outbox) == 4
            assert "Send another letter" not in words(client.get(TYPE_CODE_TO_VERIFY))
            type_code(client, TYPE_CODE_TO_VERIFY)
        assert is_signed_in(client)

    def test_is_not_sent_again_by_every_click(self, client: Client) -> None:
        sign_up(client, ADA)
        for _ in range(3):
            ask_again(client, TYPE_CODE_TO_VERIFY)
        assert len(mail.outbox) == 3
        assert "only just sent you a letter" in words(client.get(TYPE_CODE_TO_VERIFY))

    def test_typed_twice_signs_in_once(self, client: Client) -> None:
        sign_up(client, ADA)
        code = newest_code()
        type_code(client, TYPE_CODE_TO_VERIFY, code)
        response = type_code(client, TYPE_CODE_TO_VERIFY, code)
        assert response.status_code == 302
        assert is_signed_in(client)

    def test_of_another_browser_is_of_no_use(self, client: Client) -> None:
        sign_up(client, ADA)
        response = type_code(Client(), TYPE_CODE_TO_VERIFY)
        assert response["Location"] == SIGN_IN
        assert not EmailAddress.objects.get().verified

    def test_of_a_deleted_account_opens_nothing(self, client: Client) -> None:
        sign_up(client, ADA)
        Reader.objects.all().delete()
        response = type_code(client, TYPE_CODE_TO_VERIFY)
        assert response.status_code in {200, 302}
        assert not is_signed_in(client)

    def test_still_signs_in_when_the_address_was_proved_elsewhere(self, client: Client) -> None:
        sign_up(client, ADA)
        code, phone = newest_code(), Client()
        phone.post(ASK_FOR_CODE, {"email": ADA})
        type_code(phone, TYPE_CODE_TO_SIGN_IN)
        assert is_signed_in(phone)
        type_code(client, TYPE_CODE_TO_VERIFY, code)
        assert is_signed_in(client)


class TestAnUnprovedAddress:
    def test_signs_up_again_with_the_password_of_whoever_proves_it(self, client: Client) -> None:
        sign_up(Client(), ADA, "a stranger's words")
        sign_up(client, ADA, PASSWORD, next="/stories/one/")
        assert Reader.objects.count() == 1
        assert type_code(client, TYPE_CODE_TO_VERIFY)["Location"] == "/stories/one/"
        assert is_signed_in(client)
        assert Reader.objects.get().check_password(PASSWORD)

    def test_signs_up_again_without_a_password_and_then_has_none(self, client: Client) -> None:
        sign_up(Client(), ADA, "a stranger's words")
        sign_up(client, ADA)
        type_code(client, TYPE_CODE_TO_VERIFY)
        assert is_signed_in(client)
        assert not Reader.objects.get().has_usable_password()

    def test_is_not_taken_over_by_signing_up_later(self, client: Client) -> None:
        sign_up(client, ADA, PASSWORD)
        code = newest_code()
        sign_up(Client(), ADA, "a stranger's words")
        type_code(client, TYPE_CODE_TO_VERIFY, code)
        assert is_signed_in(client)
        assert Reader.objects.get().check_password(PASSWORD)

    def test_signs_in_by_code_and_an_earlier_strangers_password_is_gone(
        self, client: Client
    ) -> None:
        make_unproved_reader(ADA, "a stranger's words")
        client.post(ASK_FOR_CODE, {"email": ADA})
        type_code(client, TYPE_CODE_TO_SIGN_IN)
        assert "does not work any more" in words(client.get(reverse("account_email")))
        assert not Reader.objects.get().has_usable_password()

    def test_signs_in_with_its_password_and_the_code(self, client: Client) -> None:
        make_unproved_reader(ADA)
        story = make_article().get_absolute_url()
        response = sign_in(client, ADA, next=story)
        assert response["Location"].startswith(TYPE_CODE_TO_VERIFY)
        assert client.get(story)["Paywall-Outcome"] == "verify_email"
        assert type_code(client, TYPE_CODE_TO_VERIFY)["Location"] == story
        assert Reader.objects.get().check_password(PASSWORD)

    def test_made_by_staff_is_proved_by_one_code(self, client: Client) -> None:
        Reader.objects.create_user(ADA)
        client.post(ASK_FOR_CODE, {"email": ADA})
        type_code(client, TYPE_CODE_TO_SIGN_IN)
        assert is_signed_in(client)
        assert EmailAddress.objects.get().verified


def test_somebody_who_mistyped_the_address_signs_up_anew(client: Client) -> None:
    sign_up(client, "add@example.com")
    page = client.get(SIGN_UP)
    assert page.status_code == 200
    assert "We have emailed you a code" in words(page)
    sign_up(client, ADA)
    type_code(client, TYPE_CODE_TO_VERIFY)
    reader = who(client)
    assert reader is not None
    assert reader.email == ADA


def test_somebody_who_has_an_account_is_told_by_letter_and_signs_in(client: Client) -> None:
    make_reader(ADA)
    response = sign_up(client, ADA, "another password", next="/stories/one/")
    assert response["Location"].startswith(TYPE_CODE_TO_VERIFY)
    letter = str(mail.outbox[0].body)
    assert f"http://127.0.0.1:8000{SIGN_IN}" in letter
    assert client.get(SIGN_IN).status_code == 200  # not back to a code that never comes
    assert sign_in(client, ADA, next="/stories/one/")["Location"] == "/stories/one/"


def test_a_letter_that_cannot_be_sent_is_said_and_nothing_is_lost(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    refused = SMTPRecipientsRefused({ADA: (550, b"no such user")})
    with patch("django.core.mail.EmailMultiAlternatives.send", side_effect=refused):
        response = sign_up(client, ADA, PASSWORD, next="/stories/one/")
    assert response.status_code == 503
    assert "could not send the letter" in words(response)
    assert f'href="{SIGN_UP}?next=%2Fstories%2Fone%2F"' in response.content.decode()
    assert "SMTPRecipientsRefused" in caplog.text
    assert ADA not in caplog.text
    sign_up(client, ADA, PASSWORD)
    type_code(client, TYPE_CODE_TO_VERIFY)
    assert is_signed_in(client)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_on_the_button_are_one_account(client: Client) -> None:
    ready = threading.Barrier(2)
    statuses: list[int] = []

    def click() -> None:
        ready.wait()
        statuses.append(sign_up(Client(), ADA, PASSWORD).status_code)
        connection.close()

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()
    assert statuses == [302, 302]
    assert Reader.objects.count() == 1
    assert len(mail.outbox) == 2
