"""Starting the site: what refuses to, and what `check --deploy` warns about."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

ROOT = Path(__file__).parents[2]
PRODUCTION = dict(
    line.split("=", 1)
    for line in (ROOT / "tests/deployment/production.env").read_text().splitlines()
    if line and not line.startswith("#")
)
KEY = PRODUCTION["SECRET_KEY"]


# A process in which the site has started. For each order a copy of it forgets the settings, takes
# on an environment and runs a command: what else a new Python imports first is the same for all.
STARTED = """
import json, os, sys, traceback
sys.path.insert(0, os.getcwd())
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
from django.utils.functional import empty
call_command("check", deploy=True, stdout=sys.stderr)
for order in sys.stdin:
    folder, environment, command = json.loads(order)
    child = os.fork()
    if not child:
        for number, name in (1, "stdout"), (2, "stderr"):
            os.dup2(os.open(f"{folder}/{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
        os.environ.clear()
        os.environ.update(environment)
        settings._wrapped = empty
        for name in "config", "config.celery", "config.settings":
            del sys.modules[name]
        code = 0
        try:
            exec(command, {})
        except BaseException:
            traceback.print_exc()
            code = 1
        sys.stdout.flush()
        os._exit(code)  # taking so much down takes longer than all before
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
DEPLOY_CHECK = (
    "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'; "
    "from django.core.management import call_command; "
    "call_command('check', deploy=True, fail_level='WARNING')"
)
Start: TypeAlias = Callable[..., subprocess.CompletedProcess[str]]


def environment_of(folder: Path, given: dict[str, str]) -> dict[str, str]:
    """Return this environment, and nothing else of ours."""
    return {"PATH": os.environ["PATH"], "VAR_DIR": str(folder), **given}


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator["subprocess.Popen[str]"]:
    settings = PRODUCTION | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    with subprocess.Popen(
        [sys.executable, "-c", STARTED],
        cwd=ROOT,
        env=environment_of(tmp_path_factory.mktemp("started"), settings),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        yield process
        assert process.stdin
        process.stdin.close()


@pytest.fixture
def start(started: "subprocess.Popen[str]", tmp_path: Path) -> Start:
    """Start the site with an environment, to run a command."""

    def run(
        environment: dict[str, str], command: str = "import config.settings"
    ) -> subprocess.CompletedProcess[str]:
        assert started.stdin
        assert started.stdout
        order = [str(tmp_path), environment_of(tmp_path, environment), command]
        started.stdin.write(f"{json.dumps(order)}\n")
        started.stdin.flush()
        code = int(started.stdout.readline())
        said = [(tmp_path / name).read_text() for name in ("stdout", "stderr")]
        return subprocess.CompletedProcess(command, code, *said)

    return run


def manage(
    folder: Path, environment: dict[str, str], *words: str
) -> subprocess.CompletedProcess[str]:
    """Run a command in a Python of its own."""
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=environment_of(folder, environment),
        capture_output=True,
        text=True,
        check=False,
    )


def refusal(ended: subprocess.CompletedProcess[str]) -> str:
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
        ({"STRIPE_WEBHOOK_SECRET": " , "}, "STRIPE_WEBHOOK_SECRET is missing"),
        ({"SITE_URL": "news.example.com"}, "SITE_URL is 'news.example.com'"),
        ({"SITE_URL": "https://news.example.com:port"}, "SITE_URL is"),
        ({"SITE_URL": "https://[::1"}, "SITE_URL is 'https://[::1': write it like https://news"),
        ({"SITE_URL": "https://me:word@news.example.com"}, "SITE_URL is"),
        ({"SITE_URL": "https://news.example.com?from=us"}, "SITE_URL is"),
        ({"REDIS_URL": "localhost:6379"}, "REDIS_URL is no address of a Redis"),
        ({"REDIS_URL": "redis://redis:port/0"}, "REDIS_URL is no address of a Redis"),
        ({"REDIS_URL": "redis://redis:6379/name"}, "REDIS_URL is no address of a Redis"),
        ({"DATABASE_URL": "mysql://news@db/news"}, "DATABASE_URL names no database"),
        ({"DATABASE_URL": "paper"}, "DATABASE_URL names no database"),
        ({"DATABASE_URL": "postgres://news@db:port/news"}, "DATABASE_URL is no address"),
        ({"DATABASE_POOL": "0"}, "DATABASE_POOL is 0: write a number from 1"),
        ({"EMAIL_URL": "mail.example.com"}, "EMAIL_URL is no address: write it like smtp+tls://"),
        ({"EMAIL_URL": "smtp://mail.example.com:port"}, "EMAIL_URL is no address"),
        ({"TIME_ZONE": "CEST"}, "TIME_ZONE is 'CEST': write it like Europe/London."),
        ({"TIME_ZONE": "../UTC"}, "TIME_ZONE is '../UTC'"),
        ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL is 'LOUD': write DEBUG or INFO"),
        ({"VAR_DIR": "/dev/null"}, "VAR_DIR names a place where /dev/null/run cannot be made."),
        ({"PRINT_SEATS": "two"}, "PRINT_SEATS is 'two': write a whole number."),
        ({"GRACE_DAYS": "1.5"}, "GRACE_DAYS is '1.5': write a whole number."),
        ({"READS_KEPT_MONTHS": "-1"}, "READS_KEPT_MONTHS is -1: write a number from 0"),
        ({"LONGEST_HOLD_DAYS": "99999999999"}, "LONGEST_HOLD_DAYS is 99999999999"),
        ({"SIGNED_IN_DAYS": "0"}, "SIGNED_IN_DAYS is 0: write a number from 1"),
        ({"GRACE_DAYS": "-1"}, "GRACE_DAYS is -1: choose from 0 to 60 days."),
        ({"DOUBLE_SUBSCRIPTIONS": "refunds"}, "DOUBLE_SUBSCRIPTIONS is 'refunds': write refund or"),
        ({"RENEWAL_NOTICE_DAYS": "14"}, "RENEWAL_NOTICE_DAYS is 14: choose from 15 to 45 days."),
        ({"RENEWAL_NOTICE_DAYS": "46"}, "RENEWAL_NOTICE_DAYS is 46"),
        ({"ENDING_NOTICE_DAYS": "2"}, "ENDING_NOTICE_DAYS is 2: choose from 3 to 21 days."),
        ({"ENDING_NOTICE_DAYS": "22"}, "ENDING_NOTICE_DAYS is 22"),
    ],
)
def test_production_refuses_an_unsafe_start(
    start: Start, change: dict[str, str], says: str
) -> None:
    assert says in refusal(start(PRODUCTION | change))


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
    start: Start, environment: dict[str, str], clock: str
) -> None:
    ended = start(environment, "from config.settings import CLOCK; print(CLOCK)")
    assert ended.stdout.strip() == clock


def test_a_database_with_a_misspelt_scheme_keeps_its_password_to_itself(start: Start) -> None:
    ended = start(PRODUCTION | {"DATABASE_URL": "postgre://news:secretword@db/news"})
    assert "DATABASE_URL names no database" in refusal(ended)
    assert "secretword" not in ended.stderr


def test_a_refusal_is_a_sentence_and_no_traceback(tmp_path: Path) -> None:
    environment = PRODUCTION | {"GRACE_DAYS": "many"}
    for command in ["check"], ["migrate", "--noinput"], ["import_stories", "feed.xml"]:
        ended = manage(tmp_path, environment, *command)
        assert ended.stderr == "GRACE_DAYS is 'many': write a whole number.\n"
        assert ended.returncode == 1
    assert "Traceback" in manage(tmp_path, environment, "check", "--traceback").stderr


def test_the_folder_of_the_pictures_is_there_before_the_first_of_them(
    start: Start, tmp_path: Path
) -> None:
    assert start(PRODUCTION).returncode == 0
    assert (tmp_path / "media").is_dir()


def test_log_levels_may_be_written_small(start: Start) -> None:
    look = "from config import settings; print(settings.LOG_LEVEL)"
    assert start(PRODUCTION | {"LOG_LEVEL": "warning"}, look).stdout == "WARNING\n"


def test_a_refusal_names_everything_at_once(tmp_path: Path) -> None:
    says = refusal(manage(tmp_path, {"DEBUG": "0"}, "check"))
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
def test_any_sign_of_production_turns_debug_off(start: Start, sign: dict[str, str]) -> None:
    assert "Refusing to start with DEBUG off" in refusal(start(sign))


def test_nothing_set_is_a_demonstration(start: Start) -> None:
    look = "from config import settings; print(settings.DEBUG, settings.ALLOWED_HOSTS)"
    assert start({}, look).stdout == "True ['127.0.0.1', 'localhost', '[::1]']\n"


def test_a_secret_may_begin_with_a_dollar(start: Start) -> None:
    look = "from config import settings; print(settings.SECRET_KEY, settings.MAILBOX_KEY)"
    keys = {"SECRET_KEY": f"$PATH{KEY}", "MAILBOX_KEY": f"$HOME{KEY}"}
    assert start(PRODUCTION | keys, look).stdout == f"$PATH{KEY} $HOME{KEY}\n"


def test_deployment_checks_have_nothing_to_say_of_a_good_environment(
    start: Start, tmp_path: Path
) -> None:
    assert start(PRODUCTION, DEPLOY_CHECK).returncode == 0
    ended = manage(tmp_path, PRODUCTION, "check", "--deploy", "--fail-level", "WARNING")
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"EMAIL_URL": ""}, "newspaper.W001"),
        ({"SITE_URL": "http://news.example.com"}, "newspaper.W002"),
        ({"ALLOWED_HOSTS": "www.example.com"}, "newspaper.W003"),
        ({"STRIPE_SECRET_KEY": ""}, "newspaper.W004"),
        ({"MAILBOX_KEY": ""}, "newspaper.W005"),
        ({"MAILBOX_KEY": "short"}, "newspaper.W007"),
        ({"STRIPE_API_BASE": "http://127.0.0.1:12111"}, "newspaper.W006"),
    ],
)
def test_deployment_checks_warn(start: Start, change: dict[str, str], says: str) -> None:
    ended = start(PRODUCTION | change, DEPLOY_CHECK)
    assert ended.returncode != 0
    assert says in ended.stderr


def test_stripes_sdk_is_imported_once_it_is_needed(start: Start) -> None:
    assert start(PRODUCTION, "import sys; print('stripe' in sys.modules)").stdout == "False\n"
