"""Asking the paywall. Nothing but Python's own library, so that it can be read as a recipe."""

import http.client
import json
import time
import uuid
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

TIMEOUT = 2.0  # seconds: a page of ours does not wait longer
MOST_KEPT = 10_000  # answers
HEADLESS = "/_allauth/app/v1/auth"

Json = dict[str, Any]


class Away(Exception):  # noqa: N818, it is not our error
    """The paywall did not answer in time, or is broken: the outage policy applies."""


class Refused(Exception):  # noqa: N818, it is not our error
    """The paywall said no; `problem` is what it said (RFC 9457)."""

    def __init__(self, status: int, problem: Json) -> None:
        super().__init__(problem.get("detail", ""))
        self.status, self.problem = status, problem

    @property
    def help(self) -> str:
        """The paper's page that helps on, or ""."""
        return str(self.problem.get("help", ""))

    @property
    def no_such_reader(self) -> bool:
        """Whether the reader is not this site's any more, or has closed the account."""
        return str(self.problem.get("type", "")).endswith(":no-such-reader")


class Paywall:
    """The API as this site's server uses it, with a memory as short as each answer allows."""

    def __init__(self, address: str, key: str) -> None:
        self.server, self.key = urlsplit(address), key
        self._kept: dict[tuple[str, str], tuple[float, Json]] = {}

    def look(self, slug: str, facts: Json, reader: str) -> Json:
        """Ask what would happen; nothing is spent."""
        query = urlencode({**facts, **_named(reader)})
        return self._api("GET", f"stories/{quote(slug)}/access/?{query}")

    def open(self, slug: str, facts: Json, reader: str) -> Json:
        """Open a story for a reader ("": a stranger), or hear why not and what to offer.

        The one retry has the same idempotency key: where only the answer was lost, the story is
        not spent twice, and `spent` is as it was.
        """
        kept = self._kept.get((slug, reader))
        if kept and time.monotonic() < kept[0]:
            return kept[1]
        path, body = f"stories/{quote(slug)}/access/", {"story": facts, **_named(reader)}
        once = {"Idempotency-Key": str(uuid.uuid4())}
        try:
            answer = self._api("POST", path, body, once)
        except Away:
            answer = self._api("POST", path, body, once)
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        if answer["max_age_s"]:
            self._kept[slug, reader] = time.monotonic() + answer["max_age_s"], answer
        return answer

    def forget(self, reader: str) -> None:
        """Ask anew for somebody who has just paid, or turned something on."""
        self._kept = {key: kept for key, kept in self._kept.items() if key[1] != reader}

    def packages(self) -> list[Json]:
        """Return everything on offer, following the cursor."""
        found: list[Json] = []
        path = "packages/"
        while path:
            page = self._api("GET", path)
            found += page["results"]
            path = (page["next"] or "").partition("/api/v1/")[2]
        return found

    def checkout(self, reader: str, price: str, terms: str, *, back_to: str) -> str:
        """Return the address of the page on which the reader pays."""
        asked = {"reader": reader, "price": price, "terms": terms, "return_to": back_to}
        return str(self._api("POST", "checkout/", asked)["address"])

    def activate_print(self, reader: str, typed: dict[str, str], *, network: str) -> str:
        """Turn on what comes with the printed paper; return what to tell the reader."""
        asked = {**typed, "reader": reader, "network": network}
        return str(self._api("POST", "print-activations/", asked)["text"])

    def begin(self, what: str, email: str) -> str:
        """Begin to sign up ("signup") or in ("code/request"); return the token to go on with."""
        return self._signing(what, {"email": email})[1]

    def confirm(self, token: str, code: str, *, new: bool) -> tuple[str, str]:
        """Return the reader's token and public id, once the emailed code is right."""
        path, body = ("email/verify", {"key": code}) if new else ("code/confirm", {"code": code})
        status, token = self._signing(path, body, token)
        if status != http.HTTPStatus.OK:
            raise Refused(status, {"detail": "That is not the code. Check it, and type it again."})
        made = self._api("POST", "readers/", {"session_token": token})
        return token, str(made["reader"])

    def sign_out(self, token: str) -> None:
        self._ask("DELETE", f"{HEADLESS}/session", None, {"X-Session-Token": token})

    def _signing(self, path: str, body: Json, token: str = "") -> tuple[int, str]:
        headers = {"X-Session-Token": token} if token else {}
        status, answer = self._ask("POST", f"{HEADLESS}/{path}", body, headers)
        token = answer.get("meta", {}).get("session_token") or token
        if status not in (200, 400, 401) or not token:
            raise Refused(status, {"detail": "That did not work. Begin again, please."})
        return status, token

    def _api(self, method: str, path: str, body: Any = None, more: Any = None) -> Json:
        headers = {"Authorization": f"Bearer {self.key}", **(more or {})}
        status, answer = self._ask(method, f"/api/v1/{path}", body, headers)
        if status >= 400:
            raise Refused(status, answer)
        return answer

    def _ask(
        self, method: str, path: str, body: Json | None, headers: dict[str, str]
    ) -> tuple[int, Json]:
        secure = self.server.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = kind(self.server.netloc, timeout=TIMEOUT)
        sent = None if body is None else json.dumps(body)
        try:
            headers = {"Content-Type": "application/json", **headers}
            connection.request(method, path, sent, headers)
            response = connection.getresponse()
            text = response.read()
            answer: Json = json.loads(text) if text else {}
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Away(f"{method} {path.partition('?')[0]}: {error}") from error
        finally:
            connection.close()
        if response.status >= 500:
            raise Away(f"{method} {path.partition('?')[0]}: {response.status}")
        return response.status, answer


def _named(reader: str) -> Json:
    return {"reader": reader} if reader else {}
