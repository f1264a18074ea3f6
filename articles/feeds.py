"""The feed: headlines and standfirsts, never the text."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed

from articles.models import Article
from articles.structured_data import absolute
from paywall import clock

NEWEST = 50


class NewestStories(Feed):  # type: ignore[type-arg]  # not generic when it runs
    """RSS 2.0 of the newest stories."""

    language = settings.LANGUAGE_CODE

    def title(self) -> str:
        return str(settings.NEWSPAPER_NAME)

    def link(self) -> str:
        return absolute("/")

    def description(self) -> str:
        return f"The newest stories of {settings.NEWSPAPER_NAME}."

    def feed_url(self) -> str:
        return absolute("/feed.xml")

    def items(self) -> Any:
        return Article.objects.published(clock.now()).for_lists()[:NEWEST]

    def item_title(self, item: Article) -> str:
        return item.headline

    def item_description(self, item: Article) -> str:
        return item.standfirst

    def item_link(self, item: Article) -> str:
        return absolute(item.get_absolute_url())

    def item_author_name(self, item: Article) -> str:
        return item.byline

    def item_pubdate(self, item: Article) -> datetime:
        return item.published_at

    def item_updateddate(self, item: Article) -> datetime:
        return max(item.updated_at, item.published_at)

    def item_categories(self, item: Article) -> list[str]:
        return [item.section.name]
