"""To the till: the address of Stripe's page."""

from typing import ClassVar
from urllib.parse import urljoin

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ValidationError

from accounts.models import Reader
from paywall import clock
from paywall.api import answers, asked
from paywall.api.callers import reader_asked_for, site_of
from paywall.api.door import Door
from paywall.api.problems import Conflict, NoSuchPrice
from paywall.catalog.models import Price
from paywall.catalog.pricing import RefusedError
from paywall.catalog.terms import Terms
from paywall.payments import checkout, gateway
from paywall.payments.buying import Why, terms_for
from paywall.payments.checkout import NotSold, Overtaken
from paywall.sites.models import Scope

CHANGED = "The price is another one since it was shown: show `terms` as it is now, and ask again."
OVERTAKEN = "The reader chose something else in the same moment. Ask again if it is this."
NO_TERMS = "Send the `terms` of the price from /api/v1/packages/, as the reader was shown them."
IN_THE_WAY = {
    Why.HAS_IT: "The reader subscribes at this price already.",
    Why.SUBSCRIBES: "The reader subscribes to something else: they switch on their account page.",
    Why.ON_ITS_WAY: "The reader has ordered this already, and the bank is still on it.",
    Why.READS_IT: "The reader reads all of this already: it would give them nothing new.",
}


class Checkout(Door):
    """Where a reader pays."""

    scopes: ClassVar = {"POST": Scope.READERS}

    @extend_schema(
        operation_id="checkout",
        summary="Begin to pay a price; once, however often it is asked",
        request=asked.Checkout,
        responses={200: answers.CheckoutAnswer},
    )
    def post(self, request: Request) -> Response:
        self.require_somebody(request)
        now, site = clock.now(), site_of(request)
        said = asked.checked(asked.Checkout, request.data)
        reader = reader_asked_for(request, said.get("reader"))
        back_to = asked.way_back(said.get("return_to", ""), site)
        try:
            shown = Terms.read(said["terms"])
        except ValueError:
            raise ValidationError({"terms": [NO_TERMS]}) from None
        price = Price.objects.select_related("package").filter(public_id=said["price"]).first()
        if price is None or price.retired_at:
            raise NoSuchPrice("See /api/v1/packages/ for those that are.", field="price")
        try:
            address = checkout.begin(
                gateway.from_settings(), reader, price, shown=shown, back_to=back_to, now=now
            )
        except NotSold as why:
            raise Conflict(
                IN_THE_WAY[why.obstacle.why], why=why.obstacle.why.name.lower()
            ) from None
        except RefusedError:
            raise _changed(reader, price) from None
        except Overtaken:
            raise Conflict(OVERTAKEN, why="overtaken") from None
        return Response({"address": urljoin(f"{settings.SITE_URL}/", address)})


def _changed(reader: Reader, price: Price) -> Conflict:
    price.refresh_from_db()
    return Conflict(CHANGED, why="changed", terms=terms_for(reader, price).written())
