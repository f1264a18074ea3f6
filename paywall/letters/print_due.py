"""Which letters are due about the printed paper's digital access. Pure: this table is the policy.

| letter          | key                        | due                                              |
|-----------------|----------------------------|--------------------------------------------------|
| print_activated | print-activated:ACTIVATION | its entitlement began                            |
| print_hold      | print-hold:ACTIVATION:DATE | the first file said so: nothing is lost          |
| print_ending    | print-ending:ACTIVATION:DATE | from ENDING before it closes, if nothing more  |
|                 |                            | is heard of it; never of an account that is      |
|                 |                            | active                                           |
| print_ended     | print-ended:ACTIVATION:DATE | it closed, and the account opens nothing now    |
| print_back      | print-back:ACTIVATION:DATE | it opens again after a letter that it had ended  |
| print_asked     | print-asked:ACTIVATION     | somebody waits for the holder's word             |
| print_declined  | print-declined:CASE        | staff said no, and why                           |

Dates are the newspaper's. What happened longer than NEWS ago is no news: the first file of a paper
writes to nobody about stops and holds of last year.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from paywall.circulation.rights import Right, Why
from paywall.letters.due import NEWS
from paywall.letters.kinds import Kind

ENDING = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class PrintFacts:
    """One activation that has a seat. `held_since`: the first file that said it is on hold.

    `began_at`, `ended_at`: of its entitlement; None: there is none, it has no end. `written`: the
    keys of the letters about it that there are already.
    """

    activation: int
    right: Right
    began_at: datetime | None = None
    ended_at: datetime | None = None
    held_since: datetime | None = None
    written: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PrintDue:
    """A letter that is due, and the moment that it names."""

    kind: Kind
    key: str
    at: datetime | None = None


def due_letters(facts: PrintFacts, *, now: datetime, zone: ZoneInfo) -> list[PrintDue]:
    """Return the letters that are due about one activation and not written yet."""
    return [due for due in _due(facts, now, zone) if due.key not in facts.written]


def _due(facts: PrintFacts, now: datetime, zone: ZoneInfo) -> Iterator[PrintDue]:
    me, right = facts.activation, facts.right
    if facts.began_at and right.opens and _is_news(facts.began_at, now):
        yield PrintDue(Kind.PRINT_ACTIVATED, f"print-activated:{me}")
    if right.opens:
        yield from _while_open(facts, now, zone)
    elif facts.ended_at and facts.ended_at <= now and _is_news(facts.ended_at, now):
        day = _date(facts.ended_at, zone)
        yield PrintDue(Kind.PRINT_ENDED, f"print-ended:{me}:{day}", facts.ended_at)


def _while_open(facts: PrintFacts, now: datetime, zone: ZoneInfo) -> Iterator[PrintDue]:
    me, right = facts.activation, facts.right
    if right.why is Why.ON_HOLD and facts.held_since and _is_news(facts.held_since, now):
        day = _date(facts.held_since, zone)
        yield PrintDue(Kind.PRINT_HOLD, f"print-hold:{me}:{day}", right.until)
    closes = right.until
    if right.why is not Why.ACTIVE and closes and now < closes <= now + ENDING:
        yield PrintDue(Kind.PRINT_ENDING, f"print-ending:{me}:{_date(closes, zone)}", closes)
    if facts.ended_at is None:
        ended = sorted(key for key in facts.written if key.startswith(f"print-ended:{me}:"))
        if ended:
            yield PrintDue(Kind.PRINT_BACK, ended[-1].replace("ended", "back", 1))


def _is_news(moment: datetime, now: datetime) -> bool:
    return now - NEWS < moment


def _date(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).date().isoformat()
