"""What a production start refuses to run with."""

import hashlib
import hmac
import json
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured

DEMO_SECRET_KEY = "demo-only-never-in-production-" + "0" * 32
SHORTEST_SECRET_KEY = 32  # characters
LARGEST_NUMBER = 1_000_000  # in days nearly three thousand years, which calendars still hold


def mailbox_key_from(secret_key: str) -> str:
    """Return the key that hashes mailboxes where MAILBOX_KEY is not set."""
    return hmac.new(secret_key.encode(), b"mailbox", hashlib.sha256).hexdigest()


def refuse_unsafe(*, secret_key: str, allowed_hosts: Sequence[str], webhook_secret: str) -> None:
    """Stop a start with DEBUG off and an unsafe default.

    Raises ImproperlyConfigured, naming every variable that has to be set.
    """
    problems = [
        problem
        for problem in (
            _problem_of_key(secret_key),
            _problem_of_hosts(allowed_hosts),
            _problem_of_webhooks(webhook_secret),
        )
        if problem
    ]
    if problems:
        raise ImproperlyConfigured("Refusing to start with DEBUG off. " + " ".join(problems))


def _problem_of_key(key: str) -> str:
    if key == DEMO_SECRET_KEY:
        return "SECRET_KEY is the demonstration's: set a long random one."
    if len(key.strip()) < SHORTEST_SECRET_KEY:
        return f"SECRET_KEY has fewer than {SHORTEST_SECRET_KEY} characters: set a long random one."
    return ""


def _problem_of_hosts(hosts: Sequence[str]) -> str:
    """Any pattern is a wildcard: Django takes "*" for every host and ".com" for all of them."""
    if not any(hosts):
        return "ALLOWED_HOSTS is empty: name the site's hosts, separated by commas."
    wildcards = [host for host in hosts if "*" in host or host.strip("\"' ").startswith(".")]
    if wildcards:
        return f"ALLOWED_HOSTS has a wildcard ({', '.join(wildcards)}): name every host in full."
    return ""


def _problem_of_webhooks(secret: str) -> str:
    if not secret.strip(" ,"):
        return "STRIPE_WEBHOOK_SECRET is missing: copy it from Stripe's dashboard."
    return ""


def refuse_days_outside(name: str, days: int, *, least: int, most: int) -> None:
    """Stop any start with days that make no sense, or a notice that the law wants at other times.

    Raises ImproperlyConfigured. California asks for 15 to 45 days before a year's renewal and 3
    to 21 before a trial ends (Bus. & Prof. Code, section 17602); card networks ask for 7.
    """
    if not least <= days <= most:
        raise ImproperlyConfigured(f"{name} is {days}: choose from {least} to {most} days.")


def whole_number(name: str, given: str, *, least: int | None) -> int:
    """Return the number that a variable gives; `least` is None where its own limits follow.

    Raises ImproperlyConfigured.
    """
    least = -LARGEST_NUMBER if least is None else least
    with refusing(f"{name} is {given!r}: write a whole number."):
        number = int(given)
    if not least <= number <= LARGEST_NUMBER:
        raise ImproperlyConfigured(
            f"{name} is {given}: write a number from {max(least, 0)} to {LARGEST_NUMBER}."
        )
    return number


@contextmanager
def refusing(sentence: str) -> Iterator[None]:
    """Say this sentence of what cannot be read, and nothing else: it may hold a password."""
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    except (ImproperlyConfigured, KeyError, OSError, ValueError) as error:
        raise ImproperlyConfigured(sentence) from error


def site_from(address: str) -> SplitResult:
    """Return the parts of the site's address. Raises ValueError for anything but a site's.

    A port of the demonstration, which has no https, is for `serve_demo` to judge.
    """
    site = urlsplit(address)
    plain = f"{site.scheme}://{site.netloc}" == address and "@" not in address
    if site.scheme not in {"http", "https"} or not site.hostname or not plain:
        raise ValueError(address)
    if site.scheme == "https" and site.port == 0:
        raise ValueError(address)
    return site


def refuse_no_redis(name: str, address: str) -> None:
    """Stop any start with an address that only fails once a page asks for it."""
    with refusing(f"{name} is no address of a Redis: write it like redis://host:6379/0"):
        parts = urlsplit(address)
        database = "" if parts.scheme == "unix" else parts.path.strip("/")
        if address and (parts.scheme not in {"redis", "rediss", "unix"} or parts.port == 0):
            raise ValueError(name)
        int(database or 0)


def refuse_unknown_zone(name: str, zone: str) -> None:
    """Stop any start in a time zone that is not known here. Raises ImproperlyConfigured."""
    with refusing(f"{name} is {zone!r}: write it like Europe/London."):
        ZoneInfo(zone)


def refuse_where_nothing_can_be_written(name: str, folder: Path) -> None:
    """Make the folder; stop any start where that cannot be. Raises ImproperlyConfigured."""
    with refusing(f"{name} names a place where {folder} cannot be made."):
        folder.mkdir(parents=True, exist_ok=True)


def refuse_other_than(name: str, value: str, choices: Sequence[str]) -> None:
    """Stop any start with a misspelt choice. Raises ImproperlyConfigured."""
    if value not in choices:
        raise ImproperlyConfigured(f"{name} is {value!r}: write {' or '.join(choices)}.")


def anymail_from(given: str) -> dict[str, str]:
    """Return the settings of django-anymail from their JSON; "" is none.

    Raises ImproperlyConfigured for what is no JSON object, and without a WEBHOOK_SECRET: anybody
    could say then that letters came back.
    """
    if not given:
        return {}
    try:
        told = json.loads(given)
    except ValueError as error:
        raise ImproperlyConfigured("ANYMAIL is no JSON.") from error
    secret = told.get("WEBHOOK_SECRET") if isinstance(told, dict) else None
    if not isinstance(secret, str) or ":" not in secret:
        raise ImproperlyConfigured('ANYMAIL needs a "WEBHOOK_SECRET" like "name:password".')
    return {str(name): value for name, value in told.items()}
