"""What is counted. Pure.

Stories opened and walls met are counted by day, section and story. Besides, the gate's outcome of
each is counted by day, under its own name.
"""

from enum import StrEnum


class What(StrEnum):
    """One thing that is counted by day."""

    OPENED = "opened"  # a story was opened, by whomever
    WALL = "wall"  # a wall was shown, to whomever
    READERS = "readers"  # signed-in readers who opened something, each once a day
    NEW_IN_MONTH = "new_in_month"  # of those, whom nobody had seen yet this month
    WALLED_IN_MONTH = "walled_in_month"  # readers who met a wall, each once a month
    PRINT_READERS = "print_readers"  # activated print readers who opened something, once a day
    SIGNED_UP = "signed_up"
    CHECKOUT_BEGUN = "checkout_begun"
    CHECKOUT_FINISHED = "checkout_finished"
    PRINT_ACTIVATED = "print_activated"


class Refused(StrEnum):
    """Why a print account was not turned on; the reader is never told which it was."""

    NOT_FOUND = "print_not_found"
    ENDED = "print_ended"
    NO_SEAT = "print_no_seat"
    TOO_OFTEN = "print_too_often"


def reached(stories: int) -> str:
    """Return the name under which it is counted that a reader opened so many this month."""
    return f"reached_{stories}"


# Counted by section and story too, in the order of the reports.
BY_STORY = (
    What.READERS,
    What.OPENED,
    What.WALL,
    What.SIGNED_UP,
    What.CHECKOUT_BEGUN,
    What.CHECKOUT_FINISHED,
    What.PRINT_ACTIVATED,
)
# Credited to the story that somebody came from.
BROUGHT = (What.SIGNED_UP, What.CHECKOUT_BEGUN, What.CHECKOUT_FINISHED, What.PRINT_ACTIVATED)
