"""Everything that is kept about a reader, as one document.

Secrets (passwords, passkeys, sessions' keys, links in letters) are no part of it, nor is what
others told us of themselves.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db.models import F

from accounts.models import Reader
from paywall.circulation import guessing
from paywall.insights.models import PrintReaderDay, Seen
from paywall.letters.kinds import Kind
from paywall.letters.models import Letter, Unsubscribed
from paywall.metering.models import MeteredRead, MeterKey, RefusedVisit
from paywall.privacy.exporting_paid import paid_by
from paywall.privacy.exporting_print import print_of
from paywall.sites.models import KeptAnswer, SiteReader

Rows = Sequence[Mapping[str, Any]]


def export(reader: Reader, *, now: datetime) -> dict[str, Any]:
    """Return what is kept about a reader, ready for JSON (moments in ISO 8601 by its encoder)."""
    return {
        "made_at": now,
        "newspaper": settings.NEWSPAPER_NAME,
        "account": _account(reader),
        "sessions": _sessions(reader),
        "reading": _reading(reader),
        "access": _access(reader),
        "payments": paid_by(reader),
        "printed_paper": print_of(reader),
        "wrong_tries": guessing.tries_of(reader),
        "letters": _letters(reader),
        "done_by_staff": list(
            reader.staff_actions.order_by("at", "pk").values("at", "what", "reason", "outcome")
        ),
        "other_sites": _other_sites(reader),
    }


def _account(reader: Reader) -> dict[str, Any]:
    addresses = EmailAddress.objects.filter(user=reader).order_by("pk")
    done = LogEntry.objects.filter(user=reader).order_by("pk")
    factors = Authenticator.objects.filter(user=reader).order_by("pk")
    return {
        "email": reader.email,
        "id": reader.public_id,
        "joined_at": reader.joined_at,
        "last_signed_in_at": reader.last_login,
        "may_sign_in": reader.is_active,
        "is_staff": reader.is_staff,
        "staff_groups": list(reader.groups.values_list("name", flat=True)),
        "done_as_staff": list(done.values_list("action_time", flat=True)),
        "has_password": reader.has_usable_password(),
        "addresses": list(addresses.values("email", "verified", "primary")),
        "second_factors": [
            {
                "type": factor.get_type_display(),
                "name": factor.data.get("name", ""),
                "created_at": factor.created_at,
                "last_used_at": factor.last_used_at,
            }
            for factor in factors
        ],
    }


def _sessions(reader: Reader) -> Rows:
    sessions = UserSession.objects.filter(user=reader).order_by("pk")
    return list(sessions.values("created_at", "last_seen_at", "ip", "user_agent"))


def _reading(reader: Reader) -> dict[str, Any]:
    meters = MeterKey.objects.filter(reader=reader).order_by("pk")
    reads = MeteredRead.objects.filter(meter__keys__reader=reader).order_by("opened_at", "pk")
    return {
        "meters": list(meters.values(month=F("meter__period"), used=F("meter__used"))),
        "stories": list(reads.values("opened_at", "period", "title", "address", "story_key")),
        "refused": list(
            RefusedVisit.objects.filter(reader=reader)
            .order_by("refused_at")
            .values("refused_at", "title", "address", "outcome")
        ),
        "counted": list(Seen.objects.filter(reader=reader).order_by("what").values("what", "day")),
        "days_with_print": list(
            PrintReaderDay.objects.filter(reader=reader)
            .order_by("day")
            .values("day", "publication")
        ),
    }


def _access(reader: Reader) -> Rows:
    return [
        {
            "source": entitlement.get_source_display(),
            "everything": entitlement.everything,
            "sections": [section.name for section in entitlement.sections.all()],
            "starts_at": entitlement.starts_at,
            "ends_at": entitlement.ends_at,
        }
        for entitlement in reader.entitlements.prefetch_related("sections").order_by("pk")
    ]


def _other_sites(reader: Reader) -> dict[str, Any]:
    """Return the sites that ask about the reader, and what one was told within a day."""
    sites = SiteReader.objects.filter(reader=reader).order_by("pk")
    answers = KeptAnswer.objects.filter(reader=reader).order_by("pk")
    return {
        "sites": list(sites.values("since", name=F("site__name"))),
        "answers": list(answers.values("made_at", "answer")),
    }


def _letters(reader: Reader) -> dict[str, Any]:
    """Return what was written to the reader; of an invitation to somebody else only that."""
    letters = Letter.objects.filter(reader=reader).order_by("pk")
    names = ("kind", "address", "subject", "text", "written_at", "sent_at")
    stopped = Unsubscribed.objects.filter(reader=reader).values_list("at", flat=True)
    return {
        "wants_none_since": stopped.first(),
        "written": [
            letter if letter["kind"] != Kind.PRINT_INVITATION else {**letter, "text": ""}
            for letter in letters.values(*names)
        ],
    }
