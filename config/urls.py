"""Every address of the site."""

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.conf.urls.static import static
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.unregister([Authenticator, EmailAddress, UserSession])  # readers manage these themselves

urlpatterns = [
    path("api/v1/", include("paywall.api.urls")),  # first: it is asked most often
    path("", include("articles.urls")),
    path("", include("paywall.urls")),
    path("accounts/", include("accounts.urls")),
    *([path("webhooks/mail/", include("anymail.urls"))] if settings.ANYMAIL else []),
    path("_allauth/", include("accounts.headless_urls")),
    path("admin/", admin.site.urls),
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}icon.svg")),
    *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
]
