"""Compare with Stripe, record what differs and say what it was."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from paywall import clock, tasks
from paywall.payments import gateway, reconciling
from paywall.payments.gateway import GatewayError
from paywall.payments.models import Reconciliation


class Command(BaseCommand):
    help = (
        "Look for events of Stripe's that did not arrive, and handle them. A second run changes "
        "nothing. Both comparisons are on the schedule too."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--everything",
            action="store_true",
            help="Compare all subscriptions, customers and prices as well.",
        )

    def handle(self, *args: Any, everything: bool, **options: Any) -> None:
        try:
            stripe = gateway.from_settings()
            self._report(reconciling.missed_events(stripe, now=clock.now()))
            tasks.sweep_stripe_events()
            if everything:
                self._report(reconciling.everything(stripe, now=clock.now()))
        except GatewayError as error:
            raise CommandError(str(error)) from error

    def _report(self, report: Reconciliation | None) -> None:
        if report is None:
            self.stdout.write("Somebody else is comparing the same right now.")
            return
        for sentence in report.differences:
            self.stdout.write(sentence)
        self.stdout.write(f"{report.get_kind_display()}: {report.looked_at} compared.")
