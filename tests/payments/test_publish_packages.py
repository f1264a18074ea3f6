from io import StringIO
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from tests.catalog.packages import MONTHLY, make_package
from tests.stripe_sandbox import Sandbox, client

pytestmark = pytest.mark.django_db


def run(**options: Any) -> list[str]:
    output = StringIO()
    call_command("publish_packages", stdout=output, **options)
    return output.getvalue().splitlines()


def test_it_says_what_it_would_do_does_it_and_then_finds_nothing(sandbox: Sandbox) -> None:
    make_package(MONTHLY, name="Digital")
    things = [
        "package Digital: not at Stripe yet",
        "price Digital, 12.00 EUR every month: not at Stripe yet",
    ]
    assert run(dry_run=True) == [f"Would publish: {thing}" for thing in things]
    assert run() == [f"Published: {thing}" for thing in things]
    assert run() == ["Nothing differs."]


def test_it_shows_a_change_at_stripe_and_undoes_it_when_told_to(sandbox: Sandbox) -> None:
    make_package(MONTHLY, name="Digital")
    run()
    (product,) = sandbox.store.all("product")
    client(sandbox).v1.products.update(product["id"], {"name": "Theirs"})
    difference = "package Digital: name is “Digital” here, “Theirs” at Stripe"
    assert run() == [f"Left as it is at Stripe: {difference}"]
    assert run(dry_run=True, take_ours=True) == [f"Would publish: {difference}"]
    assert run(take_ours=True) == [f"Published: {difference}"]
    assert product["name"] == "Digital"


def test_it_ends_with_a_sentence_when_stripe_does_not_answer(sandbox: Sandbox) -> None:
    sandbox.faults.add("refuse", times=9)
    with pytest.raises(CommandError, match="Stripe does not answer"):
        run()


def test_it_needs_a_key(settings: LazySettings) -> None:
    settings.STRIPE_SECRET_KEY = ""
    with pytest.raises(CommandError, match="STRIPE_SECRET_KEY is not set"):
        run()
