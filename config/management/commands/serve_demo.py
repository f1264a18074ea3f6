"""Make the demonstration newspaper and serve it, the Stripe sandbox beside it."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from config.demo import sandbox
from config.serving import EndedError, Together, answers, is_taken

HOST = "127.0.0.1"
THREADS = 4  # SQLite lets many read and one write
SANDBOX_BEGINS_WITHIN = 30  # seconds


class Command(BaseCommand):
    help = (
        "Make the demonstration newspaper and serve it on this machine until Ctrl-C. Without a "
        "STRIPE_SECRET_KEY, a sandbox stands in for Stripe."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", default="8000", help="On 127.0.0.1; 8000 unless said.")

    def handle(self, *args: Any, port: str, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demonstration needs DEBUG on.")
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise CommandError(f"PORT is {port}: choose a number from 1 to 65535.")
        if is_taken(HOST, int(port)):
            raise CommandError(
                f"Port {port} is taken: stop what listens there, or choose another: "
                f"make demo PORT={int(port) + 1}"
            )
        try:
            call_command("migrate", interactive=False, verbosity=0)
            with Together() as together:
                self._serve(together, port)
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}") from error
        except EndedError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            sys.exit(130)

    def _serve(self, together: Together, port: str) -> None:
        # Each letter and event would be a line, and what to try would be out of sight.
        environment = {"LOG_LEVEL": "WARNING", **os.environ}
        if not settings.STRIPE_SECRET_KEY:
            environment |= self._start_sandbox(together, int(port))
        # The rest is told of its Stripe by the environment: so each goes by the same clock.
        code = together.finish([sys.executable, _manage(), "demo"], environment)
        if code is None:
            return
        if code:
            sys.exit(code)  # it has said why
        together.start(_website(port), environment)
        together.start(_tasks(), environment)
        self.stdout.write("\nServing it until you press Ctrl-C.")
        self.stdout.flush()
        together.run_until(lambda: False)

    def _start_sandbox(self, together: Together, site_port: int) -> dict[str, str]:
        """Start the sandbox, wait until it answers, and return the environment that leads to it."""
        if kept := sandbox.set_aside_what_is_not_ours():
            self.stdout.write(
                "The database is new: the Stripe sandbox begins afresh too. What it kept for the "
                f"one before is now in {kept}."
            )
        beside = sandbox.beside(site_port)
        together.start(beside.command, dict(os.environ))
        together.run_until(lambda: answers(HOST, beside.port), within=SANDBOX_BEGINS_WITHIN)
        return beside.environment


def _manage() -> str:
    return str(settings.BASE_DIR / "manage.py")


def _website(port: str) -> Sequence[str]:
    options = ["--interface", "wsgi", "--host", HOST, "--port", port, "--no-ws"]
    threads = ["--blocking-threads", str(THREADS), "--log-level", "warning"]
    return [_program("granian"), *options, *threads, "config.wsgi:application"]


def _tasks() -> Sequence[str]:
    """With Redis a worker with the scheduler in it; without, the scheduler runs tasks itself."""
    celery = [_program("celery"), "--quiet", "--app", "config"]
    if settings.CELERY_TASK_ALWAYS_EAGER:
        return [*celery, "beat", "--loglevel", "WARNING"]
    return [*celery, "worker", "--beat", "--pool", "threads", "--concurrency", "2"]


def _program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))
