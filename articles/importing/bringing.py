"""The import from beginning to end."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from articles.importing import feeds, wordpress
from articles.importing.reading import Kind, open_source
from articles.importing.saving import Result, Saving
from articles.importing.sections import Sections


@contextmanager
def bring(
    given: str, *, section: str, access: str, now: datetime, looked: Callable[[], None]
) -> Iterator[Iterator[Result]]:
    """Give what becomes of each item of a source, as the stories are saved one by one.

    `given` is a path or an http(s) URL; `section` the slug of the section for stories whose
    categories name none, or ""; `access` as in Saving. The source is first looked through, and
    `looked` called at every item: one that is not whole raises SourceError before anything is
    saved.
    """
    sections = Sections(section)
    with open_source(given) as source:
        saving = Saving(source.label, sections, access, now)
        if source.kind is Kind.WORDPRESS:
            with wordpress.survey(source, zone=ZoneInfo(settings.TIME_ZONE), looked=looked) as site:
                yield saving.save_all(wordpress.read(source, site))
        else:
            well_formed = feeds.check(source, looked=looked)
            yield saving.save_all(feeds.read(source, well_formed=well_formed))
