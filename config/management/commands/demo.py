"""Make the demonstration newspaper, and say what to try."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.demo.cases import make_cases
from config.demo.circulation import make_circulation, what_to_activate
from config.demo.figures import make_figures
from config.demo.paper import make_packages, make_stories
from config.demo.readers import PASSWORD, READERS, STAFF, make_readers
from config.demo.shop import OtherStripeError, open_shop
from config.demo.subscribers import make_subscribers
from paywall import clock
from paywall.insights import counting
from paywall.payments.gateway import GatewayError


class Command(BaseCommand):
    help = (
        "Make the demonstration newspaper (only with DEBUG on). A second run adds what is missing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError(
                "The demonstration's readers share a known password: it needs DEBUG on."
            )
        make_packages()
        try:
            shop = open_shop(now=clock.now())
            if settings.STRIPE_API_BASE:
                make_subscribers()
        except OtherStripeError as error:
            raise CommandError(str(error)) from error
        except (GatewayError, OSError) as error:
            shop = f"{shop} Nobody subscribes yet: {error}"
        now = clock.now()
        made = make_stories(now=now)
        make_readers(now=now)
        print_accounts = make_circulation(now=now)
        make_cases(now=now)
        make_figures(today=counting.day_of(now))
        self.stdout.write(
            f"{made} new stories. {shop}\n{print_accounts}\n\n{_what_to_try()}{_what_to_activate()}"
        )


def _what_to_try() -> str:
    width = max(map(len, READERS))
    readers = "\n".join(f"  {email:<{width}}  {state}" for email, state in READERS.items())
    mail = getattr(settings, "EMAIL_FILE_PATH", "")
    return f"""\
{settings.NEWSPAPER_NAME} is at {settings.SITE_URL}/

Sign in with the password {PASSWORD}:
{readers}

The staff at /admin/, one of each group: {", ".join(STAFF)}

Try this:
  1. Open a story as a stranger: its beginning, then the three ways in.
  2. Start a free account; the emailed code is in the newest file of {mail or "your mailbox"}
  3. Open stories: seven are free this month, the eighth is not.
  4. Change the rule for everybody: {settings.SITE_URL}/admin/paywall/meterrule/
     See what the paper earns: {settings.SITE_URL}/admin/ (a year of invented counts; the money is
     what was paid at the sandbox), and each Monday's letter to {settings.PUBLISHER_ADDRESS}
{_what_to_try_at_the_sandbox()}
What you change is still there when you start it again; `make clean` begins afresh.
"""


def _what_to_try_at_the_sandbox() -> str:
    base = settings.STRIPE_API_BASE
    if not base:
        return ""
    return f"""\
  5. Subscribe with a test card: {settings.SITE_URL}/subscribe/ (a sandbox; no money moves)
  6. Jump a month ahead, decline a card, refund a payment: {base}/clock
     The newspaper's clock follows. Commands in another terminal reach the same sandbox with
     STRIPE_SECRET_KEY={settings.STRIPE_SECRET_KEY} STRIPE_API_BASE={base}
"""


def _what_to_activate() -> str:
    return f"""
Print subscribers: turn one of these on at {settings.SITE_URL}/activate/ (signed in, for example
as free@example.com): its number with the last name or company, and the postal code.
{what_to_activate()}
The circulation desk looks at its files: {settings.SITE_URL}/admin/paywall/circulationimport/
and decides on two readers who were not found: {settings.SITE_URL}/admin/paywall/printcase/
"""
