"""A bare Django application in one file: what the newspaper's pages are measured against.

`/constant/` answers with the bytes of the newspaper's preview. `/page/` loads session and user,
takes one row from the database and renders it into a page of the size that BENCH_BYTES says.
`/api/` and `/api/key/` are views of Django REST framework that know their caller, by session or by
token, and answer with one row.
Run as a module it makes its tables, its row and the sessions of its readers.
"""

import os
from pathlib import Path
from typing import Any, ClassVar

import django
import environ
from django.conf import settings

env = environ.Env()
FOLDER = Path(env.str("BENCH_FOLDER"))
PREVIEW, REQUESTS = FOLDER / "preview.html", FOLDER / "bare.tsv"
PAGE = (
    '<!doctype html><html lang="en"><head><title>{{ page.headline }}</title></head><body>'
    "<p>{{ reader.email }}</p><h1>{{ page.headline }}</h1>{{ page.text|safe }}</body></html>"
)

DATABASE = env.db_url("DATABASE_URL")
DATABASE["OPTIONS"] = (
    {"pool": {"min_size": 1, "max_size": 8, "timeout": 5}}
    if "postgresql" in DATABASE["ENGINE"]
    else {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
)
REDIS = "django.core.cache.backends.redis.RedisCache"
LOCAL = "django.core.cache.backends.locmem.LocMemCache"

settings.configure(
    SECRET_KEY="only-for-measuring",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "django.contrib.sessions",
        "rest_framework",
        "rest_framework.authtoken",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    DATABASES={"default": DATABASE},
    CACHES={
        "default": {"BACKEND": REDIS, "LOCATION": os.environ["REDIS_URL"], "KEY_PREFIX": "bare"}
        if "REDIS_URL" in os.environ
        else {"BACKEND": LOCAL}
    },
    SESSION_ENGINE="django.contrib.sessions.backends."
    + ("cached_db" if "REDIS_URL" in os.environ else "db"),
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    (
                        "django.template.loaders.cached.Loader",
                        [("django.template.loaders.locmem.Loader", {"page": PAGE})],
                    )
                ]
            },
        }
    ],
)
django.setup()

from django.contrib.auth.models import User  # noqa: E402  # models come after the settings
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.template.loader import render_to_string  # noqa: E402
from django.urls import path  # noqa: E402
from rest_framework import authentication, permissions, renderers  # noqa: E402
from rest_framework.authtoken.models import Token  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402

from tests.bench.load import Request, write_list  # noqa: E402
from tests.bench.preparing import analyze, signed_in  # noqa: E402


class Page(models.Model):
    slug = models.SlugField(unique=True)
    headline = models.CharField(max_length=200)
    text = models.TextField()

    objects: ClassVar[models.Manager["Page"]] = models.Manager()

    class Meta:
        app_label = "bare"

    def __str__(self) -> str:
        return self.headline


CONSTANT = PREVIEW.read_bytes()


def show_constant(request: HttpRequest) -> HttpResponse:
    return HttpResponse(CONSTANT)


def show_page(request: HttpRequest, slug: str) -> HttpResponse:
    context = {"page": Page.objects.get(slug=slug), "reader": request.user}
    return render(request, "page", context)


class BySession(APIView):
    """Answers with one row and who asked."""

    authentication_classes = (authentication.SessionAuthentication,)
    permission_classes = (permissions.IsAuthenticated,)
    renderer_classes = (renderers.JSONRenderer,)

    def get(self, request: Any, slug: str) -> Response:
        page = Page.objects.only("slug", "headline").get(slug=slug)
        return Response({"slug": page.slug, "headline": page.headline, "by": request.user.email})


class ByKey(BySession):
    authentication_classes = (authentication.TokenAuthentication,)


urlpatterns = [
    path("constant/", show_constant),
    path("page/<slug:slug>/", show_page),
    path("api/<slug:slug>/", BySession.as_view()),
    path("api/key/<slug:slug>/", ByKey.as_view()),
]
application = get_wsgi_application()


def prepare(*, readers: int, size: int) -> None:
    """Make the tables, a page of that many bytes, and readers with sessions."""
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Page)
    with transaction.atomic():
        users = [
            User.objects.create(username=f"reader{number:06}", email=f"r{number:06}@example.com")
            for number in range(readers)
        ]
        page = Page(slug="story", headline="A story of the bare page", text="")
        around = len(render_to_string("page", {"page": page, "reader": users[0]}).encode())
        page.text = ("<p>" + "A word or two of the text. " * 12 + "</p>\n") * (size // 300 + 1)
        page.text = page.text[: max(size - around, 0)]
        page.save()
        cookies = [signed_in(user) for user in users]
        key = Token.objects.create(user=users[0]).key
    analyze()
    write_list(REQUESTS, [Request("/page/story/", cookie) for cookie in cookies])
    write_list(FOLDER / "bare-api.tsv", [Request("/api/story/", cookie) for cookie in cookies])
    write_list(
        FOLDER / "bare-key.tsv", [Request("/api/key/story/", headers=f"Authorization: Token {key}")]
    )


if __name__ == "__main__":
    prepare(readers=env.int("BENCH_READERS"), size=env.int("BENCH_BYTES"))
