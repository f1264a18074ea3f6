"""Count the strangers whom a shared cache served."""

from glob import glob
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from paywall import clock
from paywall.insights import access_log


class Command(BaseCommand):
    help = (
        "Count the story pages that a shared cache gave to strangers, from its access log. What "
        "was counted before is not counted again, whatever the file is called by now."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "source", nargs="+", help="Files or patterns, such as '/var/log/nginx/counting.log*'."
        )

    def handle(self, *args: Any, source: list[str], **options: Any) -> None:
        paths = sorted({path for each in source for path in glob(each) or [each]})  # noqa: PTH207  # absolute patterns too
        for path in paths:
            try:
                pages = access_log.count_log(Path(path), now=clock.now())
            except (OSError, EOFError, ValueError) as error:
                raise CommandError(f"{path} was not counted: {error}") from error
            self.stdout.write(f"{path}: {pages} pages that the cache served")
