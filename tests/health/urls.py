"""The site's addresses, with those that the mail provider calls."""

from django.urls import include, path

from config.urls import urlpatterns as site

urlpatterns = [path("webhooks/mail/", include("anymail.urls")), *site]
