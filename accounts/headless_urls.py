"""The addresses of allauth's headless mode; what stands here first answers in its place."""

from allauth.headless.constants import Client
from django.urls import include, path, re_path

from accounts.headless import (
    ProveAddress,
    ResetPassword,
    SignIn,
    SignInWithCode,
    SignUp,
    on_our_own_pages,
)

AUTH = "app/v1/auth"

urlpatterns = [
    path(f"{AUTH}/login", SignIn.as_api_view(client=Client.APP)),
    path(f"{AUTH}/signup", SignUp.as_api_view(client=Client.APP)),
    path(f"{AUTH}/email/verify", ProveAddress.as_api_view(client=Client.APP)),
    path(f"{AUTH}/code/confirm", SignInWithCode.as_api_view(client=Client.APP)),
    path(f"{AUTH}/password/reset", ResetPassword.as_api_view(client=Client.APP)),
    re_path(r"^app/v1/(?:account/|auth/sessions)", on_our_own_pages),
    path("", include("allauth.headless.urls")),
]
