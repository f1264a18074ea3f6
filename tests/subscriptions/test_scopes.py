"""Whoever has a package reads what it opens today."""

from paywall.catalog.models import Section
from paywall.entitlements import granting
from paywall.entitlements.models import Entitlement, Source
from paywall.payments import reconciling
from paywall.subscriptions import scopes
from paywall.subscriptions.models import Customer
from tests.making import make_section
from tests.payments.shop import Newspaper


def opened_by(customer: Customer) -> set[str]:
    right = Entitlement.objects.get(subscription__customer=customer)
    return {"everything"} if right.everything else {each.slug for each in right.sections.all()}


def version(customer: Customer) -> int:
    assert customer.reader
    customer.reader.refresh_from_db()
    return customer.reader.access_version


def test_subscribers_follow_the_sections_of_their_package(paper: Newspaper) -> None:
    customer, other = paper.customer(), paper.customer("other@example.com")
    paper.subscribe(customer, paper.sport)
    paper.subscribe(other)
    assert other.reader
    granting.give(other.reader, Source.COURTESY, starts_at=paper.now, ends_at=None, sections=[])
    assert scopes.follow_packages(now=paper.now) == 0
    before = version(customer)
    sections = paper.sport.package.sections
    sections.add(make_section("culture"))
    assert scopes.follow_packages(now=paper.now) == 1
    assert opened_by(customer) == {"sport", "culture"}
    assert version(customer) > before  # nothing remembered is believed
    sections.remove(Section.objects.get(slug="sport"))
    assert scopes.follow_packages(now=paper.now) == 1
    assert opened_by(customer) == {"culture"}
    assert opened_by(other) == {"everything"}
    assert scopes.follow_packages(now=paper.now) == 0


def test_a_package_may_come_to_open_everything_and_less_again(paper: Newspaper) -> None:
    customer, package = paper.customer(), paper.sport.package
    paper.subscribe(customer, paper.sport)
    for everything, wanted in ((True, {"everything"}), (False, {"sport"})):
        package.everything = everything
        package.save()
        assert scopes.follow_packages(now=paper.now) == 1
        assert opened_by(customer) == wanted
        assert scopes.follow_packages(now=paper.now) == 0


def test_what_is_over_is_left_as_it_was(paper: Newspaper) -> None:
    customer = paper.customer()
    subscription = paper.subscribe(customer, paper.sport)
    paper.v1.subscriptions.cancel(subscription.stripe_id)
    paper.update(customer)
    paper.sport.package.sections.add(make_section("culture"))
    assert scopes.follow_packages(now=paper.now) == 0


def test_the_nightly_comparison_finds_who_was_left(paper: Newspaper) -> None:
    customer = paper.customer()
    paper.subscribe(customer, paper.sport)
    paper.sport.package.sections.add(make_section("culture"))
    for found in (1, 0):
        report = reconciling.everything(paper.stripe, now=paper.now)
        assert report
        assert len(report.differences) == found
    assert opened_by(customer) == {"sport", "culture"}
