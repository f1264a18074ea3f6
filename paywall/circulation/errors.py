"""What can be wrong with a circulation file as a whole."""


class RefusedError(Exception):
    """The file is refused; the message says why, to staff, and names no credentials."""
