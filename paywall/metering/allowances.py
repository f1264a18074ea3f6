"""Which rule applies to a visit, and which stories are free to everybody for now."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many premium stories a month are free: with an account, and without one."""

    readers: int
    strangers: int


HOUSE = Allowance(readers=7, strangers=0)


@dataclass(frozen=True, slots=True)
class FreeWindow:
    """A time in which all stories are free to everybody: of a section, or (None) of the paper."""

    section: str | None
    starts_at: datetime
    ends_at: datetime

    def lasts(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at

    def covers(self, section: str) -> bool:
        return self.section is None or self.section == section


class Whose(Enum):
    """Whose rule one is."""

    SECTION = "the section's rule"
    HOUSE = "the rule for the whole paper"


@dataclass(frozen=True, slots=True)
class Considered:
    """A rule in the order they are asked; without an allowance there is none."""

    whose: Whose
    allowance: Allowance | None


@dataclass(frozen=True, slots=True)
class Rules:
    """The rule for the whole paper, those of sections by their slug, and what is free for now."""

    house: Allowance
    sections: Mapping[str, Allowance]
    free: tuple[FreeWindow, ...] = ()

    def considered(self, section: str) -> Iterator[Considered]:
        """Return the rules for a section's stories; the first that there is applies."""
        yield Considered(Whose.SECTION, self.sections.get(section))
        yield Considered(Whose.HOUSE, self.house)

    def chosen(self, section: str) -> Allowance:
        """Return the rule that applies to a section's stories."""
        return next(one.allowance for one in self.considered(section) if one.allowance)

    def allowance(self, section: str, *, signed_in: bool) -> int:
        """Return what a story of this section is compared with: the one total of stories opened."""
        rule = self.chosen(section)
        return rule.readers if signed_in else rule.strangers

    def free_mode(self, section: str, *, at: datetime) -> bool:
        """Tell whether all stories of this section are free to everybody at a moment."""
        return any(window.covers(section) and window.lasts(at) for window in self.free)
