"""Which readers are a site's."""

import uuid
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.db import connection
from django.db.models import QuerySet

from accounts.loading import load
from accounts.models import Reader
from paywall.sites.models import ApiSite, SiteReader

HELD_BY = "held_by"  # of the data that a session is listed with: the site that has its token
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
    UserSession.objects.filter(user=reader, session_key=token).update(data={HELD_BY: site.pk})
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
    """Have a site know nothing more about a reader who asks for it, and sign them out there."""
    row.delete()
    for session in UserSession.objects.filter(user=row.reader_id, data__has_key=HELD_BY):
        if session.data.get(HELD_BY) == row.site_id:
            session.end()
