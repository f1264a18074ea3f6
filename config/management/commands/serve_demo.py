"""Make the demonstration newspaper and serve it."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from config.serving import EndedError, is_taken, run_together

HOST = "127.0.0.1"
THREADS = 4  # SQLite lets many read and one write


class Command(BaseCommand):
    help = "Make the demonstration newspaper and serve it on this machine until Ctrl-C."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", default="8000", help="On 127.0.0.1; 8000 unless said.")

    def handle(self, *args: Any, port: str, **options: Any) -> None:
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise CommandError(f"PORT is {port}: choose a number from 1 to 65535.")
        if is_taken(HOST, int(port)):
            raise CommandError(
                f"Port {port} is taken: stop what listens there, or choose another: "
                f"make demo PORT={int(port) + 1}"
            )
        try:
            call_command("migrate", interactive=False, verbosity=0)
            call_command("demo")
            self.stdout.write("\nServing it until you press Ctrl-C.")
            self.stdout.flush()
            run_together([_website(port), _tasks()])
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}") from error
        except EndedError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            sys.exit(130)


def _website(port: str) -> list[str]:
    options = ["--interface", "wsgi", "--host", HOST, "--port", port, "--no-ws"]
    threads = ["--blocking-threads", str(THREADS), "--log-level", "warning"]
    return [_program("granian"), *options, *threads, "config.wsgi:application"]


def _tasks() -> list[str]:
    """With Redis a worker with the scheduler in it; without, the scheduler runs tasks itself."""
    celery = [_program("celery"), "--quiet", "--app", "config"]
    if settings.CELERY_TASK_ALWAYS_EAGER:
        return [*celery, "beat", "--loglevel", "WARNING"]
    return [*celery, "worker", "--beat", "--pool", "threads", "--concurrency", "2"]


def _program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))
