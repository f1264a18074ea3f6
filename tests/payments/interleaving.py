"""Several who work at once, one step at a time, in an order that a seed decides.

Each has a thread of its own and stops wherever it has heard from Stripe: the answer may then be
as old as the seed likes before it is recorded. They share one database connection, which is in
nobody's transaction while Stripe is asked; that is looked at too.
"""

import random
import threading
from collections.abc import Callable
from typing import Any

from django.db import connection, connections

from tests.stripe_sandbox import InProcessClient


class Worker:
    """Work that goes on when it is told to, until it pauses or is done."""

    def __init__(self, work: Callable[[], object]) -> None:
        self.done = False
        self._error: BaseException | None = None
        self._may_go, self._has_stopped = threading.Semaphore(0), threading.Semaphore(0)
        self._connection = connections["default"]
        self._connection.inc_thread_sharing()
        threading.Thread(target=self._run, args=[work], daemon=True).start()

    def go_on(self) -> None:
        """Let it work until it pauses again; raises what it raised."""
        self._may_go.release()
        assert self._has_stopped.acquire(timeout=30), "It neither pauses nor ends."
        if self._error:
            raise self._error

    def pause(self) -> None:
        """Stop here, from within, until it is told to go on."""
        self._has_stopped.release()
        self._may_go.acquire()

    def _run(self, work: Callable[[], object]) -> None:
        connections["default"] = self._connection
        _here.worker = self
        self._may_go.acquire()
        try:
            work()
        except BaseException as error:
            self._error = error
        self.done = True
        self._connection.dec_thread_sharing()
        self._has_stopped.release()


_here = threading.local()


class SlowStripe(InProcessClient):
    """Answers at once, but those who work here do not get to it before they are told to go on."""

    def request(self, *args: Any, **kwargs: Any) -> Any:
        worker: Worker | None = getattr(_here, "worker", None)
        depth = len(connection.savepoint_ids)
        answer = super().request(*args, **kwargs)
        if worker:
            assert depth == SlowStripe.outside, "Stripe is asked in a transaction."
            worker.pause()
        return answer

    outside = 0


class Interleaving:
    """Work under way; a seed says who goes on."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self._working: list[Worker] = []
        self._pace: list[float] = []
        SlowStripe.outside = len(connection.savepoint_ids)

    def begin(self, work: Callable[[], object]) -> None:
        """Begin some work, as far as its first pause."""
        worker = Worker(work)
        self._working.append(worker)
        self._pace.append(self.random.random() ** 8 + 1e-6)  # some hardly get on
        self._go_on(worker)

    def go_on(self) -> None:
        """Let somebody go on, if anybody has anything to do."""
        if self._working:
            self._go_on(*self.random.choices(self._working, self._pace))

    def finish(self) -> None:
        """Let everybody go on to the end."""
        while self._working:
            self.go_on()

    def _go_on(self, worker: Worker) -> None:
        worker.go_on()
        if worker.done:
            place = self._working.index(worker)
            del self._working[place], self._pace[place]
