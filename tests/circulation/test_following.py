"""Entitlements follow print accounts."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import Reader
from paywall.circulation.claims import Activation
from paywall.circulation.following import follow, judged_as_of
from paywall.circulation.models import PrintAccount, PrintLine, PrintProduct, PrintPublication
from paywall.entitlements.models import Entitlement
from tests.making import make_reader, make_section

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 15, 4, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


def make_activation(number: str = "1001", status: str = "active") -> Activation:
    account = PrintAccount.objects.create(
        number=number, number_key=number, first_seen_at=NOW, last_seen_at=NOW
    )
    PrintLine.objects.create(account=account, status=status)
    return Activation.objects.create(
        account=account, reader=make_reader(), proof="number", claimed_at=NOW
    )


def stop(activation: Activation) -> None:
    activation.account.lines.update(status="stopped", paid_through=date(2026, 2, 1))


def entitlement_of(activation: Activation) -> Entitlement | None:
    activation.refresh_from_db()
    return activation.entitlement


def test_an_active_account_entitles() -> None:
    activation = make_activation()
    followed = follow([activation.account_id], as_of=NOW, now=NOW)
    assert followed.given == [activation.pk]
    entitlement = entitlement_of(activation)
    assert entitlement is not None
    assert (entitlement.everything, entitlement.ends_at) == (True, None)


def test_following_twice_changes_nothing() -> None:
    activation = make_activation()
    follow([activation.account_id], as_of=NOW, now=NOW)
    version = Reader.objects.get().access_version
    followed = follow([activation.account_id], as_of=LATER, now=LATER)
    assert (followed.given, followed.ended, followed.restored) == ([], [], [])
    assert Reader.objects.get().access_version == version


def test_an_ended_account_entitles_nobody() -> None:
    activation = make_activation()
    stop(activation)
    follow([activation.account_id], as_of=NOW, now=NOW)
    assert entitlement_of(activation) is None


def test_an_entitlement_ends_as_of_the_file_and_comes_back() -> None:
    activation = make_activation()
    follow([activation.account_id], as_of=NOW, now=NOW)
    version = Reader.objects.get().access_version
    stop(activation)
    followed = follow([activation.account_id], as_of=LATER, now=LATER + timedelta(hours=9))
    assert followed.ended == [activation.pk]
    entitlement = entitlement_of(activation)
    assert entitlement is not None
    assert entitlement.ends_at == LATER
    assert Reader.objects.get().access_version > version
    activation.account.lines.update(status="active")
    followed = follow([activation.account_id], as_of=LATER, now=LATER)
    assert followed.restored == [activation.pk]
    again = entitlement_of(activation)
    assert again is not None
    assert (again.pk, again.ends_at) == (entitlement.pk, None)


def test_a_file_older_than_the_claim_ends_it_where_it_began() -> None:
    activation = make_activation()
    follow([activation.account_id], as_of=NOW, now=LATER)
    stop(activation)
    follow([activation.account_id], as_of=NOW, now=LATER)
    entitlement = entitlement_of(activation)
    assert entitlement is not None
    assert entitlement.ends_at == entitlement.starts_at == LATER


@pytest.mark.parametrize("state", [Activation.State.WAITING, Activation.State.WITHDRAWN])
def test_a_claim_that_is_not_active_earns_nothing(state: Activation.State) -> None:
    activation = make_activation()
    Activation.objects.update(state=state)
    follow([activation.account_id], as_of=NOW, now=NOW)
    assert entitlement_of(activation) is None


def test_the_scope_follows_the_table_of_products() -> None:
    news, sport = make_section("news"), make_section("sport")
    activation = make_activation()
    follow([activation.account_id], as_of=NOW, now=NOW)
    product = PrintProduct.objects.create(opens="sections")
    product.sections.set([news, sport])
    follow([activation.account_id], as_of=NOW, now=NOW)
    entitlement = entitlement_of(activation)
    assert entitlement is not None
    assert not entitlement.everything
    assert set(entitlement.sections.all()) == {news, sport}


def test_a_thousand_endings_take_as_many_queries_as_one(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    activations = [make_activation(str(number)) for number in range(12)]
    follow([one.account_id for one in activations], as_of=NOW, now=NOW)
    for one in activations:
        stop(one)
    with django_assert_num_queries(12):
        follow([activations[0].account_id], as_of=LATER, now=LATER)
    with django_assert_num_queries(12):
        follow([one.account_id for one in activations], as_of=LATER, now=LATER)
    assert not Entitlement.objects.in_force(LATER).exists()


def test_endings_are_judged_at_the_publications_last_file() -> None:
    PrintPublication.objects.create(name="gazette", as_of=NOW)
    assert judged_as_of("gazette", now=LATER) == NOW
    assert judged_as_of("another", now=LATER) == LATER
