"""Everything the sandbox keeps: objects by id, in the order they were made, as plain JSON."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from tests.stripe_sandbox.errors import Json, no_such

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

PREFIXES = {
    "billing_portal.configuration": "bpc_",
    "billing_portal.session": "bps_",
    "charge": "ch_",
    "checkout.session": "cs_test_",
    "coupon": "",
    "customer": "cus_",
    "discount": "di_",
    "dispute": "du_",
    "event": "evt_",
    "invoice": "in_",
    "invoice_payment": "inpay_",
    "invoiceitem": "ii_",
    "item": "li_",
    "line_item": "il_",
    "payment_intent": "pi_",
    "payment_method": "pm_",
    "price": "price_",
    "product": "prod_",
    "promotion_code": "promo_",
    "refund": "re_",
    "request": "req_",
    "setup_intent": "seti_",
    "subscription": "sub_",
    "subscription_item": "si_",
    "subscription_schedule": "sub_sched_",
}


class Store:
    """Objects by id, and what the sandbox must remember about them that Stripe does not show."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._made: dict[str, int] = {}
        self._kinds: dict[str, dict[str, Json]] = {}
        self._objects: dict[str, Json] = {}
        self._details: dict[str, Json] = {}

    def new_id(self, kind: str) -> str:
        """Return the next id of a kind; the same seed gives the same ids in the same order."""
        number = self._made[kind] = self._made.get(kind, 0) + 1
        return PREFIXES[kind] + self.token(f"{kind}:{number}", 24 if kind != "coupon" else 8)

    @property
    def made(self) -> int:
        """How many ids have been given, but for requests': it grows with every event."""
        return sum(self._made.values()) - self._made.get("request", 0)

    def token(self, text: str, length: int) -> str:
        """Return letters and digits that depend on the seed and the text alone."""
        digest = hashlib.shake_128(f"{self._seed}:{text}".encode()).digest(length)
        return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest)

    def add(self, obj: Json) -> Json:
        """Keep a new object under its id."""
        self._objects[obj["id"]] = obj
        self._kinds.setdefault(obj["object"], {})[obj["id"]] = obj
        return obj

    def remove(self, obj: Json) -> None:
        """Forget an object."""
        del self._objects[obj["id"]], self._kinds[obj["object"]][obj["id"]]

    def all(self, kind: str) -> Iterator[Json]:
        """Yield the objects of a kind, the newest first."""
        yield from reversed(list(self._kinds.get(kind, {}).values()))

    def everything(self) -> Iterator[Json]:
        """Yield every object, and what is remembered about each."""
        yield from self._objects.values()
        yield from self._details.values()

    def find(self, id_: Any) -> Json | None:
        """Return the object with this id, if there is one."""
        return self._objects.get(id_)

    def get(self, kind: str, id_: str, param: str = "id") -> Json:
        """Return the object of a kind, or fail as Stripe does."""
        try:
            return self._kinds.get(kind, {})[id_]
        except KeyError:
            raise no_such(kind.split(".")[-1].replace("_", " "), id_, param) from None

    def details(self, id_: str) -> Json:
        """Return what is remembered about an object, to read and to write."""
        return self._details.setdefault(id_, {})
