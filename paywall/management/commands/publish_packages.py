"""Bring the packages and prices to Stripe, and say what differs there."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from paywall import clock
from paywall.payments import gateway, publishing
from paywall.payments.gateway import GatewayError
from paywall.payments.publishing import Published


class Command(BaseCommand):
    help = (
        "Create at Stripe what is missing of the packages and prices, and update what was changed "
        "here. What was changed in Stripe's dashboard is shown and left. A second run changes "
        "nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Only say what would be done.")
        parser.add_argument(
            "--take-ours",
            action="store_true",
            help="Undo what was changed in Stripe's dashboard as well.",
        )

    def handle(self, *args: Any, dry_run: bool, take_ours: bool, **options: Any) -> None:
        try:
            stripe = gateway.from_settings()
            if dry_run:
                published = publishing.preview(stripe, take_ours=take_ours)
            else:
                published = publishing.publish(stripe, now=clock.now(), take_ours=take_ours)
        except GatewayError as error:
            raise CommandError(str(error)) from error
        self._report(published, verb="Would publish" if dry_run else "Published")
        if published.refused:
            raise CommandError("\n".join(published.refused))

    def _report(self, published: Published, *, verb: str) -> None:
        for one in published.done:
            self.stdout.write(f"{verb}: {one}")
        for one in published.left:
            self.stdout.write(f"Left as it is at Stripe: {one}")
        if not published.done and not published.left:
            self.stdout.write("Nothing differs.")
