"""Sitemaps for search engines: every story, and the last two days for news."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps import views as sitemap_views
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from articles.models import Article
from articles.structured_data import absolute
from paywall import clock
from paywall.catalog.models import Section

NEWS_AGE = timedelta(days=2)
NEWS_MOST = 1000


class SiteUrlSitemap(Sitemap):  # type: ignore[type-arg]  # not generic when it runs
    """A sitemap whose addresses begin with SITE_URL, whatever host was asked."""

    def get_domain(self, site: Any = None) -> str:
        return str(urlsplit(settings.SITE_URL).netloc)

    def get_protocol(self, protocol: str | None = None) -> str:
        return str(urlsplit(settings.SITE_URL).scheme)


class StorySitemap(SiteUrlSitemap):
    limit = 10_000

    def items(self) -> Any:
        return Article.objects.published(clock.now()).only("slug", "updated_at").order_by("-pk")

    def lastmod(self, item: Article) -> datetime:
        return item.updated_at


class SectionSitemap(SiteUrlSitemap):
    def items(self) -> Any:
        return Section.objects.all()

    def location(self, item: Section) -> str:
        return reverse("section", args=[item.slug])


SITEMAPS: dict[str, Any] = {"sections": SectionSitemap, "stories": StorySitemap}


@require_safe
def show_index(request: HttpRequest) -> TemplateResponse:
    """List the sitemaps; Django builds their addresses from the Host header, we from SITE_URL."""
    response = sitemap_views.index(request, SITEMAPS, sitemap_url_name="sitemap")
    for item in (response.context_data or {})["sitemaps"]:
        item.location = absolute(urlsplit(item.location)._replace(scheme="", netloc="").geturl())
    return response


@require_safe
def show_news_sitemap(request: HttpRequest) -> HttpResponse:
    """List the stories of the last two days, as Google News asks."""
    now = clock.now()
    newest = Article.objects.published(now).for_lists().filter(published_at__gte=now - NEWS_AGE)
    context = {"articles": newest[:NEWS_MOST], "site_url": settings.SITE_URL}
    return render(request, "articles/sitemap-news.xml", context, "application/xml")


@require_safe
def show_robots(request: HttpRequest) -> HttpResponse:
    """Tell crawlers where the sitemaps are, and which pages are not theirs."""
    lines = [
        "User-agent: *",
        "Disallow: /account/",
        "Disallow: /accounts/",
        "Disallow: /admin/",
        "Disallow: /api/",
        f"Sitemap: {absolute('/sitemap.xml')}",
        f"Sitemap: {absolute('/sitemap-news.xml')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", "text/plain")
