"""The way back to the story somebody came from, from page to page."""

from allauth.account.utils import passthrough_next_redirect_url
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest
from django.urls import reverse


def with_way_back(request: HttpRequest, page: str) -> str:
    """Return a page's address that leads on to where the request's `next` leads."""
    address: str = passthrough_next_redirect_url(request, reverse(page), REDIRECT_FIELD_NAME)
    return address
