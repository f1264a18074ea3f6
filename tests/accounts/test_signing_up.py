import re
import threading
from smtplib import SMTPRecipientsRefused
from unittest.mock import patch

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.test import Client

from accounts.models import Reader
from tests.accounts.doing import (
    ASK_FOR_CODE,
    PASSWORD,
    SIGN_IN,
    SIGN_UP,
    TYPE_CODE_TO_VERIFY,
    is_signed_in,
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
    assert "could not send the email" in words(response)
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
