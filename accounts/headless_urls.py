"""The addresses of allauth's headless mode; what stands here first answers in its place."""

from allauth.headless.constants import Client
from django.urls import include, path

from accounts.headless import ProveAddress, ResetPassword, SignInWithCode, SignUp

AUTH = "app/v1/auth"

urlpatterns = [
    path(f"{AUTH}/signup", SignUp.as_api_view(client=Client.APP)),
    path(f"{AUTH}/email/verify", ProveAddress.as_api_view(client=Client.APP)),
    path(f"{AUTH}/code/confirm", SignInWithCode.as_api_view(client=Client.APP)),
    path(f"{AUTH}/password/reset", ResetPassword.as_api_view(client=Client.APP)),
    path("", include("allauth.headless.urls")),
]
