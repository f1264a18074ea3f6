"""The doors: signing in, signing up, asking for a code, choosing a new password."""

# mypy: allow-subclassing-any
# (allauth comes without types)

from typing import Any

from allauth.account import views as account
from allauth.account.internal.constants import LoginStageKey
from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.mfa.webauthn import views as webauthn
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from accounts import verification
from accounts.ways import leads_to, with_way_back

CODE_PAGES = {
    LoginStageKey.VERIFY_EMAIL.value: "account_email_verification_sent",
    LoginStageKey.LOGIN_BY_CODE.value: "account_confirm_login_code",
}


class OpenDoor:
    """Shows its form even to somebody whose code is still to come, with the way to type it.

    allauth would lead back to the code: no way out for somebody who mistyped the address, or
    who learns from our letter that they have an account and need no code.
    """

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: Any) -> None:
        return None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]  # the view's beside it
        request: HttpRequest = self.request  # type: ignore[attr-defined]  # the view's beside it
        page = CODE_PAGES.get(verification.awaited_stage(request))
        context["code_page"] = with_way_back(request, page) if page else ""
        return context


class SignIn(OpenDoor, account.LoginView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "password_url": with_way_back(self.request, "account_reset_password"),
            "activate_url": with_way_back(self.request, "activate"),
        }


class SignUp(OpenDoor, account.SignupView):
    """Says to somebody on the way to a package, or to what print brings, that this is a step.

    So it is for who was invited to read with somebody's printed paper.
    """

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "buying": leads_to(self.request, "choose"),
            "activating": leads_to(self.request, "activate"),
            "invited": leads_to(self.request, "print_invitation"),
        }


class RequestCode(OpenDoor, account.RequestLoginCodeView):
    pass


class SignInWithPasskey(OpenDoor, webauthn.LoginWebAuthnView):
    def form_invalid(self, form: Any) -> HttpResponse:
        super().form_invalid(form)
        return HttpResponseRedirect(with_way_back(self.request, "account_login"))


class ChooseNewPassword(account.CompletePasswordResetView):
    """Signs in once the new password is chosen; a second step still to do leads back too."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        if LOGIN_SESSION_KEY in self.request.session:
            self.request.session[LOGIN_SESSION_KEY]["redirect_url"] = self.get_next_url()
            self.request.session.modified = True
        return response


class PasskeyAgain(webauthn.ReauthenticateWebAuthnView):
    """Stays on its page when the passkey did not work."""

    def form_invalid(self, form: Any) -> HttpResponse:
        super().form_invalid(form)
        return HttpResponseRedirect(with_way_back(self.request, "mfa_reauthenticate_webauthn"))


class ChangeAddress(account.EmailView):
    """Shows the new address too while its code is still to come."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        if verification.is_pending(self.request):
            context["new_email"] = verification.awaited_address(self.request)
        return context
