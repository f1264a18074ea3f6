"""Being somebody at the desk, in as few words as a test needs."""

from typing import Any
from uuid import uuid4

from django.contrib.auth.models import Group
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Reader
from config.groups import make_groups
from tests.making import make_reader


def colleague(group: str, email: str = "") -> Reader:
    """Make somebody on the staff, in one of the groups that are shipped."""
    make_groups()  # a test that empties tables takes them away
    made = make_reader(email or f"{group}@example.com", is_staff=True)
    made.groups.add(Group.objects.get(name=group))
    return made


def at_the_desk(group: str = "helpdesk") -> Client:
    client = Client()
    client.force_login(colleague(group))
    return client


def page_of(reader: Reader, deed: str = "") -> str:
    if deed:
        return reverse("admin:reader_act", args=[reader.public_id, deed])
    return reverse("admin:reader_page", args=[reader.public_id])


def do(client: Client, reader: Reader, deed: str, **form: Any) -> HttpResponse:
    """Send the form of a deed."""
    sent = {"reason": "They rang.", "key": str(uuid4()), **form}
    return client.post(page_of(reader, deed), sent)  # type: ignore[return-value]


def words(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, response
    return response.content.decode()
