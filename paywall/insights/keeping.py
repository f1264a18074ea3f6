"""A thread in each process that serves pages, which writes down once a minute what it gathered.

A crash loses a minute at most. It begins with the process (config.wsgi), not with a request.
"""

import logging
import os
from multiprocessing.util import Finalize
from threading import Event, Thread

from django.db import Error, close_old_connections, connection

from paywall.insights import counting

logger = logging.getLogger(__name__)

EVERY = 60.0  # seconds


def begin(every: float = EVERY) -> Event:
    """Begin to write, in a thread that keeps no process alive; set what is returned to end it."""
    ends = Event()
    Thread(target=_go_on, args=(ends, every), name="counting", daemon=True).start()
    return ends


def begin_with_the_process() -> None:
    """Begin now, and anew in each process that is forked from this one; write the rest at exit."""
    begin()
    os.register_at_fork(after_in_child=begin)
    # A worker that multiprocessing made, as Granian's are, runs this and not what atexit has.
    Finalize(None, write_once, exitpriority=1)


def write_once() -> None:
    """Write what there is; what cannot be written now is kept for the next time."""
    try:
        close_old_connections()
        counting.write()
    except Error as error:
        logger.warning("Counts are kept for later: %s", type(error).__name__)
    finally:
        connection.close()


def _go_on(ends: Event, every: float) -> None:
    while not ends.wait(every):
        try:
            write_once()
        except Exception:  # the next minute is another try
            logger.exception("Counts could not be written.")
