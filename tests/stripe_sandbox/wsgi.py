"""The sandbox over HTTP: the API, the pages and the controls, as one WSGI application."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from importlib import import_module
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from tests.stripe_sandbox import html
from tests.stripe_sandbox.control import CONTROLS
from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.errors import ConnectionLost, Json, StripeFailure
from tests.stripe_sandbox.serving import Request, answer, headers_of
from tests.stripe_sandbox.web import Page, Visit, find

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

# Each registers its pages.
for pages in ("checkout", "clock", "invoice", "portal"):
    import_module(f"tests.stripe_sandbox.pages_{pages}")

REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 402: "Request Failed",
           404: "Not Found", 409: "Conflict", 429: "Too Many Requests",
           500: "Internal Server Error", 503: "Service Unavailable"}  # fmt: skip


def application(sandbox: Sandbox) -> WSGIApplication:
    """Return the WSGI application of a sandbox."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
        if path.startswith("/v1/"):
            return _api(sandbox, environ, start_response, body)
        if path.startswith("/sandbox/"):
            page = _control(sandbox, path.removeprefix("/sandbox/"), body)
        else:
            page = _page(sandbox, method, path, body, environ.get("QUERY_STRING", ""))
        content = page.body.encode() if isinstance(page.body, str) else page.body
        start_response(page.status, [("Content-Type", page.kind), *page.headers])
        return [content]

    return app


def _api(
    sandbox: Sandbox, environ: WSGIEnvironment, start_response: StartResponse, body: str
) -> Iterable[bytes]:
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    method = environ["REQUEST_METHOD"].lower()
    encoded = body if method == "post" else environ.get("QUERY_STRING", "")
    try:
        given = answer(sandbox, Request(method, environ["PATH_INFO"], encoded, headers))
    except ConnectionLost as lost:
        # The server ends the connection without a word when it sees this one.
        raise ConnectionResetError(str(lost)) from None
    status = f"{given.status} {REASONS.get(given.status, 'Unknown')}"
    start_response(status, list(headers_of(given).items()))
    return [given.body.encode()]


def _control(sandbox: Sandbox, name: str, body: str) -> Page:
    control = CONTROLS.get(name)
    if control is None:
        return Page("There is no such control.", status="404 Not Found", kind="text/plain")
    asked: Json = json.loads(body) if body else {}
    sandbox.catch_up()
    try:
        return Page(json.dumps(control(sandbox, asked)), kind="application/json")
    except StripeFailure as failure:
        problem = json.dumps({"error": failure.error})
    except (KeyError, TypeError, ValueError) as error:
        problem = json.dumps({"error": {"message": f"{type(error).__name__}: {error}"}})
    return Page(problem, status="400 Bad Request", kind="application/json")


def _page(sandbox: Sandbox, method: str, path: str, body: str, query: str) -> Page:
    found = find(method, path)
    if found is None:
        return Page(html.page("Not found", "<h1>There is no such page</h1>"), "404 Not Found")
    view, ids = found
    visit = Visit(ids, dict(parse_qsl(body)), dict(parse_qsl(query)))
    sandbox.catch_up()
    try:
        with sandbox.lock:
            return view(sandbox, visit)
    except StripeFailure as failure:
        status = "404 Not Found" if failure.status == 404 else "400 Bad Request"
        return Page(html.page("Not possible", html.alert(str(failure))), status)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 64


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base's name
        """Say nothing of requests answered."""


def bind(sandbox: Sandbox, port: int, host: str = "127.0.0.1") -> WSGIServer:
    """Return a server of a sandbox, bound to a port (0: any free one), not yet serving."""
    server = make_server(host, port, application(sandbox), _Server, _Quiet)
    sandbox.base_url = f"http://{host}:{server.server_port}"
    return server


def serve_in_thread(sandbox: Sandbox, port: int = 0) -> Callable[[], None]:
    """Serve a sandbox from a thread; return what stops it."""
    server = bind(sandbox, port)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()

    def stop() -> None:
        server.shutdown()
        thread.join()
        server.server_close()

    return stop
