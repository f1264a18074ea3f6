"""Who changed what: a table over one field, and what is there on one side alone."""

from dataclasses import replace

import pytest

from paywall.payments.comparing import SALE, Fields, Kind, Ours, Side, Theirs, compare

OURS = Ours(
    Kind.PACKAGE, "p1", "Digital", {"name": "A", SALE: True}, {"name": "A", SALE: True}, "prod_1"
)
THEIRS = Theirs(Kind.PACKAGE, "p1", "prod_1", {"name": "A", SALE: True}, "Digital")


@pytest.mark.parametrize(
    ("ours", "told", "theirs", "side"),
    [
        ("A", "A", "A", None),
        ("B", "A", "A", Side.OURS),
        ("A", "A", "B", Side.THEIRS),
        ("B", "A", "C", Side.THEIRS),
        ("B", "A", "B", None),
        ("B", None, "A", Side.THEIRS),
        ("A", None, "A", None),
    ],
    ids=[
        *("nobody", "we", "they", "both", "both the same", "not told, and differs"),
        "not told, and the same",
    ],
)
def test_a_field_was_changed_by(
    ours: str, told: str | None, theirs: str, side: Side | None
) -> None:
    before: Fields = {SALE: True} if told is None else {"name": told, SALE: True}
    found = compare(
        [replace(OURS, fields={"name": ours, SALE: True}, told=before)],
        [replace(THEIRS, fields={"name": theirs, SALE: True})],
    )
    assert [one.side for one in found] == ([side] if side else [])


def test_what_was_never_told_is_ours_to_create() -> None:
    (found,) = compare([replace(OURS, told=None, stripe_id="")], [])
    assert (found.side, str(found)) == (Side.OURS, "package Digital: not at Stripe yet")


def test_what_was_told_and_is_gone_was_removed_there() -> None:
    (found,) = compare([OURS], [])
    assert found.side is Side.THEIRS


def test_what_they_alone_sell_is_shown() -> None:
    stranger = Theirs(Kind.PRICE, "", "price_9", {SALE: True}, "9.00 EUR every week")
    (found,) = compare([OURS], [THEIRS, stranger])
    assert (found.side, str(found)) == (
        Side.THEIRS,
        "price 9.00 EUR every week: only at Stripe",
    )
    assert not compare([OURS], [THEIRS, replace(stranger, fields={SALE: False})])


def test_of_two_that_stand_for_one_the_right_one_counts_and_the_other_is_withdrawn() -> None:
    other = replace(THEIRS, stripe_id="prod_2", fields={"name": "old", SALE: True})
    for theirs in ([THEIRS, other], [other, THEIRS]):
        (found,) = compare([OURS], theirs)
        assert (found.field, found.ours, found.stripe_id) == (SALE, False, "prod_2")
        assert found.side is Side.OURS
    assert not compare([OURS], [THEIRS, replace(other, fields={"name": "old", SALE: False})])


def test_what_is_known_by_its_id_needs_no_metadata() -> None:
    assert not compare([OURS], [replace(THEIRS, public_id="")])


def test_differences_are_told_in_plain_words() -> None:
    (found,) = compare([replace(OURS, fields={"name": "A", SALE: False})], [THEIRS])
    assert str(found) == "package Digital: on sale is no here, yes at Stripe"
    (found,) = compare([OURS], [replace(THEIRS, fields={"name": "", SALE: True})])
    assert str(found) == "package Digital: name is “A” here, empty at Stripe"
