"""Where Stripe tells us what happened."""

from http import HTTPStatus

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from paywall import clock
from paywall.payments import inbox
from paywall.payments.gateway import BadSignature
from paywall.tasks import handle_stripe_event

LARGEST = 1024 * 1024  # bytes; an event has a few thousand


@csrf_exempt
@require_POST
def receive_from_stripe(request: HttpRequest) -> HttpResponse:
    """Keep an event, and have it handled once it is kept."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        return HttpResponse(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    signature = request.headers.get("Stripe-Signature", "")
    try:
        real_now = timezone.now()  # noqa: TID251, signatures are in real time
        event_id = inbox.receive(request.body, signature, now=clock.now(), real_now=real_now)
    except BadSignature as error:
        return HttpResponse(str(error), status=HTTPStatus.BAD_REQUEST, content_type="text/plain")
    if event_id:
        # Without Redis the sweeper finds it. Django names what failed: a partial has no name.
        transaction.on_commit(lambda: handle_stripe_event.delay(event_id), robust=True)
    return HttpResponse()
