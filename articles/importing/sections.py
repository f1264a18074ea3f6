"""The section that an imported story comes to."""

from collections.abc import Iterable

from articles.importing.errors import SourceError
from articles.importing.genres import section_names
from paywall.catalog.models import Section

NEWS = "news"


class Sections:
    """The sections by name; what names none of them goes to the one chosen, or to the news."""

    def __init__(self, chosen: str = "") -> None:
        """Raises SourceError when there is no section with the chosen slug."""
        sections = list(Section.objects.all())
        self._named = {section.name.casefold(): section for section in sections}
        self._named |= {section.slug: section for section in sections}
        self._chosen = next((each for each in sections if each.slug == chosen), None)
        if chosen and not self._chosen:
            slugs = ", ".join(section.slug for section in sections) or "none yet"
            raise SourceError(f"There is no section {chosen!r}; there are: {slugs}.")

    def of(self, categories: Iterable[str]) -> Section:
        """Return the section that a category names first; makes the news if they are missing."""
        named = (self._named.get(name) for name in section_names(categories))
        return next(filter(None, named), None) or self._chosen or self._news()

    def _news(self) -> Section:
        if NEWS not in self._named:
            self._named[NEWS] = Section.objects.get_or_create(slug=NEWS, defaults={"name": "News"})[
                0
            ]
        return self._named[NEWS]
