"""Crashing at any chosen step: before or after a statement of the database, or a sending."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection


class Crash(BaseException):
    """What no `except Exception` catches, as when the machine loses its power."""


class Steps:
    """Counts the steps that are done, and crashes at the one with the number that is given."""

    def __init__(self, crash_at: int) -> None:
        self.crash_at = crash_at
        self.done: list[str] = []

    def step(self, name: str) -> None:
        self.done.append(name)
        if len(self.done) == self.crash_at:
            raise Crash(name)

    def around(self, name: str, do: Callable[[], Any]) -> Any:
        self.step(f"before {name}")
        answer = do()
        self.step(f"after {name}")
        return answer


@contextmanager
def crash(monkeypatch: pytest.MonkeyPatch, *, at: int) -> Iterator[Steps]:
    """Crash at this step of what is done within; the database hears no more of us then."""
    steps = Steps(at)
    send = EmailBackend.send_messages

    def wrap(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        name = " ".join(sql.split()[:2])
        return steps.around(name, lambda: execute(sql, params, many, context))

    def send_messages(self: EmailBackend, messages: Any) -> Any:
        return steps.around("sending", lambda: send(self, messages))

    with monkeypatch.context() as patch, connection.execute_wrapper(wrap):
        patch.setattr(EmailBackend, "send_messages", send_messages)
        try:
            yield steps
        except Crash:
            steps.done.append("crashed")
            connection.close()
