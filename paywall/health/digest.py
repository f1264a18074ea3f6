"""The daily letter to staff, when something waits: counts and links, nothing personal."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from paywall.health.models import HealthDigest
from paywall.health.waiting import in_full, waiting


def send_todays(*, now: datetime, real_now: datetime) -> bool:
    """Write to HEALTH_DIGEST_TO, once a day and only when something waits; tell whether we did.

    Raises what the mail backend raises, and the next try of the day sends it then.
    """
    day = real_now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    if not settings.HEALTH_DIGEST_TO or HealthDigest.objects.filter(day=day).exists():
        return False
    found = [one for one in waiting(now=now, real_now=real_now) if one.waits]
    if not found:
        return False
    counts = {one.what: one.count for one in found}
    # Whoever keeps the day first sends it: two schedulers write one letter.
    ours = HealthDigest(day=day, sent_at=real_now, counts=counts)
    HealthDigest.objects.bulk_create([ours], ignore_conflicts=True)
    if not HealthDigest.objects.filter(day=day, sent_at=real_now).exists():
        return False
    context = {
        "newspaper_name": settings.NEWSPAPER_NAME,
        "waiting": [(one, in_full(one.address)) for one in found],
        "health_url": in_full(reverse("admin:paywall_schedulerun_changelist")),
    }
    text = str.__str__(render_to_string("paywall/health_digest.txt", context))
    subject = f"{settings.NEWSPAPER_NAME}: {_things(len(found))} for you to look at"
    message = EmailMessage(
        subject,
        text,
        settings.DEFAULT_FROM_EMAIL,
        settings.HEALTH_DIGEST_TO,
        headers={"Auto-Submitted": "auto-generated"},
    )
    try:
        message.send()
    except Exception:
        HealthDigest.objects.filter(day=day, sent_at=real_now).delete()
        raise
    return True


def _things(count: int) -> str:
    return "one thing" if count == 1 else f"{count} things"
