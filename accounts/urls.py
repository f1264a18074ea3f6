"""The addresses of signing up, signing in and looking after an account.

They are allauth's, by its names; what stands here first answers in its place.
"""

from django.urls import include, path

from accounts import codes, entrance, shown_again

urlpatterns = [
    path("login/", entrance.SignIn.as_view(), name="account_login"),
    path("login/code/", entrance.RequestCode.as_view(), name="account_request_login_code"),
    path("login/code/confirm/", codes.SignInWithCode.as_view(), name="account_confirm_login_code"),
    path("reauthenticate/code/", shown_again.with_code, name="account_reauthenticate_code"),
    path("signup/", entrance.SignUp.as_view(), name="account_signup"),
    path("confirm-email/", codes.ProveAddress.as_view(), name="account_email_verification_sent"),
    path("email/", entrance.ChangeAddress.as_view(), name="account_email"),
    path(
        "password/reset/confirm/",
        codes.ResetWithCode.as_view(),
        name="account_confirm_password_reset_code",
    ),
    path(
        "password/reset/complete/",
        entrance.ChooseNewPassword.as_view(),
        name="account_complete_password_reset",
    ),
    path("2fa/webauthn/login/", entrance.SignInWithPasskey.as_view(), name="mfa_login_webauthn"),
    path(
        "2fa/webauthn/reauthenticate/",
        entrance.PasskeyAgain.as_view(),
        name="mfa_reauthenticate_webauthn",
    ),
    path("", include("allauth.urls")),
]
