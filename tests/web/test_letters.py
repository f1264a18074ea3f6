"""A reader stops letters from the letter itself, or on the account page, and has them again."""

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from paywall.letters import sending, stopping
from paywall.letters.kinds import Kind
from paywall.letters.models import Unsubscribed
from tests.letters.outbox import Clock, make_letter
from tests.making import make_reader

pytestmark = pytest.mark.django_db


def stop_address() -> str:
    """Return the address that a letter's header has in it."""
    make_letter(Kind.ENDED)
    sending.send_due(Clock())
    header = mail.outbox[0].message()["List-Unsubscribe"]
    return str(header).strip("<>").removeprefix("http://127.0.0.1:8000")


def test_looking_stops_nothing_and_the_button_does() -> None:
    client, address = Client(enforce_csrf_checks=True), stop_address()
    page = client.get(address)
    assert "Stop these emails?" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert not Unsubscribed.objects.exists()
    assert "no more of these emails" in client.post(address).content.decode()
    assert Unsubscribed.objects.count() == 1
    assert "no more of these emails" in client.get(address).content.decode()


def test_mailboxes_stop_them_in_one_click() -> None:
    """RFC 8058: a POST of this one field, with no cookie and no token but the address."""
    mailbox, address = Client(enforce_csrf_checks=True), stop_address()
    for _ in range(2):
        response = mailbox.post(address, {"List-Unsubscribe": "One-Click"})
        assert response.status_code == 200
        assert not response.cookies
    assert Unsubscribed.objects.count() == 1


def test_the_page_says_nothing_of_anybody(client: Client) -> None:
    address = stop_address()
    reader = make_letter(Kind.ENDED).reader
    assert reader
    for page in (client.get(address), client.post(address)):
        assert reader.email not in page.content.decode()
    forged = reverse("stop_letters", args=[f"{reader.public_id}:{address.split(':')[1][:-1]}"])
    assert client.get(forged).status_code == client.post(forged).status_code == 404
    assert stopping.wants(reader)
    reader.delete()
    gone = reverse("stop_letters", args=["never-signed"])
    assert client.post(gone).status_code == 404


def test_they_are_switched_on_the_account_page(client: Client) -> None:
    reader = make_reader()
    address = reverse("choose_letters")
    assert client.post(address, {"letters": "off"}).status_code == 302
    assert stopping.wants(reader)
    client.force_login(reader)
    for choice, wants in (("off", False), ("off", False), ("on", True)):
        response = client.post(address, {"letters": choice})
        assert response["Location"] == reverse("account")
        assert stopping.wants(reader) is wants
        page = client.get(reverse("account")).content.decode()
        assert ("Send me the others too" in page) is not wants
    assert client.get(address).status_code == 405
