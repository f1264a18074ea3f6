"""What the pages have in common on which an emailed code is typed."""

# mypy: allow-subclassing-any
# (allauth comes without types)

import time
from typing import Any, ClassVar

from allauth.account.mixins import NextRedirectMixin
from allauth.account.utils import get_login_redirect_url
from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.generic.edit import FormView

from accounts import signing_up
from accounts.verification import is_good
from accounts.ways import with_way_back

RESENDS = 3  # letters more, after which somebody starts again, and meets the limits per address

NOT_AWAITED = "We are not waiting for a code any more. Sign in here: we can email you a new one."
SENT_AGAIN = "We have sent you another email. Only its code works now."
SENT_JUST_NOW = "We have only just sent you an email. Give it a minute to arrive."
LET_GO = (
    "The password that was chosen before you confirmed your address does not work any more, for "
    "your safety. You can choose a new one in your account."
)


class CodePage(NextRedirectMixin, FormView):  # type: ignore[type-arg]  # only the stubs take one
    """What the three pages have in common, around one of allauth's processes.

    A code that is too old, or was typed wrong too often, is not the end: the page says so and
    sends another, which lives as long as the first. A known and an unknown address are answered
    with the same work: letters are sent again to both.
    """

    here: ClassVar[str]
    start: ClassVar[str]
    process: Any

    def find_process(self) -> Any:
        """Return the process that waits for a code, however old that is; None without any."""
        raise NotImplementedError

    def may_send(self, email: str) -> bool:
        """Tell whether the address has had few letters lately, and count one more."""
        raise NotImplementedError

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.process = self.find_process()
        if self.process is not None:
            return super().dispatch(request, *args, **kwargs)
        if request.user.is_authenticated:
            return HttpResponseRedirect(get_login_redirect_url(request))
        messages.info(request, NOT_AWAITED)
        return HttpResponseRedirect(with_way_back(request, self.start))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("action") == "resend":
            return self._send_again()
        if not self.code_is_good or not self._may_try():
            return self._stay()
        return super().post(request, *args, **kwargs)

    @property
    def code_is_good(self) -> bool:
        process = self.process
        return is_good(process.state, seconds=process.timeout, attempts=process.max_attempts)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Expect the code; none where there is no account, or it was deleted meanwhile."""
        code = self.process.code if self.process.user else ""
        return {**super().get_form_kwargs(), "code": code}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        state, timeout = self.process.state, self.process.timeout
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {
            **context,
            "email": state["email"],
            "code_is_good": self.code_is_good,
            "code_is_old": time.time() - state["at"] > timeout,
            "code_minutes": timeout // 60,
            "may_send_again": state["resend_count"] < RESENDS,
            "here": with_way_back(self.request, self.here),
            "start_url": with_way_back(self.request, self.start),
            "login_url": with_way_back(self.request, "account_login"),
            "signup_url": with_way_back(self.request, "account_signup"),
        }

    def form_invalid(self, form: Any) -> HttpResponse:
        self.process.state["failed_attempts"] += 1
        self.process.persist()
        return super().form_invalid(form) if self.code_is_good else self._stay()

    def _may_try(self) -> bool:
        """Count the tries of one code where requests at the same time count one another."""
        key = f"{self.request.session.session_key}:{self.process.state['at']}"
        if ratelimit.consume(self.request, action="type_code", key=key):
            return True
        self.process.state["failed_attempts"] = self.process.max_attempts
        self.process.persist()
        return False

    def _send_again(self) -> HttpResponse:
        state = self.process.state
        if state["resend_count"] >= RESENDS:
            return self._stay()
        if not self.may_send(state["email"]):
            messages.warning(self.request, SENT_JUST_NOW)
            return self._stay()
        state.update(at=time.time(), failed_attempts=0)
        self.process.record_resend()
        self.send()
        self.process.persist()
        messages.success(self.request, SENT_AGAIN)
        return self._stay()

    def send(self) -> None:
        self.process.generate_code()
        self.process.send()

    def drop_unproved_password(self) -> None:
        if signing_up.drop_unproved_password(self.process.user):
            messages.info(self.request, LET_GO)

    def _stay(self) -> HttpResponse:
        return HttpResponseRedirect(with_way_back(self.request, self.here))
