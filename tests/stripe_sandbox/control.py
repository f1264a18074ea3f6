"""Controls for programs: the clock, failures, cards, disputes and webhooks, in JSON.

GET /sandbox/clock · POST /sandbox/clock {"to": seconds} or {"days": 31} ·
POST /sandbox/faults {"kind": "error", "times": 2, "path": "/v1/checkout"}, or {} to clear ·
POST /sandbox/cards {"payment_method": id, "decline": code or null} or {"decline_next": 1} ·
POST /sandbox/checkout {"session": id, "number": "4242424242424242"} ·
POST /sandbox/disputes {"charge": id} · POST /sandbox/disputes/close {"dispute": id, "won": true} ·
POST /sandbox/webhooks {"drop": 1, "repeat": 1, "delay": 2.5, "shuffle": 7, "held": false} ·
POST /sandbox/webhooks/deliver · GET /sandbox/mismatches
"""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.stripe_sandbox.cards import decline
from tests.stripe_sandbox.clock import moment
from tests.stripe_sandbox.core import Sandbox
from tests.stripe_sandbox.disputes import close_dispute, open_dispute
from tests.stripe_sandbox.errors import Json
from tests.stripe_sandbox.paying import pay

Control = Callable[[Sandbox, Json], Json]


def _clock(sandbox: Sandbox, asked: Json) -> Json:
    if "to" in asked:
        sandbox.advance(moment(asked["to"]))
    elif asked:
        sandbox.advance(**asked)
    return {"now": sandbox.now, "ahead": sandbox.clock.ahead}


def _faults(sandbox: Sandbox, asked: Json) -> Json:
    if asked:
        sandbox.faults.add(**asked)
    else:
        sandbox.faults.clear()
    return {}


def _cards(sandbox: Sandbox, asked: Json) -> Json:
    if "payment_method" in asked:
        decline(sandbox, asked["payment_method"], asked.get("decline"))
    sandbox.decline_next = asked.get("decline_next", sandbox.decline_next)
    return {"decline_next": sandbox.decline_next}


def _webhooks(sandbox: Sandbox, asked: Json) -> Json:
    hooks = sandbox.webhooks
    for name in ("drop", "repeat", "delay", "held"):
        if name in asked:
            setattr(hooks, name, asked[name])
    if "shuffle" in asked:
        hooks.shuffle = None if asked["shuffle"] is None else random.Random(asked["shuffle"])
    return {"pending": len(hooks.pending), "dropped": len(hooks.dropped)}


CONTROLS: dict[str, Control] = {
    "clock": _clock,
    "faults": _faults,
    "cards": _cards,
    "checkout": lambda sandbox, asked: pay(
        sandbox, asked["session"], asked["number"], confirmed=asked.get("confirmed")
    ),
    "disputes": lambda sandbox, asked: open_dispute(sandbox, asked["charge"]),
    "disputes/close": lambda sandbox, asked: close_dispute(
        sandbox, asked["dispute"], won=asked["won"]
    ),
    "webhooks": _webhooks,
    "webhooks/deliver": lambda sandbox, _asked: {"told": len(sandbox.webhooks.deliver())},
    "mismatches": lambda sandbox, _asked: {"mismatches": sandbox.mismatches},
}
