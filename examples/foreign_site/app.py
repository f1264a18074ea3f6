"""The site itself, as a WSGI application."""

import secrets
from collections.abc import Callable, Iterable
from html import escape
from http import HTTPStatus
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode

from examples.foreign_site import pages
from examples.foreign_site.paywall import Away, Paywall, Refused
from examples.foreign_site.stories import CLOSED, OPEN, STORIES, WHILE_AWAY, Story

EMAIL, CODE = [("email", "Email address")], [("code", "The code in our email")]
SENT = "We emailed you a code. It can take a minute to arrive."
BILL = "With your printed paper you read everything here. What we ask for is on your bill."
PRINT = [
    ("number", "Account number"),
    ("last_name", "Last name"),
    ("postal_code", "Postal code"),
]


class Site:
    """Serves the pages; remembers who is signed in under a random cookie, in this process."""

    def __init__(self, paywall: Paywall, address: str) -> None:
        self.paywall, self.address = paywall, address
        self.visits: dict[str, dict[str, str]] = {}

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        visit = Visit(self, environ)
        try:
            answer = visit.answer()
        except Refused as refused:
            if refused.no_such_reader:
                visit.drop_reader()
            told = f"<p>{escape(str(refused))}</p>"
            answer = Page("That did not work", told, HTTPStatus.BAD_REQUEST)
        except Away:
            later = "<p>This does not work just now. Please try again in a minute.</p>"
            answer = Page("A little later", later, HTTPStatus.SERVICE_UNAVAILABLE)
        headers = [("Cache-Control", "private, no-store"), *visit.cookie()]
        if isinstance(answer, str):
            start("303 See Other", [("Location", answer), *headers])
            return []
        body = pages.page(answer.title, answer.body, signed_in=bool(visit.reader)).encode()
        headers.append(("Content-Type", "text/html; charset=utf-8"))
        start(f"{answer.status.value} {answer.status.phrase}", headers)
        return [body]


class Page:
    def __init__(self, title: str, body: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        self.title, self.body, self.status = title, body, status


class Visit:
    """One request. What a page answers is a Page, or the address to go to."""

    def __init__(self, site: Site, environ: dict[str, Any]) -> None:
        self.site, self.paywall, self.environ = site, site.paywall, environ
        cookies = SimpleCookie(environ.get("HTTP_COOKIE", ""))
        self.id = cookies["visit"].value if "visit" in cookies else ""
        self.kept = site.visits.get(self.id, {})
        self.path = environ["PATH_INFO"]
        self.posted = environ["REQUEST_METHOD"] == "POST"
        self.query = dict(parse_qsl(environ.get("QUERY_STRING", "")))
        self.typed = self._typed() if self.posted else {}

    @property
    def reader(self) -> str:
        return self.kept.get("reader", "")

    @property
    def next(self) -> str:
        """A path of our own to go on to."""
        path = self.typed.get("next") or self.query.get("next", "/")
        return path if path == "/packages" or (path[1:] in STORIES and path[0] == "/") else "/"

    def answer(self) -> "Page | str":
        if self.posted and self.environ.get("HTTP_ORIGIN", self.site.address) != self.site.address:
            return Page("Not from here", "", HTTPStatus.FORBIDDEN)
        if self.path == "/":
            return Page("The Other Paper", pages.front())
        name = self.path.strip("/")
        if name in STORIES:
            return self.story(STORIES[name])
        handlers = {
            "sign-up": self.sign_up,
            "sign-in": self.sign_in,
            "code": self.code,
            "sign-out": self.sign_out,
            "packages": self.packages,
            "checkout": self.checkout,
            "paid": self.paid,
            "print": self.print,
        }
        if name not in handlers:
            return Page("There is no such page", "", HTTPStatus.NOT_FOUND)
        return handlers[name]()

    def story(self, story: Story) -> Page:
        """Ask, and show the text or the wall; without an answer, what the section says."""
        try:
            answer = self._ask(story)
        except (Away, Refused):  # a key that ran out, or too many questions, is an outage too
            if _opens_unasked(story):
                return Page(story.title, pages.text(story, {}))
            return Page(story.title, pages.away(story), HTTPStatus.SERVICE_UNAVAILABLE)
        if answer["opens"]:
            return Page(story.title, pages.text(story, answer))
        if answer["outcome"] == "metered":  # it was only looked at
            return Page(
                story.title, "Ask again when somebody reads.", HTTPStatus.SERVICE_UNAVAILABLE
            )
        code_sent = bool(self.kept.get("token")) and not self.reader
        return Page(story.title, pages.wall(story, answer, code_sent=code_sent))

    def _ask(self, story: Story) -> dict[str, Any]:
        facts = {
            "access": story.access,
            "section": story.section,
            "title": story.title,
            "address": f"{self.site.address}/{story.slug}",
        }
        # A browser that fetches ahead reads nothing, so nothing is spent.
        early = "prefetch" in self.environ.get("HTTP_SEC_PURPOSE", "")
        ask = self.paywall.look if early else self.paywall.open
        try:
            return ask(story.slug, facts, self.reader)
        except Refused as refused:
            if not (self.reader and refused.no_such_reader):
                raise
        self.drop_reader()
        return ask(story.slug, facts, "")

    def sign_up(self) -> "Page | str":
        return self._begin("signup", "Start a free account")

    def sign_in(self) -> "Page | str":
        return self._begin("code/request", "Sign in")

    def _begin(self, what: str, title: str) -> "Page | str":
        """Have a code emailed."""
        if not self.posted:
            return Page(title, pages.form(self._here(), EMAIL, "Send me a code"))
        token = self.paywall.begin(what, self.typed.get("email", ""))
        self._keep({"token": token, "new": what if what == "signup" else ""})
        return f"/code?{urlencode({'next': self.next})}"

    def code(self) -> "Page | str":
        """Take the emailed code: the reader is signed in, and one of this site's."""
        if not self.posted:
            return Page("Enter the code", pages.form(self._here(), CODE, "Confirm", lead=SENT))
        try:
            token, reader = self.paywall.confirm(
                self.kept.get("token", ""), self.typed.get("code", ""), new="new" in self.kept
            )
        except Refused as refused:
            again = pages.form(self._here(), CODE, "Confirm", told=str(refused))
            return Page("Enter the code", again, HTTPStatus.UNPROCESSABLE_ENTITY)
        self._keep({"token": token, "reader": reader})
        return self.next

    def sign_out(self) -> str:
        if self.posted and self.kept.get("token"):
            self.paywall.sign_out(self.kept["token"])
            self.site.visits.pop(self.id, None)
        return "/"

    def packages(self) -> Page:
        return Page("Choose a package", pages.packages(self.paywall.packages(), self.next))

    def checkout(self) -> str:
        """Send the reader to Stripe's page; whoever has no account starts one on the way."""
        if not self.reader:
            return f"/sign-up?{urlencode({'next': '/packages'})}"
        back_to = f"{self.site.address}/paid?{urlencode({'next': self.next})}"
        typed = self.typed
        return self.paywall.checkout(
            self.reader, typed.get("price", ""), typed.get("terms", ""), back_to=back_to
        )

    def paid(self) -> str:
        """Come back from paying: what was kept of this reader is old."""
        self.paywall.forget(self.reader)
        return self.next

    def print(self) -> "Page | str":
        """Turn on the digital access of the printed paper."""
        title = "I get the printed paper"
        if not self.reader:
            return f"/sign-in?{urlencode({'next': self.next})}"
        if not self.posted:
            return Page(title, pages.form(self._here(), PRINT, "Turn it on", lead=BILL))
        typed = {name: self.typed.get(name, "") for name, _ in PRINT}
        network = self.environ.get("REMOTE_ADDR", "")
        try:
            self.paywall.activate_print(self.reader, typed, network=network)
        except Refused as refused:
            if refused.no_such_reader:
                raise
            told = {"told": str(refused), "help_at": refused.help}
            again = pages.form(self._here(), PRINT, "Turn it on", **told)
            return Page(title, again, HTTPStatus.UNPROCESSABLE_ENTITY)
        self.paywall.forget(self.reader)
        return self.next

    def drop_reader(self) -> None:
        """Go on as a stranger: the paywall knows this reader no more."""
        self.paywall.forget(self.kept.pop("reader", ""))
        self.kept.pop("token", "")

    def cookie(self) -> list[tuple[str, str]]:
        secure = "; Secure" if self.site.address.startswith("https") else ""
        if not self.id:
            return []
        return [("Set-Cookie", f"visit={self.id}; Path=/; HttpOnly; SameSite=Lax{secure}")]

    def _keep(self, what: dict[str, str]) -> None:
        """Remember under a new name what this visit has come to."""
        self.site.visits.pop(self.id, None)
        self.id = secrets.token_urlsafe(24)
        self.kept = {name: value for name, value in what.items() if value}
        self.site.visits[self.id] = self.kept

    def _here(self) -> str:
        return f"{self.path}?{urlencode({'next': self.next})}"

    def _typed(self) -> dict[str, str]:
        length = min(int(self.environ.get("CONTENT_LENGTH") or 0), 10_000)
        return dict(parse_qsl(self.environ["wsgi.input"].read(length).decode(errors="replace")))


def _opens_unasked(story: Story) -> bool:
    """Tell whether a story opens while the paywall does not say."""
    if story.access in {"free", "subscribers"}:
        return story.access == "free"
    return WHILE_AWAY.get(story.section, CLOSED) == OPEN
