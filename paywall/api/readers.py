"""The readers of a site: who signed in there, as their own token shows."""

from allauth.headless.internal import sessionkit
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ValidationError

from accounts.models import Reader
from paywall import clock
from paywall.api import answers, asked
from paywall.api.callers import site_of
from paywall.api.door import Door
from paywall.api.pages import CURSOR, Pages, page_of
from paywall.api.problems import KeyNeeded
from paywall.sites import readers
from paywall.sites.models import ApiSite, Scope, SiteReader

FOR_SITES = "This is for a site’s server: send its key."
NOBODY = "Nobody is signed in with this token: sign the reader in first, verification included."


class NewestFirst(Pages):
    ordering = ("-pk",)


class SiteReaders(Door):
    """Who may be named in the calls of this site's server."""

    scopes = {"GET": Scope.READERS, "POST": Scope.READERS}  # noqa: RUF012

    @extend_schema(
        operation_id="readers",
        summary="The site’s readers: server keys only",
        parameters=[CURSOR],
        responses={200: page_of(answers.SiteReaderAnswer)},
    )
    def get(self, request: Request) -> Response:
        pages = NewestFirst()
        found = pages.paginate_queryset(_rows(self._site(request)), request, view=self)
        return pages.get_paginated_response([_row(each) for each in found or []])

    @extend_schema(
        operation_id="introduce_reader",
        summary="Make a reader who signed in through the site one of its own: server keys only",
        request=asked.Introduction,
        responses={200: answers.SiteReaderAnswer},
    )
    def post(self, request: Request) -> Response:
        site = self._site(request)
        said = asked.checked(asked.Introduction, request.data)
        session = sessionkit.lookup_session(said["session_token"])
        reader = sessionkit.get_session_user(session) if session else None
        if not isinstance(reader, Reader):
            raise ValidationError({"session_token": [NOBODY]})
        return Response(_row(readers.introduce(site, reader, now=clock.now())))

    def _site(self, request: Request) -> ApiSite:
        site = site_of(request)
        if site is None:
            self.require_somebody(request)
            raise KeyNeeded(FOR_SITES)
        return site


def _rows(site: ApiSite) -> QuerySet[SiteReader]:
    return SiteReader.objects.filter(site=site).select_related("reader")


def _row(row: SiteReader) -> dict[str, object]:
    return {"reader": str(row.reader.public_id), "since": row.since}
