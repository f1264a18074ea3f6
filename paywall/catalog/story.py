"""An article as the gate sees it, whoever keeps its text."""

from dataclasses import dataclass
from enum import StrEnum


class Access(StrEnum):
    """Who a story is for."""

    FREE = "free"
    METERED = "metered"
    SUBSCRIBERS = "subscribers"


ACCESS_CHOICES = [
    (Access.FREE.value, "Free"),
    (Access.METERED.value, "Metered"),
    (Access.SUBSCRIBERS.value, "Subscribers only"),
]


@dataclass(frozen=True, slots=True)
class Story:
    """What the gate has to know.

    `key` names the story for ever, `section` is a section's slug, `address` a path or URL.
    """

    key: str
    access: Access
    section: str
    title: str
    address: str
