"""Every setting of the newspaper, read from the environment.

Nothing set is a demonstration on this machine alone: SQLite, an in-process cache, tasks run in
process, mail written to a folder. A production start (DEBUG off) with an unsafe default refuses.
The variables are described in README.md.
"""

import os
from collections.abc import Mapping
from email.utils import parseaddr
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from config.release import release_of
from config.safety import (
    DEMO_SECRET_KEY,
    anymail_from,
    mailbox_key_from,
    refuse_days_outside,
    refuse_no_redis,
    refuse_other_than,
    refuse_unknown_zone,
    refuse_unsafe,
    refuse_where_nothing_can_be_written,
    refusing,
    site_from,
    whole_number,
)


class Environment(environ.Env):
    """An empty variable is an unset one: so compose files pass on what nobody set."""

    ENVIRON: Mapping[str, str] = {name: value for name, value in os.environ.items() if value}

    def whole(self, name: str, *, default: int, least: int | None = 0) -> int:
        """Return a whole number. Raises ImproperlyConfigured for anything else."""
        return whole_number(name, self.ENVIRON.get(name, str(default)), least=least)


env = Environment()
# Secrets are taken as they are: django-environ reads a leading "$" as the name of another variable.
given = Environment.ENVIRON

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
RUN_DIR = VAR_DIR / "run"  # what a process keeps for itself: its heartbeat, the next run of tasks
refuse_where_nothing_can_be_written("VAR_DIR", RUN_DIR)

# -- The newspaper -----------------------------------------------------------------------------
NEWSPAPER_NAME = env.str("NEWSPAPER_NAME", default="The Brackwater Gazette")
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
with refusing(f"SITE_URL is {SITE_URL!r}: write it like https://news.example.com"):
    _site = site_from(SITE_URL)
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
refuse_unknown_zone("TIME_ZONE", TIME_ZONE)
LANGUAGE_CODE = "en-gb"
FORMAT_MODULE_PATH = ["config.formats"]  # of moments in staff's lists
USE_TZ = True

PREVIEW_PARAGRAPHS = env.whole("PREVIEW_PARAGRAPHS", default=3)  # never over a third of the text
# So long stories stay open after a payment failed.
GRACE_DAYS = env.whole("GRACE_DAYS", least=None, default=14)
STRIPE_TAX = env.bool("STRIPE_TAX", default=False)  # Stripe adds the taxes
# What becomes of a second subscription that was paid in the same moment: refund, or staff.
DOUBLE_SUBSCRIPTIONS = env.str("DOUBLE_SUBSCRIPTIONS", default="refund")
refuse_days_outside("GRACE_DAYS", GRACE_DAYS, least=0, most=60)
refuse_other_than("DOUBLE_SUBSCRIPTIONS", DOUBLE_SUBSCRIPTIONS, ("refund", "staff"))
READS_KEPT_MONTHS = env.whole("READS_KEPT_MONTHS", default=13)
PRINT_GRACE_DAYS = env.whole("PRINT_GRACE_DAYS", default=14)  # after a stop, or absent from a file
LONGEST_HOLD_DAYS = env.whole("LONGEST_HOLD_DAYS", default=180)  # a hold keeps stories open as long
CIRCULATION_SOURCE = given.get("CIRCULATION_SOURCE", "")  # may hold a password
# The fingerprint of the sftp server's key, SHA256:…; empty: any server is believed.
CIRCULATION_HOST_KEY = env.str("CIRCULATION_HOST_KEY", default="")
CIRCULATION_PROFILE = env.str("CIRCULATION_PROFILE", default="standard")
CIRCULATION_LATE_HOURS = env.whole("CIRCULATION_LATE_HOURS", default=36)  # then staff are alerted
# What holds a circulation file until staff say yes.
CIRCULATION_REJECTED_PERCENT = env.whole("CIRCULATION_REJECTED_PERCENT", default=2)
CIRCULATION_SMALLER_PERCENT = env.whole("CIRCULATION_SMALLER_PERCENT", default=20)
CIRCULATION_ENDING_PERCENT = env.whole("CIRCULATION_ENDING_PERCENT", default=5)
CIRCULATION_ENDINGS_LET_PASS = env.whole("CIRCULATION_ENDINGS_LET_PASS", default=1)  # at a time

# -- Safety ------------------------------------------------------------------------------------
# What only a production start has: with any of it DEBUG is off unless it is asked for.
_PRODUCTION = {"SECRET_KEY", "MAILBOX_KEY", "ALLOWED_HOSTS", "EMAIL_URL", "STRIPE_WEBHOOK_SECRET"}
SITE_IS_SECURE = _site.scheme == "https"
DEBUG = env.bool("DEBUG", default=not (SITE_IS_SECURE or _PRODUCTION & set(given)))
SECRET_KEY = given.get("SECRET_KEY", DEMO_SECRET_KEY)
# Hashes mailboxes. Without one of its own it follows SECRET_KEY, and changes when that is rotated.
MAILBOX_KEY = given.get("MAILBOX_KEY", mailbox_key_from(SECRET_KEY))
ALLOWED_HOSTS = [
    host.strip()
    for host in env.list(
        "ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"] if DEBUG else []
    )
]
STRIPE_SECRET_KEY = given.get("STRIPE_SECRET_KEY", "")
# Several with commas while one replaces another.
STRIPE_WEBHOOK_SECRET = given.get("STRIPE_WEBHOOK_SECRET", "")
STRIPE_API_BASE = env.str("STRIPE_API_BASE", default="")  # a sandbox; empty: Stripe itself
# What tells the present moment. The demonstration goes by its sandbox, which can jump ahead;
# Stripe itself is never asked for the time, nor anybody without TLS in production.
CLOCK = "django.utils.timezone.now"
if DEBUG and STRIPE_API_BASE.startswith("http://"):
    CLOCK = "config.demo.clock.now"

# What finds a story by its address, for staff: another CMS names its own.
STORY_FINDER = "articles.finding.story_at"

CSRF_TRUSTED_ORIGINS = [SITE_URL]
SECURE_SSL_REDIRECT = SITE_IS_SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SITE_IS_SECURE else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SITE_IS_SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env.bool("HSTS_SUBDOMAINS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_IS_SECURE
X_FRAME_OPTIONS = "DENY"
# How many proxies of ours stand in front: allauth's limits per address need the reader's own.
ALLAUTH_TRUSTED_PROXY_COUNT = env.whole("TRUSTED_PROXIES", default=0)

# -- Print subscribers --------------------------------------------------------------------------
PRINT_SEATS = env.whole("PRINT_SEATS", default=2)  # readers that a print account is good for
# Wrong tries that are let pass; then the waits grow ever longer.
PRINT_TRIES_AN_HOUR = env.whole("PRINT_TRIES_AN_HOUR", default=5)
PRINT_NETWORK_TRIES_AN_HOUR = env.whole("PRINT_NETWORK_TRIES_AN_HOUR", default=5)
PRINT_NUMBER_EXAMPLE = env.str("PRINT_NUMBER_EXAMPLE", default="00123456")  # as on the bill
# The desk that readers can ring, and when; empty: pages name none.
CIRCULATION_PHONE = env.str("CIRCULATION_PHONE", default="01632 960 100" if DEBUG else "")
CIRCULATION_HOURS = env.str(
    "CIRCULATION_HOURS", default="Monday to Friday, 8 am to 5 pm" if DEBUG else ""
)
# The circulation system's own pages; empty: there is none, and no link.
CIRCULATION_BILLS_URL = env.str("CIRCULATION_BILLS_URL", default="")
CIRCULATION_HOLDS_URL = env.str("CIRCULATION_HOLDS_URL", default="")
CIRCULATION_CARDS_URL = env.str("CIRCULATION_CARDS_URL", default="")

# -- What is installed -------------------------------------------------------------------------
INSTALLED_APPS = [
    "config",
    "articles",
    "paywall",
    "accounts",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "allauth.mfa",
    "allauth.usersessions",
    "corsheaders",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "config.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "paywall.gate.strangers.StrangersMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "accounts.app_sessions.CookieSessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.staff_mfa.StaffNeedSecondFactor",
    "accounts.no_store.AccountPagesAreNotKept",
    "paywall.web.coming.ComingFromMiddleware",
    "articles.redirects.OldAddressMiddleware",
]
if DEBUG:
    MIDDLEWARE.append("config.not_found.OwnNotFoundMiddleware")

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.newspaper",
            ],
        },
    },
]

# -- Where things are kept ---------------------------------------------------------------------
with refusing("DATABASE_URL is no address: write it like postgres://user:password@host:5432/name"):
    DATABASES = {
        "default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'paywall.sqlite3'}")
    }
_database = DATABASES["default"]
_database.setdefault("ENGINE", "")
if _database["ENGINE"] == "django.db.backends.postgresql":
    _database["OPTIONS"] = {
        "connect_timeout": 3,
        # What is asked often is planned once a connection. A pooler in between has to know of
        # prepared statements, as PgBouncer does from 1.21 on.
        "server_side_binding": True,
        "prepare_threshold": 5,
        **_database.get("OPTIONS", {}),
        "pool": {
            "min_size": 1,
            # No fewer than a process has threads.
            "max_size": env.whole("DATABASE_POOL", default=8, least=1),
            "timeout": 3,  # seconds that a page waits for a connection
            "reconnect_timeout": 5,  # seconds of growing pauses, then asked for anew by a page
        },
    }
elif _database["ENGINE"] != "django.db.backends.sqlite3":
    raise ImproperlyConfigured("DATABASE_URL names no database that is known here: use postgres://")
else:
    _database["CONN_MAX_AGE"] = None  # opening the file takes longer than a query
    _database["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    _database["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}  # a file: threads race on it

REDIS_URL = env.str("REDIS_URL", default="")
refuse_no_redis("REDIS_URL", REDIS_URL)
if REDIS_URL:
    _redis = {"LOCATION": REDIS_URL, "KEY_PREFIX": release_of(BASE_DIR)}
    CACHES = {
        "default": {"BACKEND": "config.cache.FailOpenRedisCache", **_redis},
        "sessions": {"BACKEND": "config.cache.SessionCache", **_redis},
    }
    SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
    SESSION_CACHE_ALIAS = "sessions"
else:
    # A cache in one process is not told of a session revoked in another: the database keeps them.
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    SESSION_ENGINE = "django.contrib.sessions.backends.db"

SESSION_COOKIE_AGE = env.whole("SIGNED_IN_DAYS", default=365, least=1) * 24 * 3600
SESSION_COOKIE_NAME = "session"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"  # filled by collectstatic; with DEBUG on the apps' own are served
if DEBUG:
    STATIC_ROOT.mkdir(exist_ok=True)
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
refuse_where_nothing_can_be_written("VAR_DIR", MEDIA_ROOT)  # what serves it wants it there
WHITENOISE_USE_FINDERS = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# -- Tasks -------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL or "memory://localhost"
CELERY_TASK_ALWAYS_EAGER = not REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_PUBLISH_RETRY = False
# A page that sends a task gives up on a Redis that hangs; the sender looks after what is unsent.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 0.5,
    "socket_connect_timeout": 0.5,
    "max_retries": 0,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for Redis, however long
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(RUN_DIR / "schedule")
CELERY_BEAT_SCHEDULER = "config.heartbeat:BeatingScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 10  # seconds; the scheduler's heart beats as often

# -- Letters -----------------------------------------------------------------------------------
if "EMAIL_URL" in given:
    with refusing("EMAIL_URL is no address: write it like smtp+tls://user:password@host:587"):
        globals().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(VAR_DIR / "mail")
EMAIL_TIMEOUT = 10
# What came back: where django-anymail takes the word of the mail provider, at /webhooks/mail/.
# JSON in Anymail's own names, with a WEBHOOK_SECRET "name:password"; empty: no such address.
ANYMAIL = anymail_from(given.get("ANYMAIL", ""))
# Who gets the daily letter when something waits for a person; empty: nobody.
HEALTH_DIGEST_TO = [
    address.strip() for address in given.get("HEALTH_DIGEST_TO", "").split(",") if address.strip()
]
DEFAULT_FROM_EMAIL = env.str(
    "DEFAULT_FROM_EMAIL", default=f"{NEWSPAPER_NAME} <readers@{_site.hostname}>"
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Where readers write who need help; every page names it.
HELP_EMAIL = env.str(
    "HELP_EMAIL",
    default="readers@example.com" if DEBUG else parseaddr(DEFAULT_FROM_EMAIL)[1],
)
# Where what the paper earned in a week is sent to, every Monday at 7; empty: nowhere.
PUBLISHER_ADDRESS = env.str("PUBLISHER_ADDRESS", default="publisher@example.com" if DEBUG else "")
# A letter comes so long before a yearly renewal, and before a trial or introductory offer ends.
RENEWAL_NOTICE_DAYS = env.whole("RENEWAL_NOTICE_DAYS", least=None, default=30)
ENDING_NOTICE_DAYS = env.whole("ENDING_NOTICE_DAYS", least=None, default=7)
refuse_days_outside("RENEWAL_NOTICE_DAYS", RENEWAL_NOTICE_DAYS, least=15, most=45)
refuse_days_outside("ENDING_NOTICE_DAYS", ENDING_NOTICE_DAYS, least=3, most=21)

# -- Readers and signing in (django-allauth) ---------------------------------------------------
AUTH_USER_MODEL = "accounts.Reader"
AUTHENTICATION_BACKENDS = [
    "accounts.loading.ReaderBackend",
    # Sessions that began under this name last for a year: without it their readers are signed out.
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "add_email": "accounts.forms.ChangeAddressForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "login": "accounts.forms.SignInForm",
    "reauthenticate": "accounts.forms.PasswordAgainForm",
    "request_login_code": "accounts.forms.RequestCodeForm",
    "reset_password": "accounts.forms.ResetForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordForm",
    "set_password": "accounts.forms.SetPasswordForm",
    "signup": "accounts.forms.SignUpForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 8}
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 20 * 60
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_PASSWORD_RESET_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_TIMEOUT = 2 * 3600  # longer than a code and those sent after it live
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # a device is signed in for a year: who holds it now?
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _site.scheme
# A whole office signs in from one address: what guards a reader is counted by the reader's own.
ACCOUNT_RATE_LIMITS = {
    "signup": "100/m/ip",
    "login": "300/m/ip",
    "login_failed": "100/m/ip,5/5m/key",
    "request_login_code": "100/m/ip,3/m/key,10/h/key",
    "reset_password": "100/m/ip,3/m/key,10/h/key",
    "reset_password_from_key": "100/m/ip",
    "confirm_email": "3/m/key,10/h/key",  # two clicks on one button are two letters
    "type_code": f"{ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS}/h/key",
}
USERSESSIONS_TRACK_ACTIVITY = False
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_FORMS = {
    "activate_totp": "accounts.forms.ActivateAppForm",
    "add_webauthn": "accounts.forms.AddPasskeyForm",
    "authenticate": "accounts.forms.SecondStepForm",
    "edit_webauthn": "accounts.forms.RenamePasskeyForm",
    "reauthenticate": "accounts.forms.SecondStepAgainForm",
}
MFA_RATE_LIMITS = {"webauthn_login": "100/m/ip"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = NEWSPAPER_NAME
MFA_TOTP_TOLERANCE = 1  # half a minute late, or on a phone whose clock is wrong by as much
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
STAFF_NEED_SECOND_FACTOR = not DEBUG

# -- The API (Django REST framework, and allauth's headless mode for readers' tokens) -----------
OWN_STORIES = "articles.keys.find_story"  # knows the stories that the paper keeps itself; or ""
API_READER_PER_MINUTE = env.whole("API_READER_PER_MINUTE", default=300)
API_STRANGER_PER_MINUTE = env.whole("API_STRANGER_PER_MINUTE", default=600)  # an address, a minute
HEADLESS_CLIENTS = ("app",)
HEADLESS_TOKEN_STRATEGY = "accounts.app_sessions.MarkedTokens"  # noqa: S105  # a class
# Pages of these origins may ask from a browser, with a reader's token: no cookie goes there.
CORS_ALLOWED_ORIGINS = env.list("API_ORIGINS", default=[])
CORS_URLS_REGEX = r"^/(api/v1|_allauth/app)/"
CORS_ALLOW_HEADERS = ["accept", "content-type", "idempotency-key", "x-session-token"]
CORS_EXPOSE_HEADERS = ["paywall-outcome", "paywall-remaining", "retry-after"]
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "paywall.api.authentication.KeyAuthentication",
        "paywall.api.authentication.TokenAuthentication",
        "paywall.api.authentication.SameSiteAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["paywall.api.callers.ScopeOrAnybody"],
    "DEFAULT_THROTTLE_CLASSES": ["paywall.api.throttling.PerMinute"],
    "DEFAULT_PARSER_CLASSES": ["paywall.api.parsing.SmallJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "paywall.api.parsing.MostAskAlike",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "paywall.api.schema.Schema",
    "EXCEPTION_HANDLER": "paywall.api.problems.answer",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Paywall",
    "DESCRIPTION": (
        "Whether a story opens for a reader, and the ways in where it does not.\n\n"
        "**A site’s server** sends `Authorization: Bearer` and its key, which staff make in the "
        "admin. It names its readers by their public id, and says what its stories are.\n\n"
        "**A reader** asks with the session of the paper’s own site (changes need `X-CSRFToken`), "
        "or anywhere else with a token in `X-Session-Token`: `POST /_allauth/app/v1/auth/signup` "
        "and `…/email/verify`, or `…/code/request` and `…/code/confirm`, and to sign out "
        "`DELETE …/session`, as django-allauth’s headless mode has them. A site’s server makes "
        "the reader one of its own by showing the token: `POST /api/v1/readers/`.\n\n"
        "**Errors** are problem details (RFC 9457): `detail` says what to do, `errors` names the "
        "fields. Unknown fields are refused. Lists come in pages: follow `next`.\n\n"
        "`examples/foreign_site/` is a site that does all of this."
    ),
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": f"{STATIC_URL}icon.svg",
    "ENUM_NAME_OVERRIDES": {
        "AccessEnum": "paywall.catalog.story.ACCESS_CHOICES",
        "OutcomeEnum": "paywall.gate.decision.Outcome",
    },
}

# -- The admin (django-unfold) -----------------------------------------------------------------
UNFOLD = {
    "SITE_TITLE": NEWSPAPER_NAME,
    "SITE_HEADER": NEWSPAPER_NAME,
    "SITE_URL": "/",
    "SITE_SYMBOL": "newspaper",
    "COLORS": {
        "primary": {  # the paper's own accent, lighter and darker
            "50": "#f1f7f9",
            "100": "#dcebef",
            "200": "#bcd9e1",
            "300": "#8dbecb",
            "400": "#569bae",
            "500": "#3b8ba2",
            "600": "#0b5a71",
            "700": "#0b4c5f",
            "800": "#0a3f4f",
            "900": "#083340",
            "950": "#05222b",
        }
    },
    "SIDEBAR": {"show_search": False, "navigation": "config.navigation.contents"},
    "DASHBOARD_CALLBACK": "paywall.staff.dashboard.fill",
    "STYLES": [f"{STATIC_URL}css/admin.css"],
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": f"{STATIC_URL}icon.svg"}],
}

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO").upper()
refuse_other_than("LOG_LEVEL", LOG_LEVEL, ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"))

# -- Logs: what happened, without personal data ------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.logs.OneLine"}},
    "filters": {
        "no_postponed": {"()": "config.logs.NoPostponed"},
        "refused_in_a_line": {"()": "config.logs.RefusedInALine"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.request": {"filters": ["no_postponed", "refused_in_a_line"]},
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # anybody asks for any host
        "fido2": {"level": "WARNING"},  # names credentials
        "stripe": {"level": "WARNING"},  # names every request
        # What these are asked for may be a signed address.
        **{
            name: {"level": "WARNING"}
            for name in ("aiobotocore", "aiohttp", "botocore", "fsspec", "paramiko", "s3fs")
        },
    },
}

if not DEBUG:
    refuse_unsafe(
        secret_key=SECRET_KEY,
        allowed_hosts=ALLOWED_HOSTS,
        webhook_secret=STRIPE_WEBHOOK_SECRET,
    )
