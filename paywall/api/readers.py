"""The readers of a site: who signed in there, as their own token shows."""

from http import HTTPStatus
from typing import ClassVar
from uuid import UUID

from allauth.headless.internal import sessionkit
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ValidationError

from accounts.models import Reader
from paywall import clock
from paywall.api import answers, asked
from paywall.api.callers import NO_READER, site_of
from paywall.api.door import Door
from paywall.api.pages import CURSOR, Pages, page_of
from paywall.api.problems import KeyNeeded, NoSuchReader
from paywall.sites import readers
from paywall.sites.models import ApiSite, Scope, SiteReader

FOR_SITES = "This is for a site’s server: send its key."
NOBODY = "Nobody is signed in with this token: sign the reader in first, verification included."


class NewestFirst(Pages):
    ordering = ("-pk",)


class SiteReaders(Door):
    """Who may be named in the calls of this site's server."""

    scopes: ClassVar = {"GET": Scope.READERS, "POST": Scope.READERS}

    @extend_schema(
        operation_id="readers",
        summary="The site’s readers: server keys only",
        parameters=[CURSOR],
        responses={200: page_of(answers.SiteReaderAnswer)},
    )
    def get(self, request: Request) -> Response:
        pages = NewestFirst()
        found = pages.paginate_queryset(_rows(require_site(self, request)), request, view=self)
        return pages.get_paginated_response([_row(each) for each in found or []])

    @extend_schema(
        operation_id="introduce_reader",
        summary="Make a reader who signed in through the site one of its own: server keys only",
        request=asked.Introduction,
        responses={200: answers.SiteReaderAnswer},
    )
    def post(self, request: Request) -> Response:
        site = require_site(self, request)
        said = asked.checked(asked.Introduction, request.data)
        token = said["session_token"]
        session = sessionkit.lookup_session(token)
        reader = sessionkit.get_session_user(session) if session else None
        if not isinstance(reader, Reader):
            raise ValidationError({"session_token": [NOBODY]})
        return Response(_row(readers.introduce(site, reader, now=clock.now(), token=token)))


class SiteReaderAlone(Door):
    """One reader of a site."""

    scopes: ClassVar = {"DELETE": Scope.READERS}

    @extend_schema(
        operation_id="forget_reader",
        summary="Name this reader no more, until they sign in again: server keys only",
        responses={204: None},
    )
    def delete(self, request: Request, reader: UUID) -> Response:
        site = require_site(self, request)
        asked.checked(asked.NothingAsked, request.data)
        if not readers.let_go(site, reader):
            raise NoSuchReader(NO_READER, field="reader")
        return Response(status=HTTPStatus.NO_CONTENT)


def require_site(view: Door, request: Request) -> ApiSite:
    """Return the site whose server asks. Raises NotAuthenticated and KeyNeeded."""
    site = site_of(request)
    if site is None:
        view.require_somebody(request)
        raise KeyNeeded(FOR_SITES)
    return site


def _rows(site: ApiSite) -> QuerySet[SiteReader]:
    return SiteReader.objects.filter(site=site).select_related("reader")


def _row(row: SiteReader) -> dict[str, object]:
    return {"reader": str(row.reader.public_id), "since": row.since}
