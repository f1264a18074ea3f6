"""Which genre and which section the categories of an item name."""

import re
from collections.abc import Iterable

from django.utils.text import slugify

from articles.access import Genre

NAMES = {  # the first that applies wins: what is paid for has to be said
    Genre.SPONSORED: """
        sponsored sponsored-content sponsored-post sponsored-posts sponsored-story sponsor-content
        sponsored-stories sponsored-article sponsored-feature sponsored-by from-our-sponsors
        paid-content paid-post paid-posts paid-partnership partner-content partnered-content
        branded-content brand-content brand-studio promoted promoted-content promotional
        advertorial advertorials advertisement advertisement-feature advertising-feature
        native-advertising native-ad anzeige publireportage contenu-sponsorise
    """,
    Genre.CORRECTION: """
        correction corrections clarification clarifications corrections-and-clarifications
        corrections-clarifications clarifications-and-corrections erratum errata
        correction-clarification correction-and-clarification clarifications-corrections
    """,
    Genre.OBITUARY: """
        obituary obituaries obit obits obituary-notice obituary-notices local-obituaries
        death-notice death-notices deaths death-announcements
        funeral-notices funeral-notice funeral-announcements in-memoriam family-notices
        births-deaths-and-marriages nachrufe necrologie obituarios
    """,
    Genre.PUBLIC_NOTICE: """
        public-notice public-notices legal-notice legal-notices legals legal-ads
        legal-advertising statutory-notices statutory-notice planning-notices official-notices
        public-announcements
    """,
    Genre.PUBLIC_SAFETY: """
        public-safety safety-alert safety-alerts emergency emergencies emergency-alert
        emergency-alerts emergency-information weather-alert weather-alerts weather-warning
        weather-warnings severe-weather amber-alert amber-alerts missing-person missing-persons
        missing-people evacuation evacuations evacuation-orders public-health-alert recalls
        boil-water-notice boil-water-notices
    """,
}
_GENRES = {name: genre for genre, names in NAMES.items() for name in names.split()}


def genre_of(categories: Iterable[str]) -> Genre:
    """Return the genre that a category names, or that of any other story."""
    named = {_GENRES[name] for name in _names(categories) if name in _GENRES}
    return next((genre for genre in NAMES if genre in named), Genre.STORY)


def _names(categories: Iterable[str]) -> Iterable[str]:
    """Yield the categories as slugs: each whole, then each part of a path (`News > Sport`)."""
    for category in categories:
        yield slugify(category)
        for part in re.split(r"[>/|:»]|--", category):
            yield slugify(part)


def section_names(categories: Iterable[str]) -> Iterable[str]:
    """Yield what may be the slug or the name of a section, in small letters."""
    for category in categories:
        for part in (category, *reversed(re.split(r"\s*[>/|»]\s*", category))):
            yield part.strip().casefold()
            yield slugify(part)
