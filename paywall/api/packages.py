"""The packages on offer, with their prices and what they ask."""

from typing import Any, ClassVar

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Reader
from paywall import clock
from paywall.api import answers
from paywall.api.door import Door
from paywall.api.pages import CURSOR, Pages, page_of
from paywall.catalog import terms
from paywall.catalog.models import Package, Price
from paywall.payments.buying import TermsFor
from paywall.sites.models import Scope


class InOrder(Pages):
    ordering = ("order", "pk")


class Packages(Door):
    """What is sold. A reader sees the terms that are theirs: free days are given once."""

    scopes: ClassVar = {"GET": Scope.PACKAGES}

    @extend_schema(
        operation_id="packages",
        summary="The packages on offer and their prices",
        parameters=[CURSOR],
        responses={200: page_of(answers.PackageAnswer)},
    )
    def get(self, request: Request) -> Response:
        pages = InOrder()
        packages = pages.paginate_queryset(Package.objects.on_offer(), request, view=self)
        theirs = TermsFor(request.user) if isinstance(request.user, Reader) else None
        return pages.get_paginated_response([_package(each, theirs) for each in packages or []])


def _package(package: Package, theirs: TermsFor | None) -> dict[str, Any]:
    return {
        "id": str(package.public_id),
        "name": package.name,
        "slug": package.slug,
        "blurb": package.blurb,
        "everything": package.everything,
        "sections": [section.slug for section in package.sections.all()],
        "order_form": package.order_form,
        "prices": [_price(price, theirs) for price in package.prices.all()],
    }


def _price(price: Price, theirs: TermsFor | None) -> dict[str, Any]:
    asked = theirs.of(price) if theirs else price.terms
    locale, today = settings.LANGUAGE_CODE, timezone.localdate(clock.now())
    return {
        "id": str(price.public_id),
        "interval": asked.interval.value,
        "amount": asked.amount,
        "currency": asked.currency,
        "trial_days": asked.trial_days,
        "intro_amount": asked.intro_amount,
        "intro_months": asked.intro_months,
        "opens_for_days": asked.opens_for_days,
        "text": terms.price_in_words(asked, locale=locale),
        "beginning": terms.beginning_in_words(asked, locale=locale),
        "renewal": terms.renewal_in_words(asked, today=today, locale=locale),
        "terms": asked.written(),
    }
