"""What a process remembers for a while, so that it is not asked for or made again."""

import time
from typing import Generic, TypeVar

Key = TypeVar("Key")
Thing = TypeVar("Thing")


class Memory(Generic[Key, Thing]):
    """Things by their keys, each with the moment its making began; all are dropped for the last.

    An age is counted from before the question, not from the answer: what changed in between is
    then seen in time. The threads of a process share it: a look-up is one step, as is a change.
    """

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._things: dict[Key, tuple[float, Thing]] = {}

    def get(self, key: Key, *, seconds: float) -> Thing | None:
        """Return what is remembered, unless it is as old as that."""
        found = self._things.get(key)
        return found[1] if found and time.monotonic() - found[0] < seconds else None

    def set(self, key: Key, thing: Thing, *, asked_at: float) -> None:
        """Remember a thing; `asked_at` is what time.monotonic() said before it was asked for."""
        if len(self._things) >= self._most:
            self._things.clear()
        self._things[key] = asked_at, thing

    def forget(self, key: Key) -> None:
        self._things.pop(key, None)

    def clear(self) -> None:
        self._things.clear()
