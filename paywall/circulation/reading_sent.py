"""Reading the files that staff sent, one after another."""

from datetime import datetime

from paywall.circulation import importing, sent


def read_all(*, now: datetime) -> int:
    """Read and judge every file that waits for it, and return how many did. Raises BusyError.

    Each then waits for a yes, or says why it was refused; what was sent of it is forgotten.
    """
    files = sent.waiting()
    try:
        for file in files:
            importing.look_at(file, now=now)
    finally:
        sent.forget_read(now=now)
    return len(files)
