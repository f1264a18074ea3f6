"""Take in a circulation file, and end with what became of it."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from paywall import clock
from paywall.circulation import importing
from paywall.circulation.importing import Answer
from paywall.circulation.locking import BusyError
from paywall.circulation.profiles import PROFILES
from paywall.circulation.states import ImportState
from paywall.tasks import follow_up_print

EXIT_CODES = {ImportState.TAKEN: 0, ImportState.REFUSED: 1, ImportState.HELD: 2}
NICENESS = 5


class Command(BaseCommand):
    help = (
        "Take in a circulation file: a path, or an address that fsspec opens (sftp, s3, https), "
        "packed or not. Ends with 0 when it is taken, 1 when it is refused, 2 when staff have to "
        "look at it first."
    )

    def run_from_argv(self, argv: list[str]) -> None:
        """Let whoever reads go first: what has all night can wait for its turn."""
        os.nice(NICENESS)
        super().run_from_argv(argv)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "source",
            nargs="?",
            help="Where it is; without one, CIRCULATION_SOURCE.",
        )
        parser.add_argument("--dry-run", action="store_true", help="Only say what it would change.")
        parser.add_argument(
            "--profile",
            help=f"How to read it: {', '.join(sorted(PROFILES))}.",
        )

    def handle(
        self,
        *args: Any,
        source: str | None,
        dry_run: bool,
        profile: str | None,
        **options: Any,
    ) -> None:
        source = source or settings.CIRCULATION_SOURCE
        profile = profile or settings.CIRCULATION_PROFILE
        if not source:
            raise CommandError("Name a file, or set CIRCULATION_SOURCE.")
        try:
            answer = importing.take(source, profile=profile, now=clock.now(), dry_run=dry_run)
        except BusyError as error:
            self.stdout.write(f"refused: {error}")
            sys.exit(1)
        if not answer.dry_run and answer.file.state == ImportState.TAKEN:
            transaction.on_commit(follow_up_print.delay, robust=True)
        self._report(answer)
        if code := EXIT_CODES[ImportState(answer.file.state)]:
            sys.exit(code)

    def _report(self, answer: Answer) -> None:
        file = answer.file
        for rejected in answer.rejected:
            self.stdout.write(f"Rejected: {rejected}")
        if answer.rejected and file.rejected > len(answer.rejected):
            self.stdout.write(f"… and {file.rejected - len(answer.rejected)} more.")
        for sentence in file.why.splitlines():
            self.stdout.write(sentence)
        if file.would_end:
            self.stdout.write(f"Activations that end: {file.would_end} of {file.activations}.")
        if answer.dry_run:
            self.stdout.write("A dry run: nothing was changed.")
        self.stdout.write(file.summary())
