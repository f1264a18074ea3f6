"""Turning on the digital access that comes with the printed paper, as /activate/ does."""

from datetime import datetime
from functools import partial
from typing import Any, ClassVar

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ValidationError

from accounts.models import Reader
from paywall import clock
from paywall.api import answers, asked
from paywall.api.callers import reader_asked_for, site_of
from paywall.api.door import Door
from paywall.api.problems import KeyNeeded, NotProved, PrintNotFound, TryLater
from paywall.circulation import activation
from paywall.circulation.activation import Answer, NotProvedError
from paywall.circulation.masking import masked_number
from paywall.circulation.matching import Typed
from paywall.sites.models import Scope
from paywall.tasks import write_print_letters
from paywall.web.activation import IT_IS_ON
from paywall.web.activation_forms import WAYS

NOT_FOUND = (
    "With what you typed we found no subscription that we can turn on. That is quickly put right."
)
LATER = (
    "There have been several tries that were not right, so that we wait a while: nobody should "
    "come in by guessing."
)
PROVE = "Verify the reader’s email address first, with the emailed code."
OWN_NETWORK = "Leave it out: it is seen where you come from."
THEIR_NETWORK = "Send the address that the reader comes from: guessers are told by it."


class PrintActivations(Door):
    """A print subscriber's claim."""

    scopes: ClassVar = {"POST": Scope.READERS}

    @extend_schema(
        operation_id="activate_print",
        summary="Turn on the digital access of the printed paper",
        request=asked.PrintActivation,
        responses={200: answers.PrintActivationAnswer},
    )
    def post(self, request: Request) -> Response:
        self.require_somebody(request)
        now = clock.now()
        said = asked.checked(asked.PrintActivation, request.data)
        network = _network(request, said)
        reader = reader_asked_for(request, said.get("reader"))
        return self._turn_on(reader, _typed(said), network, now)

    def _turn_on(self, reader: Reader, typed: Typed, network: str, now: datetime) -> Response:
        try:
            answer = activation.claim(reader, typed, network=network, now=now)
        except NotProvedError:
            raise NotProved(PROVE) from None
        taken = _taken(answer, now)
        transaction.on_commit(partial(write_print_letters.delay, taken.pk), robust=True)
        number = masked_number(taken.account.number)
        return Response({"active": True, "text": IT_IS_ON, "number": number})


def _taken(answer: Answer, now: datetime) -> Any:
    """Return the activation. Raises what the page says where there is none."""
    if answer.again_at:
        wait = int((answer.again_at - now).total_seconds()) + 1
        raise TryLater(LATER, wait=wait, again_at=answer.again_at)
    if answer.activation is None:
        help_ = f"{settings.SITE_URL}{reverse('activate_refused')}"
        desk = {"phone": settings.CIRCULATION_PHONE, "hours": settings.CIRCULATION_HOURS}
        raise PrintNotFound(NOT_FOUND, help=help_, desk=desk)
    return answer.activation


def _typed(said: dict[str, Any]) -> Typed:
    """Return what was typed, looked at as the page's form does. Raises ValidationError."""
    form = WAYS[said["way"]](said)
    if not form.is_valid():
        raise ValidationError({name: list(map(str, why)) for name, why in form.errors.items()})
    return form.typed()


def _network(request: Request, said: dict[str, Any]) -> str:
    network = said.get("network", "")
    if site_of(request):
        if not network:
            raise ValidationError({"network": [THEIR_NETWORK]})
        return str(network)
    if network:
        raise KeyNeeded(OWN_NETWORK, field="network")
    return str(get_adapter().get_client_ip(request._request))
