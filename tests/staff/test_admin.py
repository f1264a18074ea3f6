"""What staff do in the admin, and what readers see of it."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from articles.models import Article
from paywall.entitlements.models import Entitlement
from paywall.metering.models import MeterRule
from tests.making import TEXT, make_article, make_reader, make_section

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(make_reader("desk@example.com", is_staff=True, is_superuser=True))
    return client


def test_every_list_and_form_opens(staff: Client) -> None:
    make_article()
    assert staff.get(reverse("admin:index")).status_code == 200
    for model in list(admin.site._registry):
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert staff.get(reverse(f"{name}_changelist")).status_code == 200, name
        assert staff.get(reverse(f"{name}_changelist"), {"q": "a"}).status_code == 200, name
        assert staff.get(reverse(f"{name}_add")).status_code in {200, 403}, name


def article_form(**changes: object) -> dict[str, object]:
    published_at = timezone.now() - timedelta(hours=1)
    return {
        "headline": "A headline",
        "slug": "a-headline",
        "section": make_section().pk,
        "genre": "story",
        "published_at_0": published_at.date().isoformat(),
        "published_at_1": published_at.time().isoformat("seconds"),
        "text": TEXT,
        **changes,
    }


def test_a_story_is_written_cleaned_and_marked_as_edited(staff: Client) -> None:
    text = TEXT + "<p onclick='steal()'>The end<script>steal()</script></p>"
    response = staff.post(reverse("admin:articles_article_add"), article_form(text=text))
    assert response.status_code == 302, response.context["adminform"].form.errors
    article = Article.objects.get()
    assert article.edited_at
    assert "steal" not in article.body.html
    assert len(article.opening) == 3


def test_a_changed_slug_leads_to_the_story(staff: Client, client: Client) -> None:
    article = make_article("first-name")
    staff.post(
        reverse("admin:articles_article_change", args=[article.pk]),
        article_form(slug="second-name"),
    )
    response = client.get("/stories/first-name/")
    assert (response.status_code, response["Location"]) == (301, "/stories/second-name/")


def test_a_changed_rule_is_in_force_at_once(staff: Client) -> None:
    reader = Client()
    reader.force_login(make_reader())
    rule, _ = MeterRule.objects.get_or_create(section=None)
    article = make_article()
    staff.post(
        reverse("admin:paywall_meterrule_change", args=[rule.pk]),
        {"section": "", "allowance": "0", "strangers_allowance": "0"},
    )
    assert reader.get(article.get_absolute_url())["Paywall-Outcome"] == "meter_spent"


def test_courtesy_access_opens_and_closes_with_its_row(staff: Client) -> None:
    reader, address = make_reader(), make_article(access="subscribers").get_absolute_url()
    browser = Client()
    browser.force_login(reader)
    assert browser.get(address)["Paywall-Outcome"] == "subscribers_only"
    starts_at = timezone.now() - timedelta(hours=1)
    response = staff.post(
        reverse("admin:paywall_entitlement_add"),
        {
            "reader": reader.pk,
            "source": "courtesy",
            "everything": "on",
            "starts_at_0": starts_at.date().isoformat(),
            "starts_at_1": starts_at.time().isoformat("seconds"),
            "ends_at_0": "",
            "ends_at_1": "",
        },
    )
    assert response.status_code == 302
    assert browser.get(address)["Paywall-Outcome"] == "entitled"
    entitlement = Entitlement.objects.get()
    staff.post(reverse("admin:paywall_entitlement_delete", args=[entitlement.pk]), {"post": "yes"})
    assert browser.get(address)["Paywall-Outcome"] == "subscribers_only"


def test_a_section_that_closes_closes_its_stories_at_once(client: Client) -> None:
    section = make_section("free-once", access="free")
    address = make_article(section=section).get_absolute_url()
    assert client.get(address)["Paywall-Outcome"] == "free"
    section.access = "metered"
    section.save()
    assert client.get(address)["Paywall-Outcome"] == "sign_in"


def test_nobody_hands_rights_to_oneself() -> None:
    helper = make_reader("helper@example.com", is_staff=True)
    helper.user_permissions.set(
        Permission.objects.filter(codename__in=["change_reader", "view_reader"])
    )
    client = Client()
    client.force_login(helper)
    address = reverse("admin:accounts_reader_change", args=[helper.pk])
    form = {"email": helper.email, "is_active": "on", "is_superuser": "on"}
    assert client.post(address, form).status_code == 302
    helper.refresh_from_db()
    assert not helper.is_superuser
    chief = make_reader("chief@example.com", is_staff=True, is_superuser=True)
    other = reverse("admin:accounts_reader_change", args=[chief.pk])
    assert client.post(other, {"email": "mine@example.com"}).status_code == 403
