"""The way back to the story somebody came from, from page to page."""

from allauth.account.utils import passthrough_next_redirect_url
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest
from django.urls import reverse


def with_way_back(request: HttpRequest, page: str) -> str:
    """Return a page's address that leads on to where the request's `next` leads."""
    return _leading_on(request, reverse(page))


def here_again(request: HttpRequest) -> str:
    """Return the address of the form that was sent, to be filled in again."""
    return _leading_on(request, request.path)


def _leading_on(request: HttpRequest, path: str) -> str:
    address: str = passthrough_next_redirect_url(request, path, REDIRECT_FIELD_NAME)
    return address
