"""What staff's screens ask the database, and how long they take, at the size of a newspaper.

Run as a module, with the environment of a scratch database and BENCH_READERS and BENCH_STORIES, it
fills the database, signs an administrator in, asks for every screen in this process, and prints
what it found as JSON. With BENCH_FILLED the database is one that seed_scale has filled before.
"""
# ruff: noqa: T201  # a command: it prints what it found

import json
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any

import django
import environ

django.setup()

from django.conf import settings  # noqa: E402  # all the rest comes after the settings
from django.contrib import admin  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client, RequestFactory  # noqa: E402
from django.urls import reverse  # noqa: E402

from accounts.models import Reader  # noqa: E402
from paywall import clock  # noqa: E402
from paywall.reports import board  # noqa: E402
from tests.bench.preparing import analyze, signed_in  # noqa: E402

NOT_MEASURED = ["drf_spectacular_sidecar", "rest_framework"]  # large, and shown on no page here
TIMES = 3  # that each screen is asked for; the best is told
ADDRESS = "reader0000808"  # of somebody who pays
# What the lists are searched by; most by the beginning of an address.
TYPED: Mapping[str, tuple[str, ...]] = {
    "accounts.reader": (ADDRESS, "reader"),
    "articles.article": ("council", "scale-0000042"),
    "paywall.printaccount": ("5000019", "ashdown", "print0000019@scale.example"),
    "paywall.stripeevent": ("cus_scale000000101",),
    "paywall.subscription": (ADDRESS, "reader", "sub_scale000000101"),
    "paywall.invoice": (ADDRESS, "reader", "in_scale000000101000"),
    "paywall.customer": (ADDRESS, "cus_scale000000101"),
    "paywall.staffaction": (ADDRESS, "helpdesk@scale.example"),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """A screen as it was asked for: `what` of it, such as a search or a filter."""

    screen: str
    what: str
    queries: int
    milliseconds: float


def measure(*, of: Collection[str] | None = None) -> list[Seen]:
    """Ask for every list as it comes, searched and filtered, and for the other screens.

    `of`: the lists to ask for, where not all are wanted.
    """
    Reader.objects.filter(email="admin@bench.example").delete()
    settings.STAFF_NEED_SECOND_FACTOR = False  # the session is made here
    staff = Reader.objects.create_superuser("admin@bench.example")
    name, _, session = signed_in(staff).partition("=")
    client = Client(SERVER_NAME="127.0.0.1")
    client.cookies[name] = session
    found = [seen for screen in sorted(of or lists()) for seen in _list(client, staff, screen)]
    found += [
        _ask(client, screen, "", reverse(page[0], args=page[1:]))
        for screen, page in others().items()
    ]
    found += [
        _ask(client, "dashboard", f"days={days}", reverse("admin:index"), days=days)
        for days in ("days", "last-month", "year")
    ]
    staff.delete()
    return found


def lists() -> list[str]:
    """Return the models that the admin has a list of."""
    reverse("admin:index")  # the addresses say what is no list of the admin's after all
    return [model._meta.label_lower for model in admin.site._registry]


def others() -> dict[str, tuple[Any, ...]]:
    """Return the other screens: their names, and the pages with their arguments."""
    reader = Reader.objects.get(email=f"{ADDRESS}@scale.example")
    return {
        "find a reader": ("admin:reader_search",),
        "one reader": ("admin:reader_page", reader.public_id),
    }


def _screen(name: str) -> Any:
    return next(
        one for model, one in admin.site._registry.items() if model._meta.label_lower == name
    )


def _list(client: Client, staff: Reader, screen: str) -> Iterator[Seen]:
    app, _, model = screen.partition(".")
    address = reverse(f"admin:{app}_{model}_changelist")
    yield _ask(client, screen, "", address)
    request = RequestFactory().get(address)
    request.user = staff
    listed = _screen(screen).get_changelist_instance(request)
    if listed.model_admin.search_fields:
        for typed in TYPED.get(screen, (ADDRESS,)):
            yield _ask(client, screen, f"q={typed}", address, q=typed)
    for spec in listed.filter_specs:
        for choice in list(spec.choices(listed))[1:]:
            query = str(choice["query_string"]).lstrip("?")
            yield _ask(client, screen, query, f"{address}?{query}")
    yield _ask(client, screen, "p=2", f"{address}?p=2")


def _ask(client: Client, screen: str, what: str, address: str, **query: str) -> Seen:
    """Ask for a page whose answer nothing remembers. Raises RuntimeError where it is no page."""
    took, queries = [], 0

    def counted(execute: Any, *args: Any) -> Any:
        nonlocal queries
        queries += 1
        return execute(*args)

    for _ in range(TIMES):
        cache.clear()
        queries = 0
        began = time.perf_counter()
        with connection.execute_wrapper(counted):
            answer = client.get(address, query or None)
        took.append(time.perf_counter() - began)
        if answer.status_code not in {HTTPStatus.OK, HTTPStatus.FOUND}:
            raise RuntimeError(f"{address} was answered with {answer.status_code}.")
    return Seen(screen, what, queries, min(took) * 1000)


if __name__ == "__main__":
    env = environ.Env()
    if not env.bool("BENCH_FILLED", False):
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=NOT_MEASURED)
        call_command(
            "seed_scale",
            readers=env.int("BENCH_READERS"),
            stories=env.int("BENCH_STORIES"),
            verbosity=0,
        )
        analyze()
    board.prepare(now=clock.now())  # as the schedule does
    print(json.dumps([asdict(seen) for seen in measure()]))
