"""What the paper earns, as the publisher sees it; and who sees it."""

import csv
import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from config.demo.figures import make_figures
from paywall.insights import counting
from paywall.insights.happenings import BY_STORY, Refused, What
from paywall.insights.models import CountedStory, PrintReaderDay
from paywall.reports.board import DAILY, prepare
from paywall.reports.listing import REPORTS
from paywall.reports.spans import Choice
from tests.gate.visiting import NOW, Clock
from tests.making import make_article, make_reader, make_section

pytestmark = pytest.mark.django_db

TODAY = NOW.date()


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock.stopped(monkeypatch)


def somebody(*permissions: str) -> Client:
    """Return the browser of staff who may do no more than this."""
    reader = make_reader(is_staff=True)
    reader.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(reader)
    return client


def file_of(client: Client, name: str, days: str = "days") -> list[dict[str, str]]:
    answer: Any = client.get(reverse("report", args=[name]), {"days": days})
    assert answer.status_code == 200, name
    assert "no-store" in answer["Cache-Control"]
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def count(**numbers: int) -> None:
    counting.add({(TODAY, what, "", ""): number for what, number in numbers.items()})


def test_the_figures_stand_on_the_first_page() -> None:
    count(opened=1234, wall=200, signed_up=10, checkout_begun=5, checkout_finished=4)
    page = somebody("view_reports").get(reverse("admin:index")).content.decode()
    words = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "What the paper earns" in words
    assert "Stories opened 1,234 none before" in words
    assert "It leaks most before “sign-ups”: 95% go no further." in words
    assert page.count('<svg class="columns"') == 4


@pytest.mark.parametrize("debug", [True, False])
def test_a_demonstration_alone_says_that_its_counts_are_invented(
    settings: LazySettings, debug: bool
) -> None:
    settings.DEBUG = debug
    page = somebody("view_reports").get(reverse("admin:index")).content.decode()
    assert ("is invented" in page) is debug


def test_a_file_is_named_by_the_days_that_it_holds() -> None:
    client = somebody("view_reports")
    names = [
        client.get(reverse("report", args=[name]), {"days": Choice.LAST_MONTH})[
            "Content-Disposition"
        ].partition("=")[2]
        for name in ("days", "revenue")
    ]
    assert names == [
        '"days-2026-10-01-2026-10-31.csv"', f'"revenue-2025-11-01-{TODAY}.csv"'
    ]  # fmt: skip


def test_a_table_of_some_stories_says_that_there_are_more() -> None:
    counting.add({(TODAY, What.OPENED, "", f"article-{number}"): 9 for number in range(21)})
    page = somebody("view_reports").get(reverse("admin:index")).content.decode()
    assert "The 20 that brought most; the CSV file has every story." in page


def test_the_bars_of_sections_are_what_the_card_names_the_most_first() -> None:
    counting.add({
        (TODAY, What.READERS, "news", ""): 940,
        (TODAY, What.OPENED, "news", ""): 5454,
        (TODAY, What.READERS, "sport", ""): 1320,
        (TODAY, What.OPENED, "sport", ""): 1200,
    })  # fmt: skip
    page = somebody("view_reports").get(reverse("admin:index"))
    [card] = [panel for panel in page.context["shown"].panels if panel.table.name == "sections"]
    assert card.sentence == "Stories opened"
    assert [(bar.label, bar.value) for bar in card.bars] == [("news", "5,454"), ("sport", "1,200")]


def test_who_may_not_see_them_sees_the_admin_as_ever() -> None:
    client = somebody("view_section")
    page = client.get(reverse("admin:index")).content.decode()
    assert "What the paper earns" not in page
    assert reverse("admin:paywall_section_changelist") in page


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_for_whoever_may_see_it(name: str) -> None:
    address = reverse("report", args=[name])
    assert Client().get(address).status_code == 302
    reader = Client()
    reader.force_login(make_reader())
    assert reader.get(address).status_code in {302, 403}
    assert somebody("view_section").get(address).status_code == 403
    allowed = somebody("view_reports")
    assert allowed.get(address).status_code == (403 if name == "print-days" else 200)
    assert allowed.post(address).status_code == 405 if name != "print-days" else 403


def test_there_are_no_other_reports() -> None:
    assert somebody("view_reports").get("/admin/reports/salaries.csv").status_code == 404


def test_every_report_opens_in_a_spreadsheet() -> None:
    section = make_section("news")
    for number in range(3):
        make_article(headline=f"=1+{number}", section=section, published_at=NOW)
    make_figures(today=TODAY)
    client = somebody("view_reports", "view_printreaderday")
    for name in REPORTS:
        for row in file_of(client, name, Choice.YEAR):
            assert None not in row
            assert not any(str(cell).startswith("=") for cell in row.values())
    assert {row["Story"] for row in file_of(client, "stories")} == {
        "'=1+0", "'=1+1", "'=1+2"
    }  # fmt: skip


def test_a_story_has_the_credit_for_what_it_brought() -> None:
    for key, title in (("article-1", "The bridge"), ("article-2", "The match")):
        CountedStory.objects.create(key=key, title=title, section="news", address=f"/{key}/")
    counting.add({
        (TODAY, What.OPENED, "", "article-1"): 500,
        (TODAY, What.OPENED, "", "article-2"): 20,
        (TODAY, What.WALL, "", "article-2"): 30,
        (TODAY, What.CHECKOUT_FINISHED, "", "article-2"): 2,
        (date(2025, 1, 1), What.CHECKOUT_FINISHED, "", "article-1"): 9,  # long ago
    })  # fmt: skip
    rows = file_of(somebody("view_reports"), "stories")
    assert [(row["Story"], row["Stories opened"], row["Checkouts finished"]) for row in rows] == [
        ("The match", "20", "2"), ("The bridge", "500", "0")
    ]  # fmt: skip


def test_each_number_is_told_by_day_section_and_story() -> None:
    make_section("news")
    CountedStory.objects.create(key="article-1", title="The bridge", section="news", address="/1/")
    for number, what in enumerate(BY_STORY, start=1):
        counting.add({
            (TODAY, what, "news", ""): number * 10,
            (TODAY, what, "", "article-1"): number,
            (TODAY - timedelta(days=1), what, "news", ""): 100,
            (TODAY - timedelta(days=1), what, "", "article-1"): 200,
        })  # fmt: skip
    client = somebody("view_reports")
    numbers = [DAILY[what] for what in BY_STORY]
    assert numbers == [
        "Readers", "Stories opened", "Walls met", "Sign-ups", "Checkouts begun",
        "Checkouts finished", "Print activations",
    ]  # fmt: skip
    [section], [story] = file_of(client, "sections"), file_of(client, "stories")
    assert [section[name] for name in numbers] == [str(100 + 10 * each) for each in range(1, 8)]
    assert [story[name] for name in numbers] == [str(200 + each) for each in range(1, 8)]
    yesterday, today = file_of(client, "sections-by-day")
    assert (yesterday["Day"], yesterday["Section"], yesterday["Readers"]) == (
        str(TODAY - timedelta(days=1)), "News", "100"
    )  # fmt: skip
    assert [today[name] for name in numbers] == [str(10 * each) for each in range(1, 8)]
    yesterday, today = file_of(client, "stories-by-day")
    assert (today["Day"], today["Story"], today["Section"]) == (str(TODAY), "The bridge", "News")
    assert [today[name] for name in numbers] == [str(each) for each in range(1, 8)]


def test_how_far_readers_come_and_why_print_was_refused() -> None:
    count(reached_1=40, reached_7=5, walled_in_month=4)
    counting.tally.event(TODAY, Refused.NO_SEAT)
    counting.write()
    client = somebody("view_reports")
    meter = {row["Free stories"]: row["Readers"] for row in file_of(client, "meter")}
    assert (meter["Opened 1"], meter["Opened 7"], meter["Met a wall"]) == ("40", "5", "4")
    refused = [row["Tries"] for row in file_of(client, "print-failures")]
    assert refused == ["0", "0", "1", "0"]


def test_print_accounts_by_delivery_days_and_postal_code() -> None:
    from paywall.circulation.claims import Activation
    from paywall.circulation.models import PrintAccount, PrintLine

    seen = {"first_seen_at": NOW, "last_seen_at": NOW}
    kinds = [("MTWRFSU", "04101", "active"), ("MTWRFSU", "04102", "hold"),
             ("SU", "04101", "active"), ("SU", "04101", "stopped")]  # fmt: skip
    for number, (days, code, status) in enumerate(kinds):
        account = PrintAccount.objects.create(
            number=f"{number}", number_key=f"{number}", postal_code=code, **seen
        )
        for _ in range(2):  # two lines are one account
            PrintLine.objects.create(account=account, delivery_days=days, status=status)
        if number == 0:
            Activation.objects.create(
                account=account, reader=make_reader(), proof="number", claimed_at=NOW
            )
    client = somebody("view_reports")
    shares = [tuple(row.values()) for row in file_of(client, "print")]
    assert shares == [
        ("All", "3", "1", "0.3333"), ("Every day", "2", "1", "0.5000"),
        ("Sat, Sun", "1", "0", "0.0000"),
    ]  # fmt: skip
    codes = [tuple(row.values()) for row in file_of(client, "print-codes")]
    assert codes == [("04101", "2", "1", "0.5000"), ("04102", "1", "0", "0.0000")]


def test_auditors_are_given_each_day_read() -> None:
    reader = make_reader()
    PrintReaderDay.objects.create(day=TODAY, reader=reader, publication="Gazette")
    PrintReaderDay.objects.create(day=TODAY, reader=None)  # erased since
    rows = file_of(somebody("view_reports", "view_printreaderday"), "print-days")
    assert [(row["Day"], row["Reader"]) for row in rows] == [
        (TODAY.isoformat(), str(reader.public_id)), (TODAY.isoformat(), "")
    ]  # fmt: skip


def test_the_first_page_asks_little(
    django_assert_max_num_queries: DjangoAssertNumQueries, settings: LazySettings
) -> None:
    client = somebody("view_reports")
    make_article(published_at=NOW)
    make_figures(today=TODAY)
    with django_assert_max_num_queries(30):
        client.get(reverse("admin:index"), {"days": Choice.DAYS})
    prepare(now=NOW)
    with django_assert_max_num_queries(26):
        client.get(reverse("admin:index"), {"days": Choice.YEAR})
    with django_assert_max_num_queries(5):  # others see it as it was a minute ago
        assert client.get(reverse("admin:index"), {"days": Choice.YEAR}).status_code == 200


def test_the_demonstrations_counts_are_made_once_and_add_up() -> None:
    make_figures(today=TODAY)  # no stories yet: the paper's alone
    first = counting_rows()
    make_figures(today=TODAY)
    assert counting_rows() == first
    assert len(first) > 5000


def counting_rows() -> list[tuple[Any, ...]]:
    from paywall.insights.models import DayCount

    return list(DayCount.objects.order_by("pk").values_list("day", "what", "story", "number"))
