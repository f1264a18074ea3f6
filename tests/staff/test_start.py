"""The admin's frame: what somebody may do, and where a page stands, in the same words."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from paywall.metering.models import MeterRule
from paywall.payments.models import Concern, StripeEvent
from tests.making import make_reader
from tests.staff.desk import at_the_desk, words

pytestmark = pytest.mark.django_db


def heading(page: str) -> list[str]:
    """Return the parts of a page's one heading of the first order."""
    (first,) = re.findall(r"<h1.*?</h1>", page, re.DOTALL)
    return re.findall(r"<(?:a|span)(?: href[^>]*)?>([^<]+)<", first)


def test_the_first_page_says_what_somebody_may_do_and_finds_readers() -> None:
    page = words(at_the_desk("helpdesk"), "/admin/")
    assert heading(page) == ["What you can do here"]
    assert "Answer a call: why a story is closed" in page
    assert f'action="{reverse("admin:reader_search")}"' in page
    assert "What the paper earns" not in page
    assert "What each kind of colleague may do." not in page


def test_below_the_figures_it_says_the_same() -> None:
    page = words(at_the_desk("editor"), "/admin/")
    assert heading(page) == ["What it earns"]
    assert page.index("What the paper earns") < page.index("What you can do here")


def test_who_is_in_no_group_is_told_who_helps(client: Client) -> None:
    client.force_login(make_reader("new@example.com", is_staff=True))
    assert "An administrator puts you into one" in words(client, "/admin/")
    refused = client.get(reverse("admin:reader_search"))
    assert refused.status_code == 403
    assert "An administrator can put you into one" in refused.content.decode()


@pytest.mark.parametrize(
    ("page", "parts"),
    [
        ("meterrule_changelist", ["Free stories"]),
        ("meterrule_overview", ["Free stories", "Which rule does a visit meet?"]),
        ("meterrule_change", ["Free stories", "Rule for the whole paper"]),
        ("package_promotions", ["Promotion codes"]),
    ],
)
def test_a_page_stands_where_the_contents_say(page: str, parts: list[str]) -> None:
    rule = MeterRule.objects.get_or_create(section=None)[0]
    args = [rule.pk] if page.endswith("_change") else []
    address = reverse(f"admin:paywall_{page}", args=args)
    assert heading(words(at_the_desk("marketing"), address)) == parts


def test_an_empty_list_says_so_and_offers_what_can_be_done_once_each() -> None:
    page = words(at_the_desk("editor"), reverse("admin:paywall_freemode_changelist"))
    assert "Nothing was opened to everybody yet." in page
    assert page.count(f'href="{reverse("admin:paywall_freemode_add")}"') == 2  # above and here
    publisher = at_the_desk("publisher")
    searched = words(publisher, f"{reverse('admin:paywall_staffaction_changelist')}?q=nobody")
    assert "Nothing here is like that." in searched


def test_health_names_all_it_looks_for_and_leads_only_where_somebody_may_go() -> None:
    now = timezone.now()
    Concern.objects.create(kind="dispute", key="d", text="Look.", raised_at=now)
    StripeEvent.objects.create(
        stripe_id="evt_1", type="invoice.paid", happened_at=now, received_at=now, object={},
        next_try_at=now, given_up_at=now,
    )  # fmt: skip
    address = reverse("admin:paywall_schedulerun_changelist")
    concerns = reverse("admin:paywall_concern_changelist")
    events = reverse("admin:paywall_stripeevent_changelist")
    marketing, helpdesk = (
        words(at_the_desk(group), address) for group in ("marketing", "helpdesk")
    )
    for page in (marketing, helpdesk):
        assert "Stripe events that failed too often" in page
        assert "Circulation files held until somebody says yes or no" in page
    assert (f'href="{concerns}?' in marketing, f'href="{concerns}?' in helpdesk) == (False, True)
    assert f'href="{events}?' not in helpdesk
