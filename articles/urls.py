"""The addresses of the paper."""

from django.contrib.sitemaps import views as sitemap_views
from django.urls import path

from articles import views
from articles.feeds import NewestStories
from articles.sitemaps import SITEMAPS, show_index, show_news_sitemap, show_robots

urlpatterns = [
    path("", views.show_front, name="front"),
    path("sections/<slug:slug>/", views.show_section, name="section"),
    path("stories/<slug:slug>/", views.show_story, name="story"),
    path("feed.xml", NewestStories(), name="feed"),
    path("sitemap.xml", show_index, name="sitemap-index"),
    path("sitemap-news.xml", show_news_sitemap, name="sitemap-news"),
    path("sitemap-<section>.xml", sitemap_views.sitemap, {"sitemaps": SITEMAPS}, name="sitemap"),
    path("robots.txt", show_robots, name="robots"),
]
