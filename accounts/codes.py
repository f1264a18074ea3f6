"""The pages on which an emailed code is typed: to prove an address, to sign in, to reset."""

from typing import Any

from allauth.account.internal.flows.email_verification import (
    consume_email_verification_rate_limit,
)
from allauth.account.internal.flows.email_verification_by_code import (
    EMAIL_VERIFICATION_CODE_SESSION_KEY,
    EmailVerificationProcess,
)
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.internal.flows.password_reset_by_code import (
    PASSWORD_RESET_VERIFICATION_SESSION_KEY,
    PasswordResetVerificationProcess,
)
from allauth.account.stages import EmailVerificationStage, LoginByCodeStage, LoginStageController
from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from accounts import forms, signing_up
from accounts.code_page import CodePage
from accounts.ways import with_way_back


class ProveAddress(CodePage):
    """After signing up, at signing in with an address not proved yet, and for a new address."""

    here = "account_email_verification_sent"
    start = "account_login"
    form_class = forms.VerificationCodeForm
    template_name = "account/confirm_email_verification_code.html"

    def find_process(self) -> Any:
        state = self.request.session.get(EMAIL_VERIFICATION_CODE_SESSION_KEY)
        self.stage = LoginStageController.enter(self.request, EmailVerificationStage.key)
        if not state:
            return None
        process = EmailVerificationProcess(request=self.request, state=state)
        if self.request.user.is_authenticated:
            return process if process.user == self.request.user else None
        return process if self.stage and process.user == self.stage.login.user else None

    def may_send(self, email: str) -> bool:
        return bool(consume_email_verification_rate_limit(self.request, email, dry_run=True))

    def get_form_kwargs(self) -> dict[str, Any]:
        process = self.process
        return {**super().get_form_kwargs(), "user": process.user, "email": process.email}

    def form_valid(self, form: Any) -> HttpResponse:
        proved = self.process.finish()
        if not self.stage:
            return HttpResponseRedirect(self.get_next_url() or reverse("account_email"))
        login = self.stage.login
        if proved:
            signing_up.take_password(login)
        login.redirect_url = self.get_next_url() or login.redirect_url
        verified = proved or self.process.email_address.verified  # elsewhere, meanwhile
        response: HttpResponse = self.stage.exit() if verified else self.stage.abort()
        return response


class SignInWithCode(CodePage):
    """The code that signs in, or shows once more that it is who is signed in."""

    here = "account_confirm_login_code"
    start = "account_request_login_code"
    form_class = forms.SignInCodeForm
    template_name = "account/confirm_login_code.html"

    def find_process(self) -> Any:
        stage = LoginStageController.enter(self.request, LoginByCodeStage.key)
        if not stage or not stage.state:
            return None
        if self.request.user.is_authenticated and self.request.user != stage.login.user:
            return None
        return LoginCodeVerificationProcess(stage=stage)

    def may_send(self, email: str) -> bool:
        return bool(ratelimit.consume(self.request, action="request_login_code", key=email))

    def form_valid(self, form: Any) -> HttpResponse:
        self.drop_unproved_password()
        response: HttpResponse = self.process.finish(self.get_next_url())
        return response


class ResetWithCode(CodePage):
    """The code that lets somebody choose a new password."""

    here = "account_confirm_password_reset_code"
    start = "account_reset_password"
    form_class = forms.ResetCodeForm
    template_name = "account/confirm_password_reset_code.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        state = request.session.get(PASSWORD_RESET_VERIFICATION_SESSION_KEY) or {}
        if state.get("code_confirmed"):
            return HttpResponseRedirect(with_way_back(request, "account_complete_password_reset"))
        return super().dispatch(request, *args, **kwargs)

    def find_process(self) -> Any:
        state = self.request.session.get(PASSWORD_RESET_VERIFICATION_SESSION_KEY)
        return PasswordResetVerificationProcess(self.request, state=state) if state else None

    def may_send(self, email: str) -> bool:
        return bool(ratelimit.consume(self.request, action="reset_password", key=email))

    def send(self) -> None:
        self.process.send()  # makes the code itself

    def form_valid(self, form: Any) -> HttpResponse:
        self.drop_unproved_password()
        self.process.confirm_code()
        return HttpResponseRedirect(with_way_back(self.request, "account_complete_password_reset"))
