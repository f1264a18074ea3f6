"""The site, with the readers' own pages before allauth's."""

from django.urls import include, path

from config.urls import urlpatterns as site

urlpatterns = [path("accounts/", include("accounts.urls")), *site]
