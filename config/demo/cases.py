"""Print subscribers who were not found and asked the desk: cases for staff to decide."""

from datetime import datetime

from accounts.models import Reader
from config.demo.readers import account_of
from paywall.circulation import cases, drafts, linking, seating
from paywall.circulation.claims import PrintCase
from paywall.circulation.matching import Typed
from paywall.circulation.models import PrintAccount

MISSPELT, FULL = "204990", "204991"
ASKING = {"asks.name@example.com": MISSPELT, "asks.seat@example.com": FULL}
HOUSEHOLD = "household{}@example.com"


def make_cases(*, now: datetime) -> None:
    """Have one reader ask whose name differs from the file's, and one whose seats are taken.

    Whoever asked before does not ask again.
    """
    for email, number in ASKING.items():
        account = PrintAccount.objects.filter(number=number).first()
        reader = account_of(email)
        if account is None or PrintCase.objects.filter(reader=reader).exists():
            continue
        if number == FULL:
            _fill(account, now=now)
        _ask(reader, account, now=now)


def _fill(account: PrintAccount, *, now: datetime) -> None:
    for seat in range(seating.free_seats(account)):
        linking.link(account, account_of(HOUSEHOLD.format(seat + 1)), now=now)


def _ask(reader: Reader, account: PrintAccount, *, now: datetime) -> None:
    differs = account.number == MISSPELT
    typed = Typed(
        number=account.number,
        last_name="Thistledown" if differs else account.last_name,
        postal_code=account.postal_code,
    )
    drafts.keep_draft(reader, typed, now=now)
    cases.open_case(reader, now=now)
