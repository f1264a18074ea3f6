"""allauth's forms in plain words, with what browsers and password managers need to help."""

from typing import Any, ClassVar

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse

from accounts.models import Reader
from accounts.signing_up import sign_up_again

NEW_PASSWORD = "At least 8 characters. Three or four words that you will remember make a good one."  # noqa: S105
CODE_IN_LETTER = "The eight digits in our email."
CODE_IN_APP = "The six digits that your app shows now."


class InPlainWords:
    """Gives fields their labels, helps and attributes; no placeholders, which go as one types."""

    labels: ClassVar[dict[str, str]] = {}
    helps: ClassVar[dict[str, str]] = {}
    missing: ClassVar[dict[str, str]] = {
        "email": "Type your email address.",
        "login": "Type your email address.",
        "password": "Type your password.",
        "password1": "Type a password.",
        "oldpassword": "Type your present password.",
        "code": "Type the code.",
        "name": "Type a name.",
        "credential": "No answer came from your device. Try again.",
    }
    attributes: ClassVar[dict[str, dict[str, Any]]] = {}
    without: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields  # type: ignore[attr-defined]  # of the form beside it
        for name in self.without:
            fields.pop(name, None)
        for name, field in fields.items():
            field.label = self.labels.get(name, field.label)
            field.help_text = self.helps.get(name, "")
            field.error_messages["required"] = self.missing.get(name, "Fill this in.")
            field.widget.attrs.pop("placeholder", None)
            field.widget.attrs.update(self.attributes.get(name, {}))


class CodeInLetter(InPlainWords):
    labels: ClassVar = {"code": "Code"}
    helps: ClassVar = {"code": CODE_IN_LETTER}
    attributes: ClassVar = {"code": {"inputmode": "numeric", "autofocus": True}}


class CodeInApp(InPlainWords):
    labels: ClassVar = {"code": "Code"}
    helps: ClassVar = {"code": f"{CODE_IN_APP} Or one of your recovery codes."}
    attributes: ClassVar = {"code": {"inputmode": "numeric", "autofocus": True}}


class NewPassword(InPlainWords):
    """One field for a new password: a second one only invites to copy the first."""

    labels: ClassVar = {"oldpassword": "Present password", "password1": "New password"}
    helps: ClassVar = {"password1": NEW_PASSWORD}
    without: ClassVar = ("password2",)


class SignInForm(InPlainWords, account.LoginForm):
    labels: ClassVar = {"login": "Email address", "password": "Password"}


class AnswersAlike:
    """Signs up with a password or without, and answers a known address like a new one."""

    password_field = "password1"  # noqa: S105  # a field of the form

    def try_save(self, request: HttpRequest) -> tuple[Reader | None, HttpResponse | None]:
        form: Any = self  # allauth's beside it
        if not form.account_already_exists:
            try:
                with transaction.atomic():
                    return form.save(request), None
            except IntegrityError:
                pass  # the same address signed up this very moment: two clicks on the button
        email = form.cleaned_data["email"]
        password = form.cleaned_data.get(self.password_field, "")
        return None, sign_up_again(request, email=email, password=password)


class SignUpForm(InPlainWords, AnswersAlike, account.SignupForm):
    """What the page asks of somebody new."""

    labels: ClassVar = {"email": "Email address", "password1": "Password, if you want one"}
    helps: ClassVar = {
        "email": "We send a code to it, to be sure that it is yours.",
        "password1": (
            "You can leave this empty: we then email you a code whenever you sign in. "
            f"{NEW_PASSWORD}"
        ),
    }


class RequestCodeForm(InPlainWords, account.RequestLoginCodeForm):
    """Takes the address typed into the sign-in form too, whose second button leads here."""

    labels: ClassVar = {"email": "Email address"}

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        if data and "email" not in data and "login" in data:
            data = {**data.dict(), "email": data["login"]}
        super().__init__(data, *args, **kwargs)


class SignInCodeForm(CodeInLetter, account.ConfirmLoginCodeForm):
    pass


class VerificationCodeForm(CodeInLetter, account.ConfirmEmailVerificationCodeForm):
    pass


class ResetCodeForm(CodeInLetter, account.ConfirmPasswordResetCodeForm):
    pass


class ResetForm(InPlainWords, account.ResetPasswordForm):
    labels: ClassVar = {"email": "Email address"}


class ResetPasswordForm(NewPassword, account.ResetPasswordKeyForm):
    pass


class ChangePasswordForm(NewPassword, account.ChangePasswordForm):
    pass


class SetPasswordForm(NewPassword, account.SetPasswordForm):
    pass


class ChangeAddressForm(InPlainWords, account.AddEmailForm):
    labels: ClassVar = {"email": "New email address"}
    helps: ClassVar = {"email": "We send a code to it. Until you have typed that, nothing changes."}


class PasswordAgainForm(InPlainWords, account.ReauthenticateForm):
    labels: ClassVar = {"password": "Password"}


class SecondStepForm(CodeInApp, mfa.AuthenticateForm):
    pass


class SecondStepAgainForm(CodeInApp, mfa.ReauthenticateForm):
    pass


class ActivateAppForm(CodeInApp, totp.ActivateTOTPForm):
    helps: ClassVar = {"code": CODE_IN_APP}
    attributes: ClassVar = {"code": {"inputmode": "numeric"}}


class AddPasskeyForm(InPlainWords, webauthn.AddWebAuthnForm):
    labels: ClassVar = {"name": "Name", "passwordless": "Sign in with this passkey alone"}
    helps: ClassVar = {
        "name": "So that you can tell your passkeys apart, such as “My phone”.",
        "passwordless": "Leave this on, unless you add an old security key.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].initial = True


class RenamePasskeyForm(InPlainWords, webauthn.EditWebAuthnForm):
    labels: ClassVar = {"name": "Name"}
