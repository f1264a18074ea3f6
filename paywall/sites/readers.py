"""Which readers are a site's."""

import uuid
from datetime import datetime

from allauth.headless.internal import sessionkit
from allauth.usersessions.models import UserSession
from django.db import connection, transaction
from django.db.models import QuerySet

from accounts import app_sessions
from accounts.loading import load
from accounts.models import Reader
from paywall.sites.models import ApiSite, SiteReader

HELD_BY = "held_by"  # of the data that a session is listed with: the sites that have its token
OF_SITE = """
    JOIN paywall_sitereader ON paywall_sitereader.reader_id = accounts_reader.id
    WHERE public_id = %s AND paywall_sitereader.site_id = %s AND is_active
"""


def reader_of(site: ApiSite, public_id: uuid.UUID) -> Reader | None:
    """Return a reader of this site's, or None: whether anybody has that id is not told."""
    as_kept = Reader._meta.get_field("public_id").get_db_prep_value(public_id, connection)
    return load(OF_SITE, [as_kept, site.pk])


def introduce(site: ApiSite, reader: Reader, *, now: datetime, token: str = "") -> SiteReader:
    """Make a reader, who signed in through the site, one of the site's.

    The session behind the `token` that the site showed is kept in mind as one that it holds.
    """
    if token:
        _note_holder(site, reader, token)
    row, _ = SiteReader.objects.get_or_create(site=site, reader=reader, defaults={"since": now})
    return row


def sites_of(reader: Reader) -> QuerySet[SiteReader]:
    """Return the sites that may ask about a reader, with since when."""
    return SiteReader.objects.filter(reader=reader).select_related("site").order_by("site__name")


def let_go(site: ApiSite, public_id: uuid.UUID) -> bool:
    """Have the site know nothing more about a reader; tell whether it knew them."""
    # Their account may be inactive by now: the site is rid of them all the same.
    gone, _ = SiteReader.objects.filter(site=site, reader__public_id=public_id).delete()
    return bool(gone)


def part_from(row: SiteReader) -> None:
    """Have a site know nothing more about a reader who asks for it, and sign them out there.

    A token that no site showed us yet may be this one's all the same: it ends as well.
    """
    for session in UserSession.objects.filter(user=row.reader_id):
        holders = _holders(session)
        if row.site_id in holders or (not holders and _is_an_apps(session)):
            session.end()
    row.delete()  # last: where ending a session fails, the reader can leave once more


def _note_holder(site: ApiSite, reader: Reader, token: str) -> None:
    with transaction.atomic():
        held = UserSession.objects.select_for_update().filter(user=reader, session_key=token)
        for session in held:
            session.data = {**session.data, HELD_BY: sorted({*_holders(session), site.pk})}
            session.save(update_fields=["data"])


def _holders(session: UserSession) -> list[int]:
    """Return the sites that showed a session's token; one alone was once kept without a list."""
    held = session.data.get(HELD_BY, [])
    return held if isinstance(held, list) else [held]


def _is_an_apps(session: UserSession) -> bool:
    return app_sessions.is_of_an_app(sessionkit.session_store(session.session_key))
