"""A print subscriber goes from the wall to the open story; the holder and staff do their part."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.utils import timezone
from playwright.sync_api import Page, expect

from articles.models import Article
from paywall import tasks
from paywall.circulation.claims import Activation, PrintCase
from paywall.circulation.models import PrintAccount
from paywall.letters.models import Letter
from tests.circulation.claiming import claim, make_account
from tests.circulation.files import DAY, a_line, lines, take, write
from tests.journeys.conftest import DESKTOP, PHONE, emailed_code, ending_of, screenshot
from tests.journeys.rules import broken_rules
from tests.making import make_reader

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

Visit = Callable[..., Page]
EITHER = pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])


@pytest.fixture(autouse=True)
def _desk(settings: LazySettings) -> None:
    settings.CIRCULATION_PHONE, settings.CIRCULATION_HOURS = (
        "01632 960 111",
        "Monday to Friday, 8 to 5",
    )
    settings.CIRCULATION_BILLS_URL = settings.SITE_URL + "/bills"


def sign_in(page: Page, email: str, path: str) -> None:
    page.goto(f"/accounts/login/?next={path}")
    page.get_by_label("Email").first.fill(email)
    page.get_by_label("Password", exact=True).fill("correct horse")
    page.get_by_role("button", name=re.compile("^sign in$", re.IGNORECASE)).first.click()


def type_it(
    page: Page,
    number: str = "123 456",
    last_name: str = "Smith",
    button: str = "Turn on my digital access",
) -> None:
    page.get_by_role("textbox", name="Account number").fill(number)
    page.get_by_label("Last name").first.fill(last_name)
    page.get_by_label("Postal code").first.fill("96813")
    page.get_by_role("button", name=button).first.click()


@EITHER
def test_from_the_wall_to_the_open_story_in_under_a_minute(
    visit: Visit, nine_stories: list[Article], viewport: dict[str, int]
) -> None:
    make_account()
    address = nine_stories[0].get_absolute_url()
    page = visit(address, viewport=viewport)
    began = time.monotonic()
    page.get_by_role("link", name="I get the printed paper").click()
    screenshot(page, f"activate-stranger-{viewport['width']}")
    type_it(page, button="Go on to my email address")
    page.get_by_label("Email").fill("ada@example.com")
    page.get_by_role("button", name="Go on", exact=True).click()
    page.get_by_label("Code").fill(emailed_code())
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", name="Turn on your digital access")).to_be_visible()
    screenshot(page, f"activate-form-{viewport['width']}")
    page.get_by_role("button", name="Turn on my digital access").click()
    expect(page).to_have_url(re.compile(f"{address}$"))
    expect(page.locator("body")).to_contain_text(ending_of(1))
    expect(page.get_by_role("status")).to_contain_text("Your digital access is on.")
    assert time.monotonic() - began < 60
    screenshot(page, f"activated-{viewport['width']}")
    page.goto("/account/")
    screenshot(page, f"account-print-{viewport['width']}")


def test_it_needs_no_script(visit: Visit, nine_stories: list[Article]) -> None:
    make_account()
    make_reader("ada@example.com")
    page = visit("/", java_script_enabled=False)
    sign_in(page, "ada@example.com", "/activate/")
    page.get_by_text("I do not have the number at hand").click()
    page.get_by_label("Last name").last.fill("Jones")
    page.get_by_label("Postal code").last.fill("96813")
    page.get_by_label("Last four digits of the phone number").fill("0142")
    page.get_by_role("button", name="Find my subscription").click()
    expect(page.get_by_role("status")).to_contain_text("Your digital access is on.")


@EITHER
def test_who_is_refused_is_helped(
    visit: Visit, nine_stories: list[Article], viewport: dict[str, int]
) -> None:
    make_reader("ada@example.com")
    address = nine_stories[0].get_absolute_url()
    page = visit("/", viewport=viewport)
    sign_in(page, "ada@example.com", f"/activate/?next={address}")
    page.get_by_role("button", name="Turn on my digital access").click()
    expect(page.get_by_role("textbox", name="Account number")).to_have_attribute(
        "aria-invalid", "true"
    )
    screenshot(page, f"activate-errors-{viewport['width']}")
    type_it(page, number="999")
    expect(page.get_by_role("heading", name="We could not turn it on yet")).to_be_visible()
    expect(page.get_by_role("link", name="01632 960 111")).to_be_visible()
    screenshot(page, f"activate-refused-{viewport['width']}")
    page.get_by_role("link", name="Look at what I typed").click()
    expect(page.get_by_role("textbox", name="Account number")).to_have_value("999")
    type_it(page, number="998")
    page.get_by_role("button", name="Check it for me").click()
    expect(page.get_by_role("heading", name="We are checking it for you")).to_be_visible()
    screenshot(page, f"activate-checking-{viewport['width']}")
    page.get_by_role("link", name="Back to the story").click()
    expect(page).to_have_url(re.compile(f"{address}$"))
    for number in range(3):
        page.goto("/activate/")
        type_it(page, number=f"99{number}")
    page.goto("/activate/")
    type_it(page, number="990")
    expect(page.get_by_role("heading", name="Try again a little later")).to_be_visible()
    screenshot(page, f"activate-later-{viewport['width']}")
    assert PrintCase.objects.get(state=PrintCase.State.OPEN).number == "998"


def test_one_click_where_the_address_is_known(visit: Visit, nine_stories: list[Article]) -> None:
    make_account(email="ada@example.com")
    make_reader("ada@example.com")
    address = nine_stories[0].get_absolute_url()
    page = visit("/", viewport=PHONE)
    sign_in(page, "ada@example.com", f"/activate/?next={address}")
    screenshot(page, "activate-one-click-390")
    page.get_by_role("button", name="Turn it on").click()
    expect(page).to_have_url(re.compile(f"{address}$"))
    expect(page.locator("body")).to_contain_text(ending_of(1))


@EITHER
def test_a_holder_manages_the_seats(
    visit: Visit, nine_stories: list[Article], viewport: dict[str, int]
) -> None:
    make_account(seats=3)
    holder, second = make_reader("holder@example.com"), make_reader("second@example.com")
    make_reader("guest@example.com")
    claim(holder)
    claim(second)
    page = visit("/", viewport=viewport)
    sign_in(page, "holder@example.com", "/account/")
    page.get_by_label("Email address of the person you invite").fill("guest@example.com")
    page.get_by_role("button", name="Send an invitation").click()
    expect(page.locator("body")).to_contain_text("g•••@example.com is invited")
    found = re.search(
        r"/activate/invitation/\S+/", Letter.objects.get(kind="print_invitation").text
    )
    assert found
    guest = visit("/", viewport=viewport)
    sign_in(guest, "guest@example.com", found[0])
    screenshot(guest, f"invitation-{viewport['width']}")
    guest.get_by_role("button", name="Yes, turn it on").click()
    expect(guest.locator("body")).to_contain_text("Your digital access is on.")
    claim(make_reader("third@example.com"))
    page.reload()
    screenshot(page, f"seats-{viewport['width']}")
    page.get_by_role("button", name=re.compile("^Take it back.*s•••@example.com")).click()
    page.get_by_role("button", name=re.compile("^Let them in.*t•••@example.com")).click()
    expect(page.get_by_role("status")).to_contain_text("They have digital access now.")
    active = Activation.objects.active().values_list("reader__email", flat=True)
    assert set(active) == {"holder@example.com", "guest@example.com", "third@example.com"}


def test_staff_decide_a_case(visit: Visit, nine_stories: list[Article]) -> None:
    make_account()
    make_reader("ada@example.com")
    make_reader("desk@example.com", is_staff=True, is_superuser=True)
    reader = visit("/")
    sign_in(reader, "ada@example.com", "/activate/")
    type_it(reader, number="123 457")
    reader.get_by_role("button", name="Check it for me").click()
    page = visit("/")
    sign_in(page, "desk@example.com", "/admin/paywall/printcase/")
    expect(page.get_by_role("link", name="ada@example.com")).to_be_visible()
    screenshot(page, "cases-1280")
    page.get_by_role("link", name="ada@example.com").first.click()
    page.get_by_label("Look up another account number").fill("123456")
    page.get_by_role("button", name="Look it up").click()
    screenshot(page, "case-1280")
    page.get_by_role("button", name="Approve: it is 00123456").click()
    expect(page.locator("body")).to_contain_text("ada@example.com reads with 00123456")
    reader.goto(nine_stories[0].get_absolute_url())
    expect(reader.locator("body")).to_contain_text(ending_of(1))


def test_the_desk_loads_tonights_file_and_is_stopped_by_the_bad_one(
    visit: Visit, tmp_path: Path
) -> None:
    take(tmp_path, lines(60), at=timezone.now() - DAY)
    make_reader("desk@example.com", is_staff=True, is_superuser=True)
    tonight = [
        a_line(1000, last_name="Married"),
        *lines(60)[1:59],
        a_line(2000),
        a_line(3, phone="?"),
    ]
    page = visit("/")
    sign_in(page, "desk@example.com", "/admin/paywall/circulationimport/send")

    def send(name: str, rows: list[dict[str, str]]) -> None:
        page.goto("/admin/paywall/circulationimport/send")
        page.locator("input[type=file]").set_input_files(write(tmp_path / name, rows))
        page.get_by_role("button", name="Read it").click()
        expect(page.locator("body")).to_contain_text(name)
        tasks.read_sent_circulation_files()  # where Redis is there, the worker does
        page.reload()

    send("tonight.csv", tonight)
    for wanted in (
        "this is what the file would do",
        "1000 Reader1000: last name: Reader1000 → Married",
        "1059 Reader1059: not in the file",
        "2000 Reader2000: new, active",
    ):
        expect(page.locator("body")).to_contain_text(wanted)
    screenshot(page, "desk-preview-1280")
    page.get_by_role("button", name="Yes, put it in force").click()
    expect(page.locator("body")).to_contain_text("desk@example.com said yes")
    tasks.go_on_with_circulation()
    assert PrintAccount.objects.get(number="1000").last_name == "Married"
    page.reload()
    expect(page.locator("body")).to_contain_text("Some of what it changed")
    send("bad.csv", tonight[:30])
    expect(page.locator("body")).to_contain_text("It has 30 rows; the last had 61.")
    screenshot(page, "desk-held-1280")
    page.get_by_role("button", name="No, keep what is in force").click()
    expect(page.locator("body")).to_contain_text("You said no. Nothing was changed.")
    assert not PrintAccount.objects.exclude(number="1059").exclude(absent_since=None).exists()


def test_no_page_of_print_subscribers_breaks_a_rule(
    visit: Visit, nine_stories: list[Article]
) -> None:
    make_account(email="ada@example.com")
    reader = make_reader("ada@example.com")
    page = visit("/", viewport={"width": 320, "height": 640})
    sign_in(page, "ada@example.com", "/activate/")
    broken = {}

    def check(name: str) -> None:
        if found := broken_rules(page):
            broken[name] = found

    check("form")
    for summary in page.locator("summary").all():
        summary.click()
    page.get_by_role("button", name="Turn on my digital access").click()
    check("errors")
    type_it(page, number="999")
    check("refused")
    page.get_by_role("button", name="Check it for me").click()
    check("checking")
    page.goto("/activate/")
    page.get_by_role("button", name="Turn it on").click()
    for _ in range(2):
        claim(make_reader())
    page.goto("/account/")
    check("account")
    screenshot(page, "account-320")
    assert reader.activations.get().holder
    page.goto("/activate/")
    check("has it already")
    for number in range(6):
        page.goto("/activate/")
        page.get_by_text("Turn on another subscription").click()
        type_it(page, number=f"99{number}")
    check("later")
    screenshot(page, "later-320")
    page.goto("/activate/invitation/nobodys/")
    check("invitation")
    assert broken == {}
