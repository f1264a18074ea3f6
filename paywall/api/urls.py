"""The addresses of the API, first version."""

from typing import Any

from django.urls import path, re_path, register_converter
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from paywall.api.access import StoryAccess, StoryFacts
from paywall.api.checkout import Checkout
from paywall.api.door import Door
from paywall.api.export import Export
from paywall.api.me import Me
from paywall.api.packages import Packages
from paywall.api.printed import PrintActivations
from paywall.api.readers import SiteReaderAlone, SiteReaders


class StoryKey:
    regex = "[A-Za-z0-9._:~-]{1,200}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Nothing(Door):
    """What is asked for at an address that there is not."""

    permission_classes = (AllowAny,)
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound("There is no such address: see /api/v1/docs/.")


register_converter(StoryKey, "story_key")

urlpatterns = [
    path("stories/<story_key:story_key>/access/", StoryAccess.as_view(), name="api_access"),
    path("stories/<story_key:story_key>/", StoryFacts.as_view(), name="api_story"),
    path("me/", Me.as_view(), name="api_me"),
    path("me/export/", Export.as_view(), name="api_export"),
    path("packages/", Packages.as_view(), name="api_packages"),
    path("checkout/", Checkout.as_view(), name="api_checkout"),
    path("print-activations/", PrintActivations.as_view(), name="api_print_activations"),
    path("readers/", SiteReaders.as_view(), name="api_readers"),
    path("readers/<uuid:reader>/", SiteReaderAlone.as_view(), name="api_reader"),
    path(
        "schema/",
        SpectacularAPIView.as_view(authentication_classes=(), permission_classes=()),
        name="api_schema",
    ),
    path(
        "docs/",
        SpectacularSwaggerView.as_view(
            url_name="api_schema", authentication_classes=(), permission_classes=()
        ),
        name="api_docs",
    ),
    re_path("", Nothing.as_view()),
]
