"""Asking for pages: once by hand, to see what comes, and with wrk, to see how fast."""

import http.client
import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("wrk.lua")


@dataclass(frozen=True, slots=True)
class Request:
    """A path and a Cookie header, or "" for a stranger; more headers, and a body to be posted.

    `headers` are written "Name: value", with " | " between two.
    """

    path: str
    cookie: str = ""
    headers: str = ""
    body: str = ""

    @property
    def line(self) -> str:
        """The request as a line of a list."""
        return "\t".join([self.path, self.cookie, self.headers, self.body])


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `outcome` is the Paywall-Outcome header, or ""."""

    status: int
    outcome: str
    cache: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Figures:
    """One measurement: requests answered, waiting times in ms, bytes of an answer with headers."""

    requests: int
    per_second: float
    p50: float
    p99: float
    size: float


def ask(port: int, request: Request) -> Answer:
    """Fetch one page from this machine."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        headers = {"Cookie": request.cookie} if request.cookie else {}
        if request.headers:
            headers |= dict(each.split(": ", 1) for each in request.headers.split(" | "))
        if request.body:
            headers["Content-Type"] = "application/json"
        method = "POST" if request.body else "GET"
        connection.request(method, request.path, request.body or None, headers)
        response = connection.getresponse()
        return Answer(
            status=response.status,
            outcome=response.getheader("Paywall-Outcome", ""),
            cache=response.getheader("Cache-Status", ""),
            body=response.read(),
        )
    finally:
        connection.close()


def measure(
    port: int, requests: Sequence[Request], *, seconds: int, connections: int, once: bool = False
) -> Figures:
    """Ask for the requests in turn with wrk, each once at most if `once`.

    Raises RuntimeError when an answer was an error, or none came.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as file:
        file.writelines(f"{request.line}\n" for request in requests)
        file.flush()
        command = ["wrk", "--threads", "1", "--connections", str(connections)]
        command += ["--duration", f"{seconds}s", "--timeout", "10s", "--script", str(SCRIPT)]
        command += [f"http://127.0.0.1:{port}", "--", file.name, "once" if once else "again"]
        run = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60)
    if run.returncode:
        raise RuntimeError(f"wrk failed: {run.stderr.strip() or run.stdout.strip()}")
    counted = json.loads(run.stdout.strip().splitlines()[-1])
    if counted["failed"] or not counted["requests"]:
        raise RuntimeError(
            f"{counted['failed']} of {counted['requests']} requests such as {requests[0].path} "
            f"on port {port} got an error or no answer."
        )
    return Figures(
        requests=counted["requests"],
        per_second=counted["requests"] / counted["microseconds"] * 1e6,
        p50=counted["p50"] / 1000,
        p99=counted["p99"] / 1000,
        size=counted["bytes"] / counted["requests"],
    )


def read_list(path: Path) -> list[Request]:
    """Return the requests of a list that a preparation wrote."""
    lines = path.read_text().splitlines()
    return [Request(*line.split("\t")) for line in lines]


def write_list(path: Path, requests: Sequence[Request]) -> None:
    """Write a list down for `read_list`."""
    path.write_text("".join(f"{request.line}\n" for request in requests))
