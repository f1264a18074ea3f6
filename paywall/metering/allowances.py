"""Which rule applies to a visit."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many premium stories a month are free: with an account, and without one."""

    readers: int
    strangers: int


HOUSE = Allowance(readers=7, strangers=0)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rule for the whole paper, and those of sections by their slug."""

    house: Allowance
    sections: Mapping[str, Allowance]

    def allowance(self, section: str, *, signed_in: bool) -> int:
        """Return what a story of this section is compared with: the one total of stories opened."""
        rule = self.sections.get(section, self.house)
        return rule.readers if signed_in else rule.strangers
