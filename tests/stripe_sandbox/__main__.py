"""Serves the sandbox: `python -m tests.stripe_sandbox --webhook-url … --webhook-secret …`."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from datetime import datetime
from pathlib import Path
from urllib.parse import urljoin

from tests.stripe_sandbox import Sandbox
from tests.stripe_sandbox.saving import StateError, go_on_from, keep_alone, kept
from tests.stripe_sandbox.wsgi import application, bind


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m tests.stripe_sandbox", description=__doc__)
    add = parser.add_argument
    add("--port", type=int, default=8110)
    add("--host", default="127.0.0.1")
    add("--webhook-url", help="where events are told")
    add("--webhook-secret", action="append", default=[], help="to sign with; twice to rotate")
    add("--start", type=datetime.fromisoformat, help="stand still from this aware moment on")
    add("--behind", type=int, default=0, help="seconds behind real time, for a new clock")
    add("--state", type=Path, help="a file to go on from, and to keep everything in")
    add("--late-by", type=int, default=3 * 86_400, help="seconds until a late payment succeeds")
    options = parser.parse_args()
    if os.environ.get("STRIPE_SECRET_KEY", "").startswith(("sk_live_", "rk_live_")):
        sys.exit("STRIPE_SECRET_KEY is a live key: the sandbox is no place for it.")
    if options.webhook_url and not options.webhook_secret:
        parser.error("--webhook-url needs a --webhook-secret to sign with.")
    # What is kept may be lost while a database outlives it: no id may then come again.
    seed = secrets.token_hex() if options.state else "sandbox"
    shop_url = urljoin(options.webhook_url, "/") if options.webhook_url else ""
    sandbox = Sandbox(options.start, late_by=options.late_by, seed=seed, shop_url=shop_url)
    sandbox.clock.begin_behind(options.behind)
    if options.webhook_url:
        sandbox.webhooks.to_address(options.webhook_url, *options.webhook_secret)
    try:
        server = bind(sandbox, options.port, options.host)
        if options.state:
            lock = keep_alone(options.state)
            go_on_from(sandbox, options.state)
            server.set_app(kept(application(sandbox), sandbox, options.state))
    except OSError as error:
        sys.exit(f"The Stripe sandbox cannot listen on port {options.port}: {error.strerror}.")
    except StateError as error:
        sys.exit(str(error))
    sys.stdout.write(f"Stripe sandbox at {sandbox.base_url}, its controls at /clock\n")
    sys.stdout.flush()
    sandbox.webhooks.keep_delivering()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()
        if options.state:
            lock.close()


if __name__ == "__main__":
    main()
