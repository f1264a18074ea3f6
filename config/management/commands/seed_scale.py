"""Make a newspaper of a given size, to measure pages and screens on."""

import time
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import Reader
from articles.models import Article
from config.scale import counts, desk, paying, printing, readers, stories
from config.scale.ground import DOMAIN, Ground
from config.scale.pouring import next_id, settle, unchecked
from paywall import clock

SMALLEST = 100
THERE = (
    "The database was filled by seed_scale before, and a second time would not make a newspaper "
    "of a known size: begin with an empty one."
)
REAL = (
    "The database has {count} readers or more already, who may be real: seed_scale fills an empty "
    "one, or with DEBUG on a demonstration's."
)


class Command(BaseCommand):
    help = (
        "Make a newspaper of a given size: readers with meters and what they read, stories, "
        "subscriptions with invoices, print accounts, letters, counts. The same every time. Only "
        "in a database without readers (staff may be there), or with DEBUG on; and only once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--readers", type=int, required=True, metavar="N")
        parser.add_argument("--stories", type=int, required=True, metavar="M")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["readers"] < SMALLEST or options["stories"] < 1:
            raise CommandError(f"It needs at least {SMALLEST} readers and one story.")
        self._refuse()
        with unchecked():
            self._fill(options["readers"], options["stories"])

    def _fill(self, many_readers: int, many_stories: int) -> None:
        ground = Ground(
            many_readers, many_stories, next_id(Reader), next_id(Article),
            clock.now(), ZoneInfo(settings.TIME_ZONE),
        )  # fmt: skip
        began = time.monotonic()
        sections = stories.make_sections()
        prices = paying.make_packages(sections)
        self._told("stories", lambda: stories.make_stories(ground, sections))
        self._told("readers", lambda: readers.make_readers(ground))
        self._told("meters and reads", lambda: readers.make_meters(ground))
        self._told("subscriptions and invoices", lambda: paying.make_paying(ground, prices))
        self._told("print accounts", lambda: printing.make_printed(ground))
        # Whatever gets its id from the database comes after what has one from here.
        ours = [model for app in ("accounts", "articles", "paywall", "account")
                for model in apps.get_app_config(app).get_models()]  # fmt: skip
        settle(ours)
        staff = desk.make_staff(ground)
        self._told("letters", lambda: desk.make_letters(ground))
        self._told("what staff did", lambda: desk.make_trail(ground, staff))
        desk.make_courtesy(ground, staff)
        desk.make_the_rest(ground, staff)
        self._told("counts", lambda: counts.make_counts(ground))
        settle(ours)
        self.stdout.write(
            f"{ground.readers} readers and {ground.stories} stories in "
            f"{time.monotonic() - began:.0f} seconds."
        )

    def _refuse(self) -> None:
        """Refuse to mix invented readers with real ones, and a second run."""
        if Reader.objects.filter(email__endswith=f"@{DOMAIN}").exists():
            raise CommandError(THERE)
        count = Reader.objects.filter(is_staff=False)[:2].count()
        if count and not settings.DEBUG:
            raise CommandError(REAL.format(count=count))

    def _told(self, what: str, make: Callable[[], None]) -> None:
        began = time.monotonic()
        make()
        if self.verbosity > 1:
            self.stdout.write(f"{what}: {time.monotonic() - began:.1f} s")

    def execute(self, *args: Any, **options: Any) -> Any:
        self.verbosity = options["verbosity"]
        return super().execute(*args, **options)
