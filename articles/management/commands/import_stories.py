"""Bring stories in from a feed or a WordPress export."""

import time
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, OutputWrapper
from django.db import reset_queries

from articles.importing.bringing import bring
from articles.importing.errors import SourceError
from articles.importing.saving import Outcome, Result
from paywall import clock
from paywall.catalog.story import Access

EVERY_ITEMS = 1_000
EVERY_SECONDS = 5.0
COUNTED = (
    Outcome.CREATED,
    Outcome.UPDATED,
    Outcome.UNCHANGED,
    Outcome.KEPT,
    Outcome.REJECTED,
)


class Progress:
    """Says how far it is, every so many items or seconds."""

    def __init__(self, done: str, out: OutputWrapper) -> None:
        self._done, self._out = done, out
        self._items, self._said_at = 0, time.monotonic()

    def step(self) -> None:
        """Count one more item."""
        self._items += 1
        late = time.monotonic() - self._said_at > EVERY_SECONDS
        if self._items % EVERY_ITEMS == 0 or late:
            self._out.write(f"{self._items:,} items {self._done}", lambda line: line)
            self._said_at = time.monotonic()


class Command(BaseCommand):
    help = "Bring stories in from an RSS or Atom feed or a WordPress export (WXR)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", help="a file, or an http or https address")
        parser.add_argument(
            "--section",
            default="",
            metavar="SLUG",
            help="where stories go whose categories name no section (else: news)",
        )
        parser.add_argument(
            "--access",
            default="",
            choices=[access.value for access in Access],
            help="who the stories are for (else: as their section says); "
            "obituaries, notices, safety, corrections and sponsored stories stay free",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        counts: Counter[Outcome] = Counter()
        skipped: Counter[str] = Counter()
        looked, read = Progress("looked through", self.stderr), Progress("read", self.stderr)
        try:
            with bring(
                options["source"],
                section=options["section"],
                access=options["access"],
                now=clock.now(),
                looked=looked.step,
            ) as results:
                for result in results:
                    counts[result.outcome] += 1
                    if result.outcome is Outcome.SKIPPED:
                        skipped[result.why] += 1
                    self._tell(result)
                    read.step()
                    reset_queries()  # with DEBUG on, Django keeps them all
        except SourceError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(", ".join(f"{counts[outcome]} {outcome}" for outcome in COUNTED))
        if not counts:
            self.stdout.write(f"{options['source']} holds no items.")
        if skipped:
            kinds = ", ".join(f"{kind} {count}" for kind, count in skipped.most_common())
            self.stdout.write(f"Skipped, as no published stories: {kinds}")

    def _tell(self, result: Result) -> None:
        which = f"item {result.number}, {result.name or 'without a headline'!r}"
        if result.outcome is Outcome.REJECTED:
            self.stdout.write(f"Rejected: {which}: {result.why}")
        elif result.outcome is Outcome.KEPT:
            self.stdout.write(f"Kept as staff edited it: {which}")
