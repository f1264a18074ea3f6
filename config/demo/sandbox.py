"""The Stripe sandbox beside the demonstration: where it is, how it is started, what it keeps."""

import secrets
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from config.serving import free_port, is_taken
from paywall import clock
from paywall.payments.models import Publication

HOST = "127.0.0.1"
KEY = "sk_test_sandbox"
BEHIND = timedelta(days=34)  # a new one begins here, so that subscribers have renewed once
PORTS_ON = 100  # its port is the site's and so many


@dataclass(frozen=True)
class SandboxBeside:
    """The sandbox of a site on a port of this machine."""

    site_port: int
    port: int
    webhook_secret: str = field(default_factory=lambda: f"whsec_{secrets.token_hex(16)}")

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def command(self) -> Sequence[str]:
        hooks = f"http://{HOST}:{self.site_port}/webhooks/stripe/"
        where = ["--host", HOST, "--port", str(self.port), "--state", str(state_file())]
        begins = ["--behind", str(int(BEHIND.total_seconds()))]
        told = ["--webhook-url", hooks, "--webhook-secret", self.webhook_secret]
        return [sys.executable, "-m", "tests.stripe_sandbox", *where, *begins, *told]

    @property
    def environment(self) -> dict[str, str]:
        """What the site and its tasks are given, so that this is their Stripe, and their clock."""
        return {
            "STRIPE_SECRET_KEY": KEY,
            "STRIPE_WEBHOOK_SECRET": self.webhook_secret,
            "STRIPE_API_BASE": self.address,
        }


def beside(site_port: int) -> SandboxBeside:
    """Return the sandbox of a site, on a port of its own: any, where the usual one is taken."""
    usual = site_port + PORTS_ON
    taken = usual > 65535 or is_taken(HOST, usual)
    return SandboxBeside(site_port, free_port(HOST) if taken else usual)


def state_file() -> Path:
    return Path(settings.VAR_DIR) / "stripe_sandbox.state"


def set_aside_what_is_not_ours() -> Path | None:
    """Move away what a sandbox kept for another database than this; return where it is then.

    Every start publishes the packages and notes it: a database without a note has never been there.
    """
    kept = state_file()
    if not kept.exists() or Publication.objects.exists():
        return None
    return kept.rename(kept.with_name(f"{kept.stem}-before-{clock.now():%Y%m%dT%H%M%S}.state"))
