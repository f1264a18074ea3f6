"""What the gate must answer, reckoned by hand: no database, no cache, nothing clever."""

from dataclasses import dataclass, field
from itertools import count

from paywall.periods import Period

Label = tuple[
    str, str
]  # what points to a meter: ("reader", "2"), ("mailbox", ...), ("device", ...)


@dataclass(eq=False)
class Tally:
    """A meter: the stories of each month, and the month it has come to."""

    period: Period
    stories: dict[Period, set[str]] = field(default_factory=dict)
    charged_to: "Tally | None" = None
    gone: bool = False
    number: int = field(default_factory=count(1).__next__)

    def month(self, asked: Period) -> Period:
        """Return the month that a story counts in: never one before that of the last story."""
        return max(asked, self.period)

    def of(self, month: Period) -> set[str]:
        return self.stories.setdefault(month, set())

    def take(self, other: "Tally") -> None:
        for month, stories in other.stories.items():
            self.of(month).update(stories)
        self.period = max(self.period, other.period)


@dataclass
class Reckoning:
    """Every meter, by what points to it."""

    tallies: dict[Label, Tally] = field(default_factory=dict)

    def all(self) -> list[Tally]:
        return list({id(tally): tally for tally in self.tallies.values()}.values())

    def join(self, labels: list[Label], period: Period) -> Tally:
        """Make one of all that these point to: the oldest, with what the others had."""
        pointed = {t.number: t for label in labels if (t := self.tallies.get(label))}
        found = [pointed[number] for number in sorted(pointed)]
        kept = found[0] if found else Tally(period)
        for other in found[1:]:
            kept.take(other)
            other.gone = True
            self._replace(other, kept)
        self.tallies.update(dict.fromkeys(labels, kept))
        return kept

    def charge(self, device: Label, tally: Tally) -> None:
        """Count a device's stories on the meter of the first reader who signs in on it."""
        stranger = self.tallies.get(device)
        if stranger and stranger.charged_to in (None, tally):
            tally.take(stranger)
            stranger.charged_to = tally

    def forget(self, label: Label) -> None:
        """Take away what points to a meter; the meter stays while anything else does."""
        del self.tallies[label]

    def forget_strays(self, period: Period) -> None:
        """Forget the meters of earlier months that no reader points to."""
        kept = {id(t) for (kind, _), t in self.tallies.items() if kind == "reader"}
        for tally in self.all():
            if id(tally) not in kept and tally.period < period:
                tally.gone = True
                self._replace(tally, None)
        self.tallies = {label: t for label, t in self.tallies.items() if not t.gone}

    def _replace(self, old: Tally, new: Tally | None) -> None:
        for label, tally in self.tallies.items():
            if tally is old and new:
                self.tallies[label] = new
            if tally.charged_to is old:
                tally.charged_to = new
