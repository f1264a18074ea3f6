"""Whether somebody has typed an address whose emailed code is still to come."""

import time

from allauth.account import app_settings
from allauth.account.internal.flows.email_verification_by_code import (
    EMAIL_VERIFICATION_CODE_SESSION_KEY,
)
from django.http import HttpRequest


def is_pending(request: HttpRequest) -> bool:
    """Tell whether this session waits for a code that is still good."""
    state = request.session.get(EMAIL_VERIFICATION_CODE_SESSION_KEY)
    if not isinstance(state, dict):
        return False
    age = time.time() - state.get("at", 0)
    return bool(age < app_settings.EMAIL_VERIFICATION_BY_CODE_TIMEOUT)
