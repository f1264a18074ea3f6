"""Serve the site: `python -m examples.foreign_site`, with the settings in the environment."""

import os
from wsgiref.simple_server import make_server

from examples.foreign_site.app import Site
from examples.foreign_site.paywall import Paywall

port = int(os.environ.get("PORT", "8300"))
address = os.environ.get("SITE_ADDRESS", f"http://127.0.0.1:{port}")
paywall = Paywall(os.environ["PAYWALL_ADDRESS"], os.environ["PAYWALL_KEY"])
with make_server("127.0.0.1", port, Site(paywall, address)) as server:
    server.serve_forever()
