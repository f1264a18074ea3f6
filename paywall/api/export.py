"""Everything that is kept about a reader, for the reader alone."""

from typing import cast

from django.conf import settings
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Reader
from accounts.shown_again import has_just_shown
from paywall import clock
from paywall.api import asked
from paywall.api.authentication import session_of
from paywall.api.callers import site_of
from paywall.api.door import Door
from paywall.api.problems import ReaderNeeded, SignInAgain
from paywall.privacy import exporting

READER_ALONE = (
    "Another site may hold this token, so that it is given no data. The reader downloads it on "
    "the account page of the paper: send them to `help`."
)
AGAIN = "Send the reader to `help`, to show that it is still them, and ask once more."


class Export(Door):
    """A reader's own data."""

    @extend_schema(
        operation_id="export",
        summary="Everything that is kept about the reader: to readers themselves only",
        description="On the paper’s own site, with the reader’s session there, right after they "
        "showed again who they are at /accounts/reauthenticate/: with their password, their second "
        "factor or, having neither, an emailed code. Not with a token, which "
        "another site may hold: 403 `reader-needed`, whose `help` is the page where the reader "
        "downloads it.",
        auth=[{"session": []}],  # type: ignore[list-item]  # as its documentation has it
        responses={200: OpenApiTypes.OBJECT},
    )
    def get(self, request: Request) -> Response:
        asked.checked(asked.NothingAsked, request.query_params)
        page = f"{settings.SITE_URL}{reverse('account_data')}"
        if site_of(request):
            raise ReaderNeeded("A site is not given it: send the reader to `help`.", help=page)
        self.require_somebody(request)
        if session_of(request) is not None:
            raise ReaderNeeded(READER_ALONE, help=page)
        if not has_just_shown(request._request):
            again = f"{settings.SITE_URL}{reverse('account_reauthenticate')}"
            raise SignInAgain(AGAIN, help=again)
        return Response(exporting.export(cast("Reader", request.user), now=clock.now()))
