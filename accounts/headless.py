"""Signing up and in without our pages, with the same care as on them (allauth's headless mode)."""

# mypy: allow-subclassing-any
# (allauth comes without types)

from typing import Any, ClassVar

from allauth.account.internal.flows.email_verification import login_on_verification
from allauth.core import ratelimit
from allauth.headless.account import inputs, views
from allauth.headless.base.response import (
    AuthenticationResponse,
    ConflictResponse,
    RateLimitResponse,
)
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from accounts import signing_up
from accounts.forms import AnswersAlike


class SignUpInput(AnswersAlike, inputs.SignupInput):
    password_field = "password"  # noqa: S105  # a field of the form


class SaysWhenNoLetterWent:
    """Gives the answer to a letter that could not be sent, which these views of allauth drop.

    Theirs would be that a code is awaited, which nobody ever gets.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]  # of the view beside it
        return getattr(request, "no_letter", answer)


class SignUp(SaysWhenNoLetterWent, views.SignupView):
    input_class: ClassVar = {"POST": SignUpInput}


class SignIn(SaysWhenNoLetterWent, views.LoginView):
    """Emails a code where the address was never proved."""


class FewTries:
    """Counts the tries of one code where requests at the same time count one another."""

    def handle_input(self, data: Any) -> HttpResponse | None:
        view: Any = self  # allauth's beside it
        state = view.process.state
        key = f"{view.request.session.session_key}:{state['at']}"
        if not ratelimit.consume(view.request, action="type_code", key=key):
            view.process.abort()
            refusal: HttpResponse = RateLimitResponse(view.request)
            return refusal
        response: HttpResponse | None = super().handle_input(data)  # type: ignore[misc]
        return response


class ProveAddress(FewTries, views.VerifyEmailView):
    """Whoever proves the address has the account, with the password that they chose."""

    http_method_names: ClassVar = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        proved = self.process.finish()
        if not proved:  # elsewhere, meanwhile
            conflict: HttpResponse = ConflictResponse(request)
            return conflict
        response = None
        if self.stage:
            signing_up.take_password(self.stage.login)
            response = login_on_verification(request, proved)
        answer: HttpResponse = AuthenticationResponse.from_response(request, response)
        return answer


class SignInWithCode(FewTries, views.ConfirmLoginCodeView):
    """Forgets a password that somebody else may have chosen before the mailbox was proved."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        signing_up.drop_unproved_password(self.process.user)
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer


class ResetInput(inputs.ResetPasswordInput):
    """Looks at the password once the code is right: before, it would tell who has an account."""

    def clean(self) -> Any:
        return self.cleaned_data if "key" in self.errors else super().clean()


class ResetPassword(FewTries, views.ResetPasswordView):
    """Code and new password come together: a code alone proves nothing, and is not looked at."""

    input_class = ResetInput
    http_method_names: ClassVar = ["post", "options"]


@csrf_exempt
def on_our_own_pages(request: HttpRequest) -> HttpResponse:
    """Serve none of what allauth has to look after an account: not to whoever holds a token.

    A site could set the password of a reader who has none, or add an address of its own, and
    come back as the reader.
    """
    return JsonResponse({"status": 404}, status=404)
