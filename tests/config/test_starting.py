"""Starting the site: what refuses to, and what `check --deploy` warns about."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCTION = dict(
    line.split("=", 1)
    for line in (ROOT / "tests/deployment/production.env").read_text().splitlines()
    if line and not line.startswith("#")
)
KEY = PRODUCTION["SECRET_KEY"]


def start(
    folder: Path, environment: dict[str, str], command: str = "import config.settings"
) -> subprocess.CompletedProcess[str]:
    """Run Python with this environment and nothing else of ours."""
    return subprocess.run(
        [sys.executable, *(["-c", command] if " " in command else ["manage.py", command])],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(folder), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def refusal(folder: Path, environment: dict[str, str]) -> str:
    ended = start(folder, environment)
    assert ended.returncode != 0
    return ended.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is the demonstration's"),
        ({"SECRET_KEY": "demo-only-never-in-production-" + "0" * 32}, "SECRET_KEY is the demo"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY has fewer than 32 characters"),
        ({"SECRET_KEY": " " * 40}, "SECRET_KEY has fewer than 32 characters"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is empty"),
        ({"ALLOWED_HOSTS": " , "}, "ALLOWED_HOSTS is empty"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS has a wildcard"),
        ({"ALLOWED_HOSTS": "news.example.com, * "}, "ALLOWED_HOSTS has a wildcard"),
        ({"ALLOWED_HOSTS": '"*"'}, "ALLOWED_HOSTS has a wildcard"),
        ({"ALLOWED_HOSTS": "*.example.com"}, "ALLOWED_HOSTS has a wildcard (*.example.com)"),
        ({"ALLOWED_HOSTS": "."}, "ALLOWED_HOSTS has a wildcard (.)"),
        ({"ALLOWED_HOSTS": "news.example.com,.com"}, "ALLOWED_HOSTS has a wildcard (.com)"),
        ({"STRIPE_WEBHOOK_SECRET": ""}, "STRIPE_WEBHOOK_SECRET is missing"),
        ({"STRIPE_WEBHOOK_SECRET": " "}, "STRIPE_WEBHOOK_SECRET is missing"),
        ({"SITE_URL": "news.example.com"}, "SITE_URL is 'news.example.com'"),
        ({"REDIS_URL": "localhost:6379"}, "REDIS_URL is no address of a Redis"),
        ({"DATABASE_URL": "mysql://news@db/news"}, "DATABASE_URL names no database"),
        ({"GRACE_DAYS": "-1"}, "GRACE_DAYS is -1: choose from 0 to 60 days."),
        ({"DOUBLE_SUBSCRIPTIONS": "refunds"}, "DOUBLE_SUBSCRIPTIONS is 'refunds': write refund or"),
        ({"RENEWAL_NOTICE_DAYS": "14"}, "RENEWAL_NOTICE_DAYS is 14: choose from 15 to 45 days."),
        ({"RENEWAL_NOTICE_DAYS": "46"}, "RENEWAL_NOTICE_DAYS is 46"),
        ({"ENDING_NOTICE_DAYS": "2"}, "ENDING_NOTICE_DAYS is 2: choose from 3 to 21 days."),
        ({"ENDING_NOTICE_DAYS": "22"}, "ENDING_NOTICE_DAYS is 22"),
    ],
)
def test_production_refuses_an_unsafe_start(
    tmp_path: Path, change: dict[str, str], says: str
) -> None:
    assert says in refusal(tmp_path, PRODUCTION | change)


@pytest.mark.parametrize(
    ("environment", "clock"),
    [
        ({"STRIPE_API_BASE": "http://127.0.0.1:8100"}, "config.demo.clock.now"),
        ({"STRIPE_API_BASE": "https://api.stripe.com"}, "django.utils.timezone.now"),
        ({}, "django.utils.timezone.now"),
        (PRODUCTION | {"STRIPE_API_BASE": "http://127.0.0.1:8100"}, "django.utils.timezone.now"),
    ],
    ids=["a sandbox", "Stripe by name", "Stripe", "production"],
)
def test_only_the_demonstration_goes_by_another_clock(
    tmp_path: Path, environment: dict[str, str], clock: str
) -> None:
    ended = start(tmp_path, environment, "from config.settings import CLOCK; print(CLOCK)")
    assert ended.stdout.strip() == clock


def test_a_refusal_names_everything_at_once(tmp_path: Path) -> None:
    says = refusal(tmp_path, {"DEBUG": "0"})
    for name in ("SECRET_KEY", "ALLOWED_HOSTS", "STRIPE_WEBHOOK_SECRET"):
        assert name in says


@pytest.mark.parametrize(
    "sign",
    [
        {"SECRET_KEY": KEY},
        {"MAILBOX_KEY": KEY},
        {"ALLOWED_HOSTS": "news.example.com"},
        {"EMAIL_URL": "smtp://mail.example.com"},
        {"SITE_URL": "https://news.example.com"},
        {"STRIPE_WEBHOOK_SECRET": "whsec_sample"},
    ],
    ids=lambda sign: next(iter(sign)),
)
def test_any_sign_of_production_turns_debug_off(tmp_path: Path, sign: dict[str, str]) -> None:
    assert "Refusing to start with DEBUG off" in refusal(tmp_path, sign)


def test_nothing_set_is_a_demonstration(tmp_path: Path) -> None:
    look = "from config import settings; print(settings.DEBUG, settings.ALLOWED_HOSTS)"
    assert start(tmp_path, {}, look).stdout == "True ['127.0.0.1', 'localhost', '[::1]']\n"


def test_a_secret_may_begin_with_a_dollar(tmp_path: Path) -> None:
    look = "from config import settings; print(settings.SECRET_KEY, settings.MAILBOX_KEY)"
    keys = {"SECRET_KEY": f"$PATH{KEY}", "MAILBOX_KEY": f"$HOME{KEY}"}
    assert start(tmp_path, PRODUCTION | keys, look).stdout == f"$PATH{KEY} $HOME{KEY}\n"


def test_deployment_checks_have_nothing_to_say_of_a_good_environment(tmp_path: Path) -> None:
    ended = start(tmp_path, PRODUCTION, DEPLOY_CHECK)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"EMAIL_URL": ""}, "newspaper.W001"),
        ({"SITE_URL": "http://news.example.com"}, "newspaper.W002"),
        ({"ALLOWED_HOSTS": "www.example.com"}, "newspaper.W003"),
        ({"STRIPE_SECRET_KEY": ""}, "newspaper.W004"),
        ({"MAILBOX_KEY": ""}, "newspaper.W005"),
        ({"STRIPE_API_BASE": "http://127.0.0.1:12111"}, "newspaper.W006"),
    ],
)
def test_deployment_checks_warn(tmp_path: Path, change: dict[str, str], says: str) -> None:
    ended = start(tmp_path, PRODUCTION | change, DEPLOY_CHECK)
    assert ended.returncode != 0
    assert says in ended.stderr


DEPLOY_CHECK = (
    "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'; django.setup(); "
    "from django.core.management import call_command; "
    "call_command('check', deploy=True, fail_level='WARNING')"
)
