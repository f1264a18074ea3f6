"""Telling a reader, in one clear sentence, what could not be done."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from paywall.payments.gateway import GatewayDeclined, GatewayRefused, GatewayUnavailable
from paywall.payments.hindrances import Hindered

logger = logging.getLogger(__name__)

View = Callable[..., HttpResponse]

DECLINED = (
    "Your bank did not let the payment through, so nothing has changed. "
    "Try it with another card, or ask your bank."
)
UNAVAILABLE = (
    "We cannot reach the service that takes our payments. Nothing is lost, and nothing is "
    "charged twice: please try again in a few minutes."
)
REFUSED = (
    "That did not work, and it is our fault. Please try again, or write to us: "
    "the address is at the foot of the page."
)


def telling(view: View) -> View:
    """Have what hinders a view stand on the reader's own page."""

    @wraps(view)
    def told(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Hindered as hindered:
            messages.warning(request, str(hindered))
        except GatewayDeclined:
            messages.error(request, DECLINED)
        except GatewayUnavailable as error:
            logger.warning("%s", error)
            messages.error(request, UNAVAILABLE)
        except GatewayRefused as error:
            logger.error("%s", error)
            messages.error(request, REFUSED)
        return redirect("account")

    return told
