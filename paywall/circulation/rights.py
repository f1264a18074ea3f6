"""What a print account opens. Pure; the table is the policy.

| the line is                  | opens | until                                                  |
|------------------------------|-------|--------------------------------------------------------|
| active                       | yes   | whatever its paid-through date says, empty included    |
| on hold                      | yes   | the longest hold after the first file that said so     |
| stopped, or stopped unpaid   | yes   | the grace after the paid-through date; without a date, |
|                              |       | after the first file that said so                      |
| … and was so when first seen | no    | if it has no date: there is nothing to be kept         |
| of a kind that opens nothing | no    | a dealer's, a rack's: the table of products says it    |

The best line wins. An account absent from a full file opens for the grace after the first file
without it, and no longer than its lines do. Everything is judged at the moment of the last
accepted file, so that a late or missing file ends nobody.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from paywall.circulation.states import LineStatus


class Why(StrEnum):
    """Why it opens, or does not."""

    ACTIVE = "active"
    ON_HOLD = "on hold"
    STOPPED = "stopped"  # still opens: paid for, or in the grace
    ABSENT = "absent"  # still opens: in the grace
    HELD_TOO_LONG = "held too long"
    ENDED = "ended"
    OPENS_NOTHING = "opens nothing"  # a dealer's, a rack's
    NO_LINES = "no lines"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that an account takes. `status_since`: the first file that said so.

    None for what was so already when the account was first seen.
    """

    product: str
    rate_code: str
    status: str
    status_since: datetime | None = None
    paid_through: date | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """What a line opens: everything, or sections by their keys, or neither."""

    everything: bool = False
    sections: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return self.everything or bool(self.sections)


EVERYTHING = Scope(everything=True)


@dataclass(frozen=True, slots=True)
class Policy:
    """The house's rules. `opens`: (product, rate code) to what such a line opens; "" is any.

    What fits most closely counts: both, then the rate code, then the product, then any.
    """

    grace: timedelta
    longest_hold: timedelta
    zone: ZoneInfo
    opens: Mapping[tuple[str, str], Scope] = field(default_factory=dict)

    def scope_of(self, line: Line) -> Scope:
        product, rate_code = line.product.casefold(), line.rate_code.casefold()
        for key in ((product, rate_code), ("", rate_code), (product, ""), ("", "")):
            if (scope := self.opens.get(key)) is not None:
                return scope
        return EVERYTHING


@dataclass(frozen=True, slots=True)
class Right:
    """What an account gives at the moment it was judged at.

    `until`: when it closes if nothing more is heard of it (exclusive); None while it is active.
    Of what does not open it is when that closed, if it is known.
    """

    opens: bool
    why: Why
    scope: Scope = Scope()
    until: datetime | None = None


def right_of(
    lines: Iterable[Line], *, absent_since: datetime | None, as_of: datetime, policy: Policy
) -> Right:
    """Return what an account gives, judged at the moment of the last accepted file."""
    lines = list(lines)
    if not lines:
        return Right(opens=False, why=Why.NO_LINES)
    chosen = [(line, scope) for line in lines if (scope := policy.scope_of(line))]
    if not chosen:
        return Right(opens=False, why=Why.OPENS_NOTHING)
    judged = [(scope, *_term(line, policy)) for line, scope in chosen]
    closes = absent_since + policy.grace if absent_since else None
    judged = [(scope, why, _earlier(until, closes)) for scope, why, until in judged]
    open_now = [one for one in judged if one[2] is None or as_of < one[2]]
    scope, why, until = max(open_now or judged, key=_rank)
    if not open_now:
        too_long = why is Why.ON_HOLD and not absent_since
        return Right(opens=False, why=Why.HELD_TOO_LONG if too_long else Why.ENDED, until=until)
    if closes is not None and until == closes:
        why = Why.ABSENT
    return Right(opens=True, why=why, scope=_union(one[0] for one in open_now), until=until)


def _term(line: Line, policy: Policy) -> tuple[Why, datetime | None]:
    """Return why a line opens, and until when; None: without end."""
    if line.status == LineStatus.ACTIVE:
        return Why.ACTIVE, None
    if line.status == LineStatus.HOLD:
        since = line.status_since
        return Why.ON_HOLD, since + policy.longest_hold if since else None
    if line.paid_through:  # inclusive: it ends with its day, on the newspaper's clocks
        last = datetime.combine(line.paid_through, time.min, policy.zone)
        return Why.STOPPED, last + timedelta(days=1) + policy.grace
    if line.status_since:
        return Why.STOPPED, line.status_since + policy.grace
    return Why.STOPPED, datetime.min.replace(tzinfo=policy.zone)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one or other
    return min(one, other)


_ORDER = {Why.STOPPED: 0, Why.ON_HOLD: 1, Why.ACTIVE: 2}


def _rank(judged: tuple[Scope, Why, datetime | None]) -> tuple[bool, float, int]:
    _, why, until = judged
    return until is None, _seconds(until), _ORDER[why]


def _seconds(until: datetime | None) -> float:
    return 0.0 if until is None or until.year < 1900 else until.timestamp()


def _union(scopes: Iterable[Scope]) -> Scope:
    scopes = list(scopes)
    if any(scope.everything for scope in scopes):
        return EVERYTHING
    return Scope(sections=frozenset().union(*(scope.sections for scope in scopes)))
