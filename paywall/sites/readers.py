"""Which readers are a site's."""

import uuid
from datetime import datetime

from accounts.models import Reader
from paywall.sites.models import ApiSite, SiteReader


def reader_of(site: ApiSite, public_id: uuid.UUID) -> Reader | None:
    """Return a reader of this site's, or None: whether anybody has that id is not told."""
    found = Reader.objects.filter(public_id=public_id, is_active=True, sites__site=site)
    reader: Reader | None = found.first()
    return reader


def introduce(site: ApiSite, reader: Reader, *, now: datetime) -> SiteReader:
    """Make a reader, who signed in through the site, one of the site's."""
    row, _ = SiteReader.objects.get_or_create(site=site, reader=reader, defaults={"since": now})
    return row


def let_go(site: ApiSite, reader: Reader) -> None:
    """Have the site know nothing more about the reader."""
    SiteReader.objects.filter(site=site, reader=reader).delete()
