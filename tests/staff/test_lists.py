"""The admin's lists stay fast however long they are: nothing is counted, few questions asked."""

import re

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Reader
from paywall.entitlements import granting
from paywall.entitlements.models import Source
from paywall.trail import recording
from tests.making import make_article, make_reader, make_section

pytestmark = pytest.mark.django_db

SHORT = {"auth.group"}  # Django's own; nobody has many


def test_no_list_counts_its_rows_or_asks_much_however_many_there_are(client: Client) -> None:
    """At this size each list that grows has pages: asking once a row would be 50 questions."""
    call_command("seed_scale", readers=700, stories=80, verbosity=0)
    client.force_login(make_reader("admin@example.com", is_staff=True, is_superuser=True))
    reverse("admin:index")  # the addresses say what is no list of the admin's after all
    whole_pages = 0
    for model in list(admin.site._registry):
        name = model._meta.label_lower
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        with CaptureQueriesContext(connection) as captured:
            page = client.get(address)
        assert page.status_code == 200, name
        assert len(captured) < 25, name
        if name not in SHORT:
            counted = [each["sql"] for each in captured if "COUNT(*)" in each["sql"]]
            assert name == "paywall.schedulerun" or not counted, name
            listed = page.context.get("cl")
            whole_pages += bool(listed and len(listed.result_list) == listed.list_per_page)
    assert whole_pages >= 9


def test_a_list_of_one_page_leads_to_no_other(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(make_reader("admin@example.com", is_staff=True, is_superuser=True))
    address = reverse("admin:accounts_reader_changelist")

    def ways() -> list[str]:
        page = client.get(address)
        return [way for way in ("Previous", "Next") if f">{way}</a>" in page.content.decode()]

    assert ways() == []
    monkeypatch.setattr(type(admin.site._registry[Reader]), "list_per_page", 1)
    assert ways() == ["Next"]


@pytest.mark.parametrize(
    ("model", "typed", "found"),
    [
        ("accounts_reader", "ADA@", 1),
        ("accounts_reader", "da@", 0),
        ("paywall_entitlement", "Ada", 1),
        ("paywall_staffaction", "ada", 1),
        ("paywall_staffaction", "desk@example.com", 1),
        ("paywall_staffaction", "other", 0),
    ],
)
def test_a_list_is_searched_by_how_an_address_begins(
    client: Client, model: str, typed: str, found: int
) -> None:
    staff = make_reader("desk@example.com", is_staff=True, is_superuser=True)
    client.force_login(staff)
    reader = make_reader("ada@example.com")
    make_reader("bob@example.com")
    granting.give(reader, Source.COURTESY, starts_at=timezone.now())
    recording.begin("Looked", by=staff, now=timezone.now(), reader=reader)
    page = client.get(reverse(f"admin:{model}_changelist"), {"q": typed})
    assert len(page.context["cl"].result_list) == found


def test_the_list_of_stories_says_who_each_is_for(client: Client) -> None:
    """The story's own choice, or else that of its genre or section."""
    section = make_section("news", access="subscribers")
    make_article(section=section)
    make_article(section=section, genre="obituary")
    make_article(section=section, access="metered")
    client.force_login(make_reader("admin@example.com", is_staff=True, is_superuser=True))
    page = client.get(reverse("admin:articles_article_changelist")).content.decode()
    said = re.findall(r'class="field-opens_to[^>]*>([^<]*)<', page)
    assert sorted(said) == ["Free", "Metered", "Subscribers only"]
