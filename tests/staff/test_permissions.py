"""Who may do what: every screen and every deed, for each group of staff."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

import config.urls  # noqa: F401  # takes off the site what readers look after themselves
from config.groups import APPS, GROUPS
from paywall.circulation.models import CirculationImport
from paywall.gate.models import WallVersion
from paywall.reports.listing import REPORTS
from paywall.staff.deeds import DEEDS
from tests.catalog.packages import MONTHLY, make_package
from tests.making import make_reader
from tests.staff.desk import at_the_desk, colleague, page_of

pytestmark = pytest.mark.django_db

# v: view, a: add, c: change, d: delete, in the order of the groups.
ORDER = ["editor", "marketing", "circulation", "helpdesk", "publisher", "administrator"]
SCREENS = """
    accounts.reader               -     -     -     -     -     vacd
    articles.article              vacd  v     -     v     v     vacd
    auth.group                    -     -     -     -     -     vacd
    paywall.activation            -     -     v     v     -     v
    paywall.apikey                -     -     -     -     -     vacd
    paywall.apisite               -     -     -     -     -     vacd
    paywall.circulationimport     -     -     vc    -     v     vc
    paywall.concern               -     -     -     v     -     v
    paywall.courtesybatch         -     va    -     -     v     va
    paywall.customer              -     -     -     v     -     v
    paywall.entitlement           -     v     -     v     -     vacd
    paywall.freemode              va    va    -     v     va    va
    paywall.invoice               -     -     -     v     -     v
    paywall.letter                -     -     -     v     -     v
    paywall.meterrule             -     vacd  -     v     v     vacd
    paywall.package               -     vacd  -     v     v     vacd
    paywall.printaccount          -     -     vc    v     -     vc
    paywall.printcase             -     -     vc    vc    -     vcd
    paywall.printproduct          -     -     vacd  v     v     vacd
    paywall.purchase              -     -     -     v     -     v
    paywall.reconciliation        -     -     -     -     v     v
    paywall.schedulerun           -     v     v     v     v     v
    paywall.section               vc    v     v     v     v     vacd
    paywall.staffaction           -     -     -     v     v     v
    paywall.stripeevent           -     -     -     -     -     v
    paywall.subscription          -     v     -     v     -     v
    paywall.wallversion           v     vac   -     v     v     vac
"""
HELPDESK = {"helpdesk", "administrator"}
WITH_PRINT = {"circulation", *HELPDESK}
MARKETING = {"marketing", "administrator"}
# Every other page and deed, and which groups it opens to.
PAGES: dict[str, set[str]] = {
    "admin:index": set(ORDER),
    "admin:reader_search": WITH_PRINT,
    "admin:reader_create": HELPDESK,
    "admin:paywall_package_publish": MARKETING,
    "admin:paywall_package_promotions": MARKETING,
    "admin:paywall_courtesybatch_add": MARKETING,
    "admin:paywall_wallversion_add": MARKETING,
    "admin:paywall_meterrule_overview": {"helpdesk", "publisher", *MARKETING},
    "admin:paywall_freemode_add": {"editor", "publisher", *MARKETING},
    "admin:paywall_schedulerun_changelist": set(ORDER) - {"editor"},
    "admin:paywall_apikey_add": {"administrator"},
    "admin:paywall_circulationimport_send": {"circulation", "administrator"},
    "page": WITH_PRINT,
    "courtesy": HELPDESK,
    "end-courtesy": HELPDESK,
    "give-back": HELPDESK,
    "resend": HELPDESK,
    "payment-link": HELPDESK,
    "refund": HELPDESK,
    "cancel": HELPDESK,
    "resume": HELPDESK,
    "link-print": WITH_PRINT,
    "unlink-print": WITH_PRINT,
    "sign-out": HELPDESK,
    "export": HELPDESK,
    "erase": {"administrator"},
}
# What a list lets do with the rows that are chosen, besides deleting them.
LISTS: dict[str, set[str]] = {
    "paywall.activation take_back": WITH_PRINT,
    "paywall.apikey replace": {"administrator"},
    "paywall.concern settle": HELPDESK,
    "paywall.letter try_again": HELPDESK,
    "paywall.letter looked_at": HELPDESK,
    "paywall.stripeevent try_again": {"administrator"},
}
# Pages about one row, and which groups they open to.
ABOUT_ONE: dict[str, set[str]] = {
    "admin:paywall_package_new_terms": MARKETING,
    "admin:paywall_package_archive_price": MARKETING,
    "admin:paywall_wallversion_preview": {"editor", "publisher", *HELPDESK, *MARKETING},
    "admin:paywall_circulationimport_rejected": {"circulation", "publisher", "administrator"},
}
REPORTERS = set(ORDER) - {"helpdesk"}
AUDITORS = {"circulation", "publisher", "administrator"}
EVERY_SCREEN_HAS = {"changelist", "add", "history", "delete", "change"}
VERBS = {"v": "view", "a": "add", "c": "change", "d": "delete"}


def rows() -> list[list[str]]:
    return [line.split() for line in SCREENS.strip().splitlines()]


def test_the_tables_name_every_screen_deed_and_group() -> None:
    assert list(GROUPS) == ORDER
    assert {row[0] for row in rows()} == {model._meta.label_lower for model in admin.site._registry}
    assert set(DEEDS) <= set(PAGES)


@pytest.mark.parametrize("group", ORDER)
def test_each_group_may_do_to_each_table_what_the_table_says(group: str) -> None:
    request = RequestFactory().get("/")
    request.user = colleague(group)
    found = {}
    for model, screen in admin.site._registry.items():
        may = "".join(
            letter
            for letter, verb in VERBS.items()
            if getattr(screen, f"has_{verb}_permission")(request)
        )
        found[model._meta.label_lower] = may or "-"
    assert found == {row[0]: row[1 + ORDER.index(group)] for row in rows()}


@pytest.mark.parametrize("group", ORDER)
def test_each_page_and_deed_opens_to_the_groups_that_the_table_names(group: str) -> None:
    client, reader = at_the_desk(group), make_reader("ada@example.com")
    for name, groups in PAGES.items():
        if name.startswith("admin:"):
            address = reverse(name)
        else:
            address = page_of(reader, "" if name == "page" else name)
        status = client.get(address).status_code
        assert status == (200 if group in groups else 403), name
        if name in DEEDS and group not in groups:
            form = {"reason": "x", "key": "7e6b4f9c-0000-4000-8000-000000000000"}
            assert client.post(address, form).status_code == 403, name


def test_the_tables_name_every_address_of_the_admin() -> None:
    ours = {f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry}
    named = {one.partition(":")[2] for one in (*PAGES, *ABOUT_ONE)}
    standard = {f"{model}_{page}" for model in ours for page in EVERY_SCREEN_HAS}
    resolvers: list[Any] = [one for one in admin.site.get_urls() if hasattr(one, "url_patterns")]
    names = {str(url.name) for one in resolvers for url in one.url_patterns if url.name}
    assert "paywall_circulationimport_rejected" in names
    # A reader's page and deeds are asked under their own names; Django looks after passwords.
    elsewhere = {"reader_page", "reader_act", "auth_user_password_change"}
    assert names - standard - elsewhere - {"view_on_site"} <= named


@pytest.mark.parametrize("group", ORDER)
def test_each_list_lets_each_group_do_what_the_table_says(group: str) -> None:
    request = RequestFactory().get("/")
    request.user = colleague(group)
    found = {
        f"{model._meta.label_lower} {name}"
        for model, screen in admin.site._registry.items()
        if screen.has_view_permission(request)
        for name in screen.get_actions(request)
        if name != "delete_selected"
    }
    assert found == {name for name, groups in LISTS.items() if group in groups}


@pytest.mark.parametrize("group", ORDER)
def test_pages_about_one_row_and_reports_open_to_the_groups_named(group: str) -> None:
    client, now = at_the_desk(group), timezone.now()
    price = make_package(MONTHLY).prices.get()
    wall = WallVersion.objects.create(texts={}, made_at=now)
    file = CirculationImport.objects.create(
        source="a.csv", profile="standard", as_of=now, began_at=now, state="taken"
    )
    of_price: list[Any] = [price.package_id, price.pk]
    rows: dict[str, list[Any]] = dict(
        zip(ABOUT_ONE, (of_price, of_price, [wall.pk, "spent"], [file.pk]), strict=True)
    )
    for name, groups in ABOUT_ONE.items():
        status = client.get(reverse(name, args=rows[name])).status_code
        assert status == (200 if group in groups else 403), name
    for name in REPORTS:
        groups = AUDITORS if name == "print-days" else REPORTERS
        status = client.get(reverse("report", args=[name])).status_code
        assert status == (200 if group in groups else 403), name


@pytest.mark.parametrize("group", ORDER)
def test_every_group_needs_a_second_factor_in_production(
    group: str, settings: LazySettings
) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = True
    client = at_the_desk(group)
    for address in ("/admin/", reverse("admin:reader_search")):
        assert client.get(address)["Location"] == reverse("mfa_index")


def test_the_desk_is_closed_to_readers_and_strangers(client: Client) -> None:
    reader = make_reader("ada@example.com")
    assert client.get(page_of(reader)).status_code == 302
    client.force_login(reader)
    assert client.get(page_of(reader)).status_code == 403
    client.force_login(make_reader("new@example.com", is_staff=True))
    assert client.get(page_of(reader)).status_code == 403


def test_what_a_group_is_shipped_with_exists() -> None:
    colleague("editor")
    known = {
        f"{app}.{codename}"
        for app, codename in Permission.objects.values_list("content_type__app_label", "codename")
    }
    assert set().union(*GROUPS.values()) <= known
    chief = Group.objects.get(name="administrator").permissions
    assert chief.count() == Permission.objects.filter(content_type__app_label__in=APPS).count()


def test_an_administrator_makes_colleagues_and_nobody_a_superuser() -> None:
    client, new = at_the_desk("administrator"), make_reader("new@example.com")
    editors = Group.objects.get(name="editor")
    form = {
        "email": new.email, "is_active": "on", "is_staff": "on", "is_superuser": "on",
        "groups": [editors.pk], "user_permissions": [1],
    }  # fmt: skip
    client.post(reverse("admin:accounts_reader_change", args=[new.pk]), form)
    new.refresh_from_db()
    assert (new.is_staff, new.is_superuser) == (True, False)
    assert list(new.groups.all()) == [editors]
    assert not new.user_permissions.exists()


def test_circulation_sees_the_printed_paper_and_neither_reading_nor_money() -> None:
    reader = make_reader("ada@example.com")
    page = at_the_desk("circulation").get(page_of(reader)).content.decode()
    assert "Link a print account" in page
    assert "Refund a payment" not in page
    assert "Refunded" not in page


def test_the_contents_show_each_what_they_may_open_and_where_they_are() -> None:
    seen = {}
    for group in ("editor", "helpdesk"):
        page = at_the_desk(group).get("/admin/").context
        seen[group] = {
            item["title"] for part in page["sidebar_navigation"] for item in part["items"]
        }
    assert seen["editor"] == {
        "What it earns", "Open all stories", "Words of the wall", "Stories", "Sections"
    }  # fmt: skip
    assert {"Find a reader", "Invoices", "Audit trail"} <= seen["helpdesk"]
    page = at_the_desk("administrator").get(reverse("admin:reader_search")).context
    items = [item for part in page["sidebar_navigation"] for item in part["items"]]
    assert [item["title"] for item in items if item["active"]] == ["Find a reader"]


def test_an_address_that_names_nothing_is_not_found() -> None:
    client = at_the_desk("administrator")
    for model in ("freemode", "courtesybatch", "wallversion", "circulationimport", "printcase"):
        address = reverse(f"admin:paywall_{model}_change", args=["abc"])
        assert client.get(address).status_code == 404, model
