"""Writing down what staff do, before it is done and once it is."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib.admin.models import ADDITION, DELETION, LogEntry
from django.db import models
from django.db.models import Q

from accounts.models import Reader
from paywall import clock
from paywall.trail.models import StaffAction

ADDRESS = re.compile(r"[^\s,;<>()]+@[^\s,;<>()]+")
DONE = "Done."


class DoneAlreadyError(Exception):
    """The same form was sent before: what it asks for was done then, or is being done."""


def begin(
    what: str,
    *,
    by: Reader,
    now: datetime,
    reader: Reader | None = None,
    about: str = "",
    reason: str = "",
    key: UUID | None = None,
    details: Mapping[str, str] | None = None,
) -> StaffAction:
    """Write down that somebody is about to do a thing. Raises DoneAlreadyError for its key."""
    action, new = StaffAction.objects.get_or_create(
        key=key or uuid4(),
        defaults={
            "at": now,
            "actor": by,
            "actor_name": by.email,
            "what": what,
            "reader": reader,
            "about": about or (name_of(reader) if reader else ""),
            "reason": reason.strip(),
            "details": details or {},
        },
    )
    if not new:
        raise DoneAlreadyError
    return action


def finish(action: StaffAction, outcome: str = DONE) -> None:
    """Write down what came of it."""
    StaffAction.objects.filter(pk=action.pk).update(outcome=outcome)
    action.outcome = outcome


def name(action: StaffAction, reader: Reader) -> None:
    """Write down whom it turned out to be about: an account that it made."""
    StaffAction.objects.filter(pk=action.pk).update(reader=reader, about=name_of(reader))


def name_of(reader: Reader) -> str:
    """Return what the trail calls a reader when the account is gone: nothing personal."""
    return f"reader {reader.public_id}"


def note_admin_change(instance: LogEntry, created: bool, **_signal: Any) -> None:
    """Keep what the admin logs, whose own log goes with the account of who did it.

    Called when Django has written an entry of its log.
    """
    if created:
        note_entry(instance)


def note_entry(entry: LogEntry) -> None:
    """Copy an entry of the admin's log, without the addresses of readers."""
    model = entry.content_type.model_class() if entry.content_type else None
    kind = model._meta.verbose_name if model else "something"
    verb = {ADDITION: "Added", DELETION: "Deleted"}.get(entry.action_flag, "Changed")
    text = ADDRESS.sub("a reader", entry.object_repr)
    reader = _reader_of(entry)
    StaffAction.objects.create(
        at=clock.now(),
        actor_id=entry.user_id,
        actor_name=entry.user.email,
        what=f"{verb} {kind}",
        reader=reader,
        about=name_of(reader) if reader and model is Reader else text[:300],
        details={
            "model": model._meta.label if model else "",
            "object": entry.object_id,
            "change": entry.get_change_message(),
        },
        outcome=DONE,
    )


def forget(reader: Reader, things: Iterable[models.Model] = ()) -> None:
    """Keep only what was done, when and by whom of a reader who is erased, and of these things.

    What is not finished yet is the erasure itself: its reason stays.
    """
    theirs = Q(reader=reader)
    for thing in things:
        theirs |= Q(details__model=thing._meta.label, details__object=str(thing.pk))
    done = StaffAction.objects.filter(theirs).exclude(outcome="")
    done.update(about=name_of(reader), reason="", details={}, outcome=DONE)


def _reader_of(entry: LogEntry) -> Reader | None:
    """Return the reader that a logged change is about, if they are still there."""
    if entry.action_flag == DELETION or not entry.content_type:
        return None
    edited = entry.content_type.get_all_objects_for_this_type(pk=entry.object_id).first()
    if isinstance(edited, Reader):
        return edited
    found: Reader | None = Reader.objects.filter(pk=getattr(edited, "reader_id", None)).first()
    return found
