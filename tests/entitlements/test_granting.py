from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Reader
from paywall.entitlements import granting
from paywall.entitlements.models import Entitlement, Source
from tests.making import make_reader, make_section

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 14, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def reader() -> Reader:
    return make_reader()


@pytest.fixture
def courtesy(reader: Reader) -> Entitlement:
    """Return a right that began yesterday and ends in a week."""
    return granting.give(reader, Source.COURTESY, starts_at=NOW - DAY, ends_at=NOW + 7 * DAY)


def version(reader: Reader) -> int:
    reader.refresh_from_db()
    return reader.access_version


def end_of(entitlement: Entitlement) -> datetime | None:
    """Return the end that is written down, which is the one that the object must have too."""
    written = Entitlement.objects.get(pk=entitlement.pk).ends_at
    assert written == entitlement.ends_at
    return written


def test_a_right_without_sections_opens_everything(reader: Reader) -> None:
    given = granting.give(reader, Source.SUBSCRIPTION, starts_at=NOW)
    assert (given.everything, given.ends_at) == (True, None)
    assert not given.sections.exists()


def test_a_right_to_sections_opens_no_others(reader: Reader) -> None:
    sport = make_section("sport")
    given = granting.give(reader, Source.PURCHASE, starts_at=NOW, sections=iter([sport]))
    assert not given.everything
    assert list(given.sections.all()) == [sport]


def test_a_right_to_no_section_at_all_does_not_open_everything(reader: Reader) -> None:
    assert not granting.give(reader, Source.PURCHASE, starts_at=NOW, sections=[]).everything


@pytest.mark.parametrize(
    ("at", "in_force"),
    [
        (NOW - DAY - timedelta(microseconds=1), False),
        (NOW - DAY, True),
        (NOW + 7 * DAY - timedelta(microseconds=1), True),
        (NOW + 7 * DAY, False),
    ],
    ids=["before it starts", "at its start", "just before its end", "at its end, exclusive"],
)
def test_a_right_is_in_force_from_its_start_until_its_end(
    courtesy: Entitlement, at: datetime, in_force: bool
) -> None:
    assert Entitlement.objects.in_force(at).exists() is in_force


def test_a_right_to_come_is_not_ended_and_not_in_force(courtesy: Entitlement) -> None:
    assert Entitlement.objects.not_ended(NOW - 5 * DAY).exists()
    assert not Entitlement.objects.in_force(NOW - 5 * DAY).exists()


@pytest.mark.parametrize("until", [NOW + 30 * DAY, NOW + DAY, None])
def test_an_end_moves_later_earlier_and_away(courtesy: Entitlement, until: datetime | None) -> None:
    granting.extend(courtesy, until=until)
    assert end_of(courtesy) == until


def test_an_end_before_the_start_is_refused(courtesy: Entitlement) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        granting.extend(courtesy, until=NOW - 2 * DAY)


def test_what_is_withdrawn_ends_at_once(courtesy: Entitlement) -> None:
    granting.withdraw(courtesy, at=NOW)
    assert end_of(courtesy) == NOW


def test_what_has_no_end_is_withdrawn_too(reader: Reader) -> None:
    given = granting.give(reader, Source.SUBSCRIPTION, starts_at=NOW - DAY)
    granting.withdraw(given, at=NOW)
    assert end_of(given) == NOW


def test_what_has_not_begun_never_opens_anything(reader: Reader) -> None:
    given = granting.give(reader, Source.COURTESY, starts_at=NOW + DAY, ends_at=NOW + 2 * DAY)
    granting.withdraw(given, at=NOW)
    assert not Entitlement.objects.in_force(NOW + DAY).exists()
    assert end_of(given) == given.starts_at


def test_withdrawing_later_than_the_end_gives_nothing(courtesy: Entitlement) -> None:
    granting.withdraw(courtesy, at=NOW + 30 * DAY)
    assert end_of(courtesy) == NOW + 7 * DAY
    granting.extend(courtesy, until=NOW - DAY / 2)
    granting.withdraw(courtesy, at=NOW)
    assert end_of(courtesy) == NOW - DAY / 2


def test_what_was_extended_meanwhile_is_withdrawn_all_the_same(courtesy: Entitlement) -> None:
    granting.extend(Entitlement.objects.get(pk=courtesy.pk), until=NOW + 90 * DAY)
    granting.withdraw(courtesy, at=NOW + 30 * DAY)
    assert end_of(courtesy) == NOW + 30 * DAY


def test_every_change_has_the_reader_asked_about_anew(reader: Reader) -> None:
    versions = [version(reader)]
    given = granting.give(reader, Source.SUBSCRIPTION, starts_at=NOW)
    versions.append(version(reader))
    granting.extend(given, until=NOW + DAY)
    versions.append(version(reader))
    granting.withdraw(given, at=NOW)
    versions.append(version(reader))
    assert versions == sorted(set(versions))


def test_nobody_else_is_asked_about_anew(reader: Reader) -> None:
    other = make_reader()
    before = version(other)
    granting.give(reader, Source.SUBSCRIPTION, starts_at=NOW)
    assert version(other) == before


@pytest.mark.parametrize("change", ["give", "extend", "withdraw"])
def test_a_change_that_fails_leaves_the_version_and_the_right_alone(
    reader: Reader, courtesy: Entitlement, change: str
) -> None:
    before = version(reader)
    with transaction.atomic():
        match change:
            case "give":
                granting.give(reader, Source.PRINT, starts_at=NOW)
            case "extend":
                granting.extend(courtesy, until=NOW + DAY)
            case "withdraw":
                granting.withdraw(courtesy, at=NOW)
        assert version(reader) == before + 1
        transaction.set_rollback(True)
    assert version(reader) == before
    assert Entitlement.objects.get().ends_at == NOW + 7 * DAY
