"""The way back to the story somebody came from, from page to page."""

from urllib.parse import urlsplit

from allauth.account.utils import passthrough_next_redirect_url
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse


def with_way_back(request: HttpRequest, page: str) -> str:
    """Return a page's address that leads on to where the request's `next` leads."""
    return _leading_on(request, reverse(page))


def here_again(request: HttpRequest) -> str:
    """Return the address of the form that was sent, to be filled in again."""
    return _leading_on(request, request.path)


def leads_to(request: HttpRequest, name: str) -> bool:
    """Tell whether the request's `next` leads to the page of that name."""
    asked = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME, "")
    try:
        return resolve(urlsplit(asked).path).url_name == name
    except (Resolver404, ValueError):
        return False


def _leading_on(request: HttpRequest, path: str) -> str:
    address: str = passthrough_next_redirect_url(request, path, REDIRECT_FIELD_NAME)
    return address
