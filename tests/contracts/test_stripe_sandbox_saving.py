"""What the sandbox keeps in a file outlives its process, however that ends."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.config.redis_server import free_port
from tests.stripe_sandbox import TEST_KEY, Sandbox, client
from tests.stripe_sandbox.making import NEW_YEAR, opened
from tests.stripe_sandbox.saving import go_on_from, save

Run = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def run() -> Iterator[Run]:
    """Start the program as `make demo` does, and wait for what it says."""
    running: list[subprocess.Popen[str]] = []

    def start(*options: str, **environment: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.stripe_sandbox", *options],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        assert process.stdout is not None
        process.stdout.readline()
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def at(port: int) -> Any:
    return stripe.StripeClient(TEST_KEY, base_addresses={"api": f"http://127.0.0.1:{port}"}).v1


def why(process: "subprocess.Popen[str]") -> str:
    said = process.communicate(timeout=20)[1]
    assert process.returncode == 1
    assert said.count("\n") == 1
    return said


def test_it_does_not_start_beside_a_live_key(run: Run) -> None:
    assert "live key" in why(run("--port", "0", STRIPE_SECRET_KEY="sk_live_51Hx"))


def test_what_was_answered_is_kept_though_the_process_is_killed(run: Run, tmp_path: Path) -> None:
    port, state = free_port(), str(tmp_path / "sandbox.state")
    process = run("--port", str(port), "--state", state)
    customer = at(port).customers.create({"email": "reader@example.com"})
    process.send_signal(signal.SIGKILL)
    process.wait()
    run("--port", str(port), "--state", state)
    assert at(port).customers.retrieve(customer.id).email == "reader@example.com"


def test_an_id_never_comes_again_where_the_file_was_lost(run: Run, tmp_path: Path) -> None:
    ids = set()
    for folder in ("one", "two"):
        port = free_port()
        run("--port", str(port), "--state", str(tmp_path / folder / "sandbox.state"))
        ids.add(at(port).customers.create({}).id)
    assert len(ids) == 2


def test_a_file_has_one_sandbox_at_a_time(run: Run, tmp_path: Path) -> None:
    state = str(tmp_path / "sandbox.state")
    first = run("--port", "0", "--state", state)
    says = f"is used by another sandbox (process {first.pid})"
    assert says in why(run("--port", "0", "--state", state))


def test_a_file_that_is_none_is_said(run: Run, tmp_path: Path) -> None:
    (tmp_path / "sandbox.state").write_bytes(b"half a pick")
    assert "cannot be read" in why(run("--port", "0", "--state", str(tmp_path / "sandbox.state")))


def test_a_taken_port_is_said(run: Run) -> None:
    port = str(free_port())
    run("--port", port)
    assert f"cannot listen on port {port}" in why(run("--port", port))


def test_pages_are_where_the_sandbox_is_now(tmp_path: Path) -> None:
    with opened("in process") as shop:
        subscription = shop.subscribe()
        save(shop.sandbox, tmp_path / "sandbox.state")
        before = shop.invoices(subscription)[0].hosted_invoice_url
    again = Sandbox(NEW_YEAR, base_url="http://127.0.0.1:8200")
    go_on_from(again, tmp_path / "sandbox.state")
    after = client(again).v1.invoices.list().data[0].hosted_invoice_url
    assert after == before.replace("http://stripe.sandbox/", "http://127.0.0.1:8200/") != before


def test_a_restart_goes_on_where_it_was(tmp_path: Path) -> None:
    told: list[str] = []

    def take(body: bytes, _headers: dict[str, str]) -> int:
        told.append(json.loads(body)["id"])
        return 200

    with opened("in process") as shop:
        shop.sandbox.webhooks.to_function(take, "whsec_1")
        subscription = shop.subscribe()
        missed = [each.event["id"] for each in shop.sandbox.webhooks.pending]
        save(shop.sandbox, tmp_path / "stripe.state")
    again = Sandbox(NEW_YEAR)
    again.webhooks.to_function(take, "whsec_1")
    go_on_from(again, tmp_path / "stripe.state")
    again.webhooks.deliver()
    assert told == missed != []
    v1 = client(again).v1
    v1.prices.update(shop.month, {"nickname": "One month"})
    again.advance(days=32)
    found = v1.subscriptions.retrieve(subscription.id)
    assert (found.status, found["items"].data[0].price.nickname) == ("active", "One month")
    assert v1.invoices.list().data[0].status == "paid"
