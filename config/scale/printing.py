"""Print accounts, who turned theirs on, the nightly files and the desk's cases."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from config.scale.ground import DOMAIN, NAMES, Ground, mixed
from config.scale.pouring import next_id, pour
from paywall.circulation.claims import Activation, PrintCase
from paywall.circulation.models import CirculationImport, PrintAccount, PrintLine
from paywall.circulation.states import ImportState
from paywall.entitlements.models import Entitlement, Source
from paywall.insights.models import PrintReaderDay

ACCOUNTS_EVERY = 5  # as many print accounts as a fifth of the readers
ACTIVATED = 3  # of ten accounts are turned on
NIGHTS = 400
DAYS_READ = 3
DAYS = ("MTWRFSU", "MTWRFSU", "SU", "S", "U")
PAPER = "Gazette"


def make_printed(ground: Ground) -> None:
    """Make the accounts and all that hangs on them."""
    accounts = ground.readers // ACCOUNTS_EVERY
    first, seen = next_id(PrintAccount), ground.ago(days=300)
    pour(
        PrintAccount,
        ("id", "publication", "number", "number_key", "first_name", "last_name", "street", "city",
         "postal_code", "phone_last4", "email", "digest", "first_seen_at", "last_seen_at"),
        (
            (first + a, PAPER, f"{5_000_000 + a}", f"{5_000_000 + a}", NAMES[a // 16 % 16],
             f"{NAMES[a % 16]}{_letters(a // 256)}", f"{a % 997} Quay Street", "Brackwater",
             _code(a), f"{a % 10_000:04}", f"print{a:07}@{DOMAIN}" if a % 3 else "", mixed(a),
             seen, ground.now)
            for a in range(accounts)
        ),
    )  # fmt: skip
    pour(
        PrintLine,
        ("account", "product", "rate_code", "delivery_days", "status", "paid_through"),
        (
            (first + a, "PAPER" if line == 0 else "MAGAZINE", "FULL", DAYS[(a + line) % 5],
             "stopped" if a % 20 == 19 else "hold" if a % 20 == 18 else "active",
             ground.today + timedelta(days=a % 300))
            for a in range(accounts)
            for line in range(2 if a % 10 == 0 else 1)
        ),
    )  # fmt: skip
    _make_activations(ground, first, accounts)
    _make_files(ground, accounts)
    pour(
        PrintCase,
        ("reader", "state", "number", "last_name", "postal_code", "typed_at", "opened_at"),
        (
            (ground.first_reader + n, "open" if n % 4000 == 5 else "declined", f"{n}",
             NAMES[n % 16], _code(n), at, at)
            for n in range(5, ground.readers, 500)
            for at in [ground.ago(days=mixed(n) % 60)]
        ),
    )  # fmt: skip


def _make_activations(ground: Ground, account: int, accounts: int) -> None:
    right = next_id(Entitlement)
    numbers = range(accounts * ACTIVATED // 10)
    pour(
        Entitlement,
        ("id", "reader", "source", "starts_at"),
        (
            (right + a, _reader(ground, a), Source.PRINT.value, ground.ago(days=mixed(a) % 300))
            for a in numbers
        ),
    )
    pour(
        Activation,
        ("account", "reader", "state", "holder", "proof", "claimed_at", "entitlement"),
        (
            (account + a, _reader(ground, a), "active", True, "number",
             ground.ago(days=mixed(a) % 300), right + a)
            for a in numbers
        ),
    )  # fmt: skip
    pour(
        PrintReaderDay,
        ("day", "reader", "account", "publication"),
        (
            (ground.today - timedelta(days=back), _reader(ground, a), account + a, PAPER)
            for a in numbers
            if a % 4 == 0
            for back in range(DAYS_READ)
        ),
    )


def _make_files(ground: Ground, accounts: int) -> None:
    pour(
        CirculationImport,
        ("source", "profile", "sha256", "state", "began_at", "as_of", "ended_at", "rows",
         "unchanged", "publications"),
        _files(ground, accounts),
    )  # fmt: skip


def _files(ground: Ground, accounts: int) -> Iterator[tuple[Any, ...]]:
    for night in range(NIGHTS, 0, -1):
        at = ground.ago(days=night)
        state = ImportState.HELD if night == 1 else ImportState.TAKEN
        yield (
            f"circulation-{at:%Y-%m-%d}.csv", "standard", f"{mixed(night):064x}", state.value, at,
            at, at + timedelta(minutes=2), accounts, accounts, {PAPER: accounts},
        )  # fmt: skip


def _reader(ground: Ground, account: int) -> int:
    """Return who turned an account on: readers far apart, none of whom is a customer."""
    return ground.first_reader + account * 16 + 3


def _code(number: int) -> str:
    return f"{4101 + mixed(number) % 60:05}"


def _letters(number: int) -> str:
    return "".join(chr(97 + number // 26**place % 26) for place in range(3))
