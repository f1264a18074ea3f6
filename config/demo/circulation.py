"""Print subscribers of the invented town: a file of 5,000 accounts, and a bad one that is held."""

import csv
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings

from accounts.models import Reader
from paywall.circulation import importing
from paywall.circulation.claims import Activation
from paywall.circulation.following import follow
from paywall.circulation.models import CirculationImport, PrintAccount, PrintProduct
from paywall.circulation.profiles import COLUMNS
from paywall.entitlements.models import Entitlement, Source

ACCOUNTS = 5000
CUT_OFF = 3100  # rows of the second file
READER = "print@example.com"
READERS_ACCOUNT = "204999"

_FIRST = (
    "Alma", "Bruno", "Cora", "Desmond", "Edith", "Felix", "Greta", "Hugo", "Ines", "Jonas",
    "Kezia", "Leopold", "Maud", "Nils", "Orla", "Piers", "Rosa", "Silas", "Tilda", "Umar",
    "Vera", "Wendel", "Yara",
)  # fmt: skip
_LAST = (
    "Ashdown", "Brackley", "Copperfen", "Dunmarsh", "Eelwright", "Fairquay", "Gullrey", "Harborne",
    "Ironmere", "Jettison-Low", "Kittiwake", "Lanternby", "Mudlark", "Netherby", "O'Tarn",
    "Pebbleham", "Quillfeather", "Reedman", "Saltersgate", "Tidewell", "Underhythe", "van der Plas",
    "Weirwood", "Yarmouth-Grey", "Zeelander", "Müllender", "de la Strand", "Kahale", "Winterbourne",
)  # fmt: skip
_STREETS = (
    "Quay Street", "Fish Lane", "Corn Hill", "Lighthouse Road", "Saltmarsh Walk", "Guildhall Yard",
    "Ropewalk", "Tanner Row", "Chapel Rise",
)  # fmt: skip

# What the end of `make demo` prints, to be turned on by hand at /activate/.
TO_ACTIVATE: Mapping[str, Mapping[str, str]] = {
    "300101": {
        "first_name": "Mabel",
        "last_name": "O'Hanlon-Pike",
        "postal_code": "04109",
        "status": "active",
        "hold_until": "",
    },
    "300102": {
        "first_name": "Ottoline",
        "last_name": "Marchbanks",
        "second_name": "Casimir Thistlewood",
        "postal_code": "04112-2207",
        "status": "hold",
    },
    "300103": {
        "first_name": "",
        "last_name": "",
        "company": "Brackwater Boatbuilders Ltd",
        "postal_code": "04111",
        "status": "active",
    },
}


def make_circulation(*, now: datetime) -> str:
    """Take in the town's circulation file, and one that the breaker stops; say what became of them.

    A second time there is nothing to do.
    """
    if not CirculationImport.objects.exists():
        PrintProduct.objects.get_or_create(rate_code="DEALER", defaults={"opens": "nothing"})
        rows = list(rows_of(now.date()))
        whole = _write("circulation.csv", rows, at=now - timedelta(hours=1))
        importing.take(str(whole), profile="standard", now=now)
        _activate_the_reader(now=now)
        cut_off = _write("circulation-cut-off.csv", rows[:CUT_OFF], at=now)
        importing.take(str(cut_off), profile="standard", now=now)
    taken = CirculationImport.objects.order_by("pk").first()
    held = CirculationImport.objects.order_by("pk").last()
    return f"Tonight's circulation file: {taken and taken.summary()}\n{_ask_about(held)}"


def _ask_about(file: CirculationImport | None) -> str:
    if file is None or file.state != "held":
        return ""
    return f"A bad one waits for staff, since it was cut off: {file.summary()}\n"


def rows_of(today: date) -> Iterator[dict[str, str]]:
    """Yield the rows of the town's file: every status, households, companies, dealers, moves."""
    for number, fields in TO_ACTIVATE.items():
        yield _row(int(number), today) | {"account_number": number, **fields}
    for index in range(len(TO_ACTIVATE), ACCOUNTS):
        yield _row(200_000 + index, today)


def _row(number: int, today: date) -> dict[str, str]:
    row = dict.fromkeys(COLUMNS, "") | {
        "account_number": str(number),
        "first_name": _FIRST[number % len(_FIRST)],
        "last_name": _LAST[number // 3 % len(_LAST)],
        "street": f"{1 + number % 180} {_STREETS[number % len(_STREETS)]}",
        "city": "Brackwater",
        "postal_code": f"04{101 + number % 20}",
        "phone": f"(555) 01{number % 10}-{number * 37 % 10000:04}",
        "email": f"subscriber{number}@example.net" if number % 3 else "",
        "delivery_days": ("MTWRFSU", "SU", "MTWRF", "U")[number % 4],
        "status": "active",
        "paid_through": (today + timedelta(days=number % 90)).isoformat(),
        "product": "DAILY",
        "rate_code": "STANDARD",
    }
    return row | _what_is_special(number, today)


def _what_is_special(number: int, today: date) -> dict[str, str]:
    """Return what differs in the account of one in some."""
    long_ago = (today - timedelta(days=200)).isoformat()
    just_now = (today - timedelta(days=5)).isoformat()
    back = (today + timedelta(days=12)).isoformat()
    special: dict[int, dict[str, str]] = {
        1: {"status": "hold", "hold_until": back},
        2: {"status": "hold", "hold_until": ""},
        3: {"status": "stopped", "paid_through": just_now},
        4: {"status": "stopped", "paid_through": long_ago},
        5: {"status": "nonpay", "paid_through": just_now},
        6: {"status": "nonpay", "paid_through": long_ago},
        7: {"paid_through": ""},  # collected by the carrier
        8: {"second_name": f"{_FIRST[number % 7]} {_LAST[number % 11]}"},
        9: {"company": f"{_LAST[number % 13]} & Sons", "first_name": "", "last_name": ""},
        10: {"rate_code": "DEALER", "company": "Newsagent", "email": ""},
        11: {"former_account_number": str(number - 100_000), "billing_postal_code": "04199"},
    }
    return special.get(number % 50, {})


def _write(name: str, rows: Iterable[Mapping[str, str]], *, at: datetime) -> Path:
    folder = settings.VAR_DIR / "circulation"
    folder.mkdir(parents=True, exist_ok=True)
    path: Path = folder / name
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def _activate_the_reader(*, now: datetime) -> None:
    """Have the reader with the printed paper hold a seat on an account of the file."""
    reader = Reader.objects.filter(email=READER).first()
    account = PrintAccount.objects.filter(number=READERS_ACCOUNT).first()
    if reader and account:
        has = Entitlement.objects.in_force(now).filter(reader=reader, source=Source.PRINT)
        Activation.objects.create(
            account=account,
            reader=reader,
            holder=True,
            proof="number",
            claimed_at=now,
            entitlement=has.first(),
        )
        follow([account.pk], as_of=now, now=now)


def what_to_activate() -> str:
    """Return the accounts to turn on by hand, a line each."""
    numbers = list(TO_ACTIVATE)
    accounts = PrintAccount.objects.filter(number__in=numbers).order_by("number")
    return "\n".join(
        f"       {account.number}  {account.last_name or account.company}, "
        f"{account.street}, {account.postal_code}, phone …{account.phone_last4}"
        for account in accounts
    )
