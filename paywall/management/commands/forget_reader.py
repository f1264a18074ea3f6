"""Erase a reader."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from paywall import clock
from paywall.circulation.locking import BusyError
from paywall.management.finding import reader_of
from paywall.payments import gateway
from paywall.payments.gateway import GatewayError
from paywall.payments.hindrances import Hindered
from paywall.privacy import forgetting


class Command(BaseCommand):
    help = (
        "Erase a reader for good: end what they pay for at Stripe, delete the account and what is "
        "known of the printed paper, and have later circulation files leave them out. Invoices "
        "stay, without the person. Asks first."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="An address of the reader's account.")
        parser.add_argument("--yes", action="store_true", help="Do not ask.")

    def handle(self, *args: Any, email: str, yes: bool, **options: Any) -> None:
        reader = reader_of(email)
        if not yes and not _is_sure(f"Erase {reader}? This cannot be undone. (yes/no) "):
            raise CommandError("Nothing was erased.")
        try:
            gone = forgetting.forget(gateway.from_settings, reader, now=clock.now())
        except (Hindered, BusyError) as why:
            raise CommandError(str(why)) from None
        except GatewayError as error:
            raise CommandError(
                f"The reader was not erased: what they pay for could not be ended at Stripe. "
                f"{error} Try again."
            ) from None
        kept = "Invoices are kept, without the person. " if gone.keeps_invoices else ""
        self.stdout.write(
            f"Erased. {kept}Print accounts that later files leave out: {gone.print_accounts}."
        )


def _is_sure(question: str) -> bool:
    try:
        return input(question).strip().lower() == "yes"
    except EOFError:  # nobody is there to be asked
        return False
