"""Carrying out what staff ask for: written down first, then done, then what came of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from accounts.made_by_staff import TakenError, make_account
from accounts.models import Reader
from paywall import tasks
from paywall.circulation.linking import NoSeatError
from paywall.circulation.locking import BusyError
from paywall.letters import by_staff
from paywall.payments.gateway import GatewayError, GatewayUnavailable
from paywall.payments.hindrances import Hindered
from paywall.staff.deeds import Asked, Deed, Done
from paywall.trail import recording

UNKNOWN = "Stripe did not answer, so it may have happened: look there before you ask again."
REFUSALS = (BusyError, GatewayError, Hindered, NoSeatError)


class DidNotHappenError(Exception):
    """Why it was not done, for staff."""


def new_key() -> UUID:
    """Return the key of a form: sent twice, what it asks for is done once."""
    return uuid4()


def carry_out(
    deed: Deed, reader: Reader, cleaned: Mapping[str, Any], *, by: Reader, now: datetime
) -> Done:
    """Do a deed and keep it in the trail. Raises DidNotHappenError, DoneAlreadyError."""
    key: UUID = cleaned["key"]
    action = recording.begin(
        deed.label,
        by=by,
        now=now,
        reader=reader,
        reason=cleaned["reason"],
        key=key,
        details=_told(cleaned),
    )
    try:
        done = deed.do(Asked(reader, cleaned, str(key), now))
    except GatewayUnavailable as error:
        recording.finish(action, f"{UNKNOWN} ({error})")
        raise DidNotHappenError(UNKNOWN) from error
    except REFUSALS as error:
        recording.finish(action, f"It did not happen: {error}")
        raise DidNotHappenError(str(error)) from error
    recording.finish(action, done.sentence)
    _follow_up(done)
    return done


def make_reader(email: str, *, reason: str, key: UUID, by: Reader, now: datetime) -> Reader:
    """Make an account for a caller, and write to them. Raises TakenError, DoneAlreadyError."""
    action = recording.begin("Make an account", by=by, now=now, reason=reason, key=key)
    try:
        with transaction.atomic():
            reader = make_account(email)
            by_staff.write_account_made(reader, key=str(key), now=now)
            recording.name(action, reader)
    except TakenError:
        recording.finish(action, "It did not happen: there is such an account already.")
        raise
    recording.finish(action)
    _follow_up(Done("", letters=True))
    return reader


def _told(cleaned: Mapping[str, Any]) -> dict[str, str]:
    """Return what the form says, as the trail keeps it: names of things, nothing personal."""
    left_out = {"reason", "key", "email", "smallest", "paid"}
    return {name: str(value) for name, value in cleaned.items() if name not in left_out and value}


def _follow_up(done: Done) -> None:
    """Have the letters written and sent that it brings; without Redis the schedule does it."""
    if done.letters:
        transaction.on_commit(tasks.send_letters.delay, robust=True)
    if customer := done.customer:
        transaction.on_commit(lambda: tasks.write_letters.delay(customer), robust=True)
    if activation := done.activation:
        transaction.on_commit(lambda: tasks.write_print_letters.delay(activation), robust=True)
