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

    ARRIVING = "arriving"  # staff are sending it
    WAITING = "waiting"  # staff have sent it: a task is to read it
    STAGING = "staging"  # being read; nothing is in force
    REFUSED = "refused"  # unreadable, or older than the last
    HELD = "held"  # staff are asked
    DECLINED = "declined"  # staff said no
    SWAPPING = "swapping"  # accepted: goes on after an interruption
    TAKEN = "taken"


_SAID = {
    ImportState.ARRIVING: "Being sent",
    ImportState.WAITING: "Sent, not read yet",
    ImportState.STAGING: "Being read",
    ImportState.SWAPPING: "Being put in force",
}
IMPORT_STATES = [(state.value, _SAID.get(state, state.value.capitalize())) for state in ImportState]
