"""The states of a print line and of a circulation file. Pure."""

from enum import StrEnum


class LineStatus(StrEnum):
    """What the circulation system says of a line."""

    ACTIVE = "active"
    HOLD = "hold"
    STOPPED = "stopped"
    NONPAY = "nonpay"


LINE_STATUSES = [
    (LineStatus.ACTIVE.value, "Active"),
    (LineStatus.HOLD.value, "On hold"),
    (LineStatus.STOPPED.value, "Stopped"),
    (LineStatus.NONPAY.value, "Stopped, not paid"),
]


class ImportState(StrEnum):
    """How far a file has come."""

    STAGING = "staging"  # being read; nothing is in force
    REFUSED = "refused"  # unreadable, or older than the last
    HELD = "held"  # staff are asked
    DECLINED = "declined"  # staff said no
    SWAPPING = "swapping"  # accepted: goes on after an interruption
    TAKEN = "taken"


IMPORT_STATES = [(state.value, state.value.capitalize()) for state in ImportState]
