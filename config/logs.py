"""Logs that are kept and searched: a record is a line, and no line names a reader."""

import logging
import re

from django.core.exceptions import PermissionDenied

# An email address, also as it stands in a query string.
ADDRESS = re.compile(r"[\w.!#$%&'+^`~-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+")


class NoPostponed(logging.Filter):
    """Leaves out the 503 that a prefetched story gets: it is an answer, not a failure."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not getattr(getattr(record, "request", None), "is_postponed", False)


class RefusedInALine(logging.Filter):
    """Takes the traceback off what somebody may not do: the address says all there is to say."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], PermissionDenied):
            record.exc_info = None
        return True


class OneLine(logging.Formatter):
    """Writes a record, traceback and all, as one line without anybody's address."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        lines = super().format(record).splitlines()
        return ADDRESS.sub("[address]", r"\n".join(line for line in lines if line))
