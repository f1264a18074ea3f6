"""How long the answer to a guess takes: python -m tests.bench.guessing [tries].

Posts 2,000 tries of each kind to /activate/, interleaved, and prints their medians. The answers to
a wrong number, a wrong name, an ended account and one whose seats are taken are to be within
5 ms of each other, and so are those without the number. DATABASE_URL chooses the database server;
a test database is made there and dropped.
"""
# ruff: noqa: T201  # a command: it prints what it found

import os
import statistics
import sys
import time

import django

BY_NUMBER = ("wrong number", "wrong name", "ended", "claimed")
BY_PHONE = ("wrong phone", "wrong name by phone", "ended by phone", "claimed by phone")
KINDS = BY_NUMBER + BY_PHONE
FEW_MS = 5.0
ACCOUNTS = 20_000


def main(tries: int) -> int:
    """Print the medians; return 1 when they are further apart than 5 ms."""
    from django.conf import settings
    from django.test.runner import DiscoverRunner
    from django.test.utils import setup_test_environment, teardown_test_environment

    setup_test_environment()
    settings.PRINT_TRIES_AN_HOUR = settings.PRINT_NETWORK_TRIES_AN_HOUR = 10**9
    settings.LOGGING_CONFIG = None
    runner = DiscoverRunner(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        medians = _measure(tries)
    finally:
        runner.teardown_databases(databases)
        teardown_test_environment()
    for kind, median in medians.items():
        print(f"{kind:>18}: {median:6.2f} ms")
    apart = [
        max(medians[kind] for kind in kinds) - min(medians[kind] for kind in kinds)
        for kinds in (BY_NUMBER, BY_PHONE)
    ]
    print(f"{'apart':>18}: {apart[0]:6.2f} and {apart[1]:.2f} ms, to be at most {FEW_MS}")
    return int(max(apart) > FEW_MS)


def _measure(tries: int) -> dict[str, float]:
    from django.test import Client

    from tests.making import make_reader

    _fill()
    client = Client()
    client.force_login(make_reader())
    forms = {kind: _form(kind) for kind in KINDS}
    times: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for number in range(tries + 20):
        for kind in KINDS[number % len(KINDS) :] + KINDS[: number % len(KINDS)]:
            began = time.perf_counter()
            response = client.post("/activate/", forms[kind])
            took = (time.perf_counter() - began) * 1000
            assert response["Location"] == "/activate/not-found/", kind
            if number >= 20:
                times[kind].append(took)
    return {kind: statistics.median(took) for kind, took in times.items()}


def _form(kind: str) -> dict[str, str]:
    by_phone = {"way": "phone", "last_name": "Smith", "postal_code": "96813"}
    form = {"way": "number", "number": "90000001", "last_name": "Smith", "postal_code": "96813"}
    match kind:
        case "wrong number":
            return {**form, "number": "90000009"}
        case "wrong name":
            return {**form, "last_name": "Smythe"}
        case "ended":
            return {**form, "number": "90000002"}
        case "claimed by phone":
            return {**by_phone, "phone": "0142"}
        case "wrong name by phone":
            return {**by_phone, "phone": "0142", "last_name": "Smythe"}
        case "ended by phone":
            return {**by_phone, "phone": "0777"}
        case "wrong phone":
            return {**by_phone, "phone": "0143"}
    return form


def _fill() -> None:
    """Make 20,000 accounts: among them one that is claimed and one that ended."""
    from paywall.circulation.models import PrintAccount, PrintLine
    from tests.circulation.claiming import NOW, claim, make_account, typed

    PrintAccount.objects.bulk_create(
        PrintAccount(
            number=f"{number:08}",
            number_key=f"{number:08}",
            first_name="Ada",
            last_name=f"NAME{number}",
            street=f"{number} Quay Street",
            postal_code=f"{number % 90000 + 10000}",
            phone_last4=f"{number % 10000:04}",
            first_seen_at=NOW,
            last_seen_at=NOW,
        )
        for number in range(1, ACCOUNTS + 1)
    )
    PrintLine.objects.bulk_create(
        PrintLine(account=account, status="active") for account in PrintAccount.objects.all()
    )
    make_account("90000001")
    make_account("90000002", status="stopped", phone_last4="0777")
    for _ in range(2):
        claim(what=typed("90000001"))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import tests.environment  # noqa: F401  # sets what tests run in

    django.setup()
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000))
