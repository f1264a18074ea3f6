"""A story has the credit for the reader and the subscriber whom its wall brought."""

import re
from html import unescape

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from articles.models import Article
from paywall import clock
from paywall.insights import counting
from paywall.insights.happenings import What
from paywall.payments.models import CheckoutAttempt
from paywall.subscriptions.models import Subscription
from tests.accounts.doing import TYPE_CODE_TO_VERIFY, newest_code
from tests.catalog.packages import MONTHLY, make_package
from tests.insights.test_counting import number
from tests.insights.test_pages import reading
from tests.making import make_article, make_reader
from tests.payments.shop import GOOD, Newspaper
from tests.stripe_sandbox.paying import pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def story() -> Article:
    """Make a story whose wall a stranger has met."""
    story = make_article("the-bridge")
    reading(Client()).get(story.get_absolute_url())
    counting.write()
    return story


def follow(client: Client, page: str, words: str) -> str:
    """Return the address of a link on a page, by its words."""
    text = client.get(page).content.decode()
    (found,) = set(re.findall(rf'<a [^>]*href="([^"]+)"[^>]*>{words}', text))
    return unescape(found)


def sign_up(client: Client, page: str, email: str) -> str:
    """Sign up on a page as its form says, type the code, and return where that leads."""
    text = client.get(page).content.decode()
    (action,) = re.findall(r'<form class="form" method="post" action="([^"]+)">', text)
    (way,) = re.findall(r'name="next" value="([^"]+)"', text)
    fields = {"email": email, "password1": "", "next": unescape(way)}
    code_page = client.post(unescape(action), fields)["Location"]
    assert code_page.startswith(TYPE_CODE_TO_VERIFY)
    return client.post(code_page, {"code": newest_code(), "next": unescape(way)})["Location"]


def credited(what: str, story: Article) -> tuple[int, int, int]:
    key = f"article-{story.pk}"
    return number(what), number(what, section="news"), number(what, story=key)


def test_from_the_wall_to_an_account(
    client: Client,
    story: Article,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    page = follow(client, story.get_absolute_url(), "Start with your email")
    with django_capture_on_commit_callbacks(execute=True):
        assert sign_up(client, page, "ada@example.com") == story.get_absolute_url()
    assert credited(What.SIGNED_UP, story) == (1, 1, 1)


def test_an_account_from_nowhere_is_nobodys_credit(
    client: Client,
    story: Article,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    forged = f"/accounts/signup/?next=/&from=article-{story.pk}:forged"
    with django_capture_on_commit_callbacks(execute=True):
        sign_up(client, forged, "ada@example.com")
    assert credited(What.SIGNED_UP, story) == (1, 0, 0)


def test_an_address_proved_later_is_no_sign_up(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    from allauth.account.models import EmailAddress
    from django.utils import timezone

    from paywall.web.arriving import on_address_proved

    reader = make_reader(last_login=timezone.now())
    with django_capture_on_commit_callbacks(execute=True):
        on_address_proved(EmailAddress.objects.get(user=reader))
    assert number(What.SIGNED_UP) == 0


def test_from_the_wall_through_sign_up_to_paying(
    client: Client,
    paper: Newspaper,
    story: Article,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    monkeypatch.setattr(clock, "now", lambda: paper.now)
    packages = follow(client, story.get_absolute_url(), "See the packages")
    with django_capture_on_commit_callbacks(execute=True):
        choose = follow(client, packages, r"Subscribe<span class=\"hidden\">: Everything")
        page = client.get(choose)["Location"]
        address = sign_up(client, page, "ada@example.com")
        text = client.get(address).content.decode()
        (action,) = re.findall(r'<form class="form" method="post" action="([^"]+)">', text)
        (terms,) = re.findall(r'name="terms" value="([^"]+)"', text)
        for _ in range(2):  # an impatient one
            client.post(unescape(action), {"terms": unescape(terms)})
    attempt = CheckoutAttempt.objects.get()
    assert attempt.story == f"article-{story.pk}"
    assert credited(What.SIGNED_UP, story) == (1, 1, 1)
    assert credited(What.CHECKOUT_BEGUN, story) == (1, 1, 1)
    assert credited(What.CHECKOUT_FINISHED, story) == (0, 0, 0)
    pay(paper.sandbox, attempt.session_id, GOOD)
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):  # looked at again, as a webhook does too
            client.get("/subscribe/welcome/", {"session": attempt.session_id})
    assert credited(What.CHECKOUT_FINISHED, story) == (1, 1, 1)


def test_whoever_never_comes_back_is_counted_all_the_same(
    paper: Newspaper, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    from paywall.payments import checkout

    customer = paper.customer()
    assert customer.reader
    checkout.begin(
        paper.stripe, customer.reader, paper.month,
        shown=paper.month.terms, back_to="", story="article-1", now=paper.now,
    )  # fmt: skip
    session = CheckoutAttempt.objects.get().session_id
    pay(paper.sandbox, session, GOOD)
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            paper.touch(customer, sessions=session)
    assert number(What.CHECKOUT_FINISHED) == number(What.CHECKOUT_FINISHED, story="article-1") == 1


@pytest.mark.parametrize(
    ("sent", "kept"), [("too_expensive", "too_expensive"), ("", ""), ("made_up", "")]
)
def test_who_cancels_may_say_why(client: Client, paper: Newspaper, sent: str, kept: str) -> None:
    customer = paper.customer()
    assert customer.reader
    subscription = paper.subscribe(customer)
    client.force_login(customer.reader)
    assert "You need not say." in client.get("/account/cancel/").content.decode()
    client.post("/account/cancel/", {"feedback": sent})
    subscription = Subscription.objects.get(pk=subscription.pk)
    assert subscription.cancels_at
    assert subscription.cancel_reason == "cancellation_requested"
    assert subscription.cancel_feedback == kept


def test_the_packages_of_a_paper_without_stripe_still_open(client: Client, story: Article) -> None:
    make_package(MONTHLY)
    packages = follow(client, story.get_absolute_url(), "See the packages")
    assert client.get(packages).status_code == 200
