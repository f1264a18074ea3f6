"""Write down everything that is kept about a reader."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.core.serializers.json import DjangoJSONEncoder

from paywall import clock
from paywall.management.finding import reader_of
from paywall.privacy import exporting


class Command(BaseCommand):
    help = "Write everything that is kept about a reader to standard output, as one JSON document."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="An address of the reader's account.")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        told = exporting.export(reader_of(email), now=clock.now())
        written = json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
        self.stdout.write(written)
