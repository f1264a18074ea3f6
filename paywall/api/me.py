"""What a reader has: rights, what is left of the month, the subscription, the printed paper."""

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Reader
from paywall import clock
from paywall.api import answers, asked
from paywall.api.access import resets_at
from paywall.api.callers import reader_asked_for, site_of
from paywall.api.door import Door
from paywall.catalog import terms
from paywall.circulation.showing import print_of
from paywall.gate.standing import Standing, standing_of
from paywall.sites.models import Scope
from paywall.subscriptions.paid import Held


class Me(Door):
    """How a reader stands."""

    scopes: ClassVar = {"GET": Scope.READERS}

    @extend_schema(
        operation_id="me",
        summary="How the reader stands",
        parameters=[asked.ReaderNamed],
        responses={200: answers.MeAnswer},
    )
    def get(self, request: Request) -> Response:
        now = clock.now()
        said = asked.checked(asked.ReaderNamed, request.query_params)
        reader = reader_asked_for(request, said.get("reader"))
        standing = standing_of(reader, now=now)
        body = {"reader": str(reader.public_id), **_standing(standing), **_print(reader, now)}
        if site_of(request) is None:  # a site needs no address to let somebody read
            body["email"] = reader.email
        return Response(body)


def _standing(standing: Standing) -> dict[str, Any]:
    held = standing.paid.current
    return {
        "entitlements": [
            {
                "source": right.source,
                "everything": right.everything,
                "sections": [section.slug for section in right.sections.all()],
                "starts_at": right.starts_at,
                "ends_at": right.ends_at,
            }
            for right in standing.entitlements
        ],
        "meter": {
            "allowance": standing.allowance,
            "used": len(standing.reads),
            "remaining": standing.remaining,
            "resets_at": resets_at(standing.period).isoformat(),
            "time_zone": settings.TIME_ZONE,
        },
        "subscription": _subscription(held[0]) if held else None,
    }


def _subscription(held: Held) -> dict[str, Any]:
    subscription = held.subscription
    return {
        "package": held.price.package.slug,
        "price": str(held.price.public_id),
        "text": terms.price_in_words(held.price.terms, locale=settings.LANGUAGE_CODE),
        "status": held.status.value,
        "open": held.is_open,
        "period_ends_at": subscription.period_ends_at,
        "cancels_at": subscription.cancels_at,
    }


def _print(reader: Reader, now: datetime) -> dict[str, Any]:
    return {
        "print_accounts": [
            {
                "publication": account.publication,
                "number": account.number,
                "status": account.status,
                "opens": account.opens,
                "until": account.until,
                "holder": account.holder,
            }
            for account in print_of(reader, now=now).accounts
        ]
    }
