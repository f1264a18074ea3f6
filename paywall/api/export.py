"""Everything that is kept about a reader, for the reader alone."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Reader
from paywall import clock
from paywall.api import asked
from paywall.api.callers import site_of
from paywall.api.door import Door
from paywall.api.problems import ReaderNeeded
from paywall.privacy import exporting


class Export(Door):
    """A reader's own data."""

    @extend_schema(
        operation_id="export",
        summary="Everything that is kept about the reader: to readers themselves only",
        responses={200: OpenApiTypes.OBJECT},
    )
    def get(self, request: Request) -> Response:
        asked.checked(asked.NothingAsked, request.query_params)
        if site_of(request):
            raise ReaderNeeded("A site is not given it. The reader asks with their own token.")
        self.require_somebody(request)
        reader: Reader = request.user
        return Response(exporting.export(reader, now=clock.now()))
