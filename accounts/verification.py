"""Whether somebody has typed an address whose emailed code is still to come."""

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.internal.constants import LoginStageKey
from allauth.account.internal.flows.email_verification_by_code import (
    EMAIL_VERIFICATION_CODE_SESSION_KEY,
)
from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from django.http import HttpRequest


def is_pending(request: HttpRequest) -> bool:
    """Tell whether this session waits for a code that is still good.

    Somebody who is not signed in needs two things for that: the code, and the sign-up or
    sign-in that it completes. Another sign-in, or calling it off, leaves the code behind
    without a use.
    """
    state = request.session.get(EMAIL_VERIFICATION_CODE_SESSION_KEY)
    if not isinstance(state, dict) or not is_good(
        state,
        seconds=app_settings.EMAIL_VERIFICATION_BY_CODE_TIMEOUT,
        attempts=app_settings.EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS,
    ):
        return False
    if request.user.is_authenticated:
        return bool(state.get("user_id") == str(request.user.pk))
    return awaited_stage(request) == str(LoginStageKey.VERIFY_EMAIL.value)


def awaited_address(request: HttpRequest) -> str:
    """Return the address whose code is to come, or ""."""
    state = request.session.get(EMAIL_VERIFICATION_CODE_SESSION_KEY)
    return str(state["email"]) if state else ""


def is_good(state: dict[str, Any], *, seconds: int, attempts: int) -> bool:
    """Tell whether a code sent is young enough, and was not typed wrong too often."""
    young = time.time() - float(state.get("at", 0)) <= seconds
    return young and int(state.get("failed_attempts", 0)) < attempts


def awaited_stage(request: HttpRequest) -> str:
    """Return allauth's name of what a sign-up or sign-in under way waits for, or ""."""
    login = request.session.get(LOGIN_SESSION_KEY)
    if not isinstance(login, dict):
        return ""
    if time.time() - float(login.get("initiated_at", 0)) > app_settings.LOGIN_TIMEOUT:
        return ""
    return str(login.get("state", {}).get("stages", {}).get("current", ""))
