"""What can be wrong with a source and with an item of it."""


class SourceError(Exception):
    """The source cannot be read, or must not be; the message is one sentence for the operator."""


class NotWellFormedError(SourceError):
    """The XML breaks its own rules; `cut_off` when only its end is missing."""

    def __init__(self, message: str, *, cut_off: bool) -> None:
        super().__init__(message)
        self.cut_off = cut_off


class ItemError(Exception):
    """An item cannot become a story; the message ends the sentence "the item …"."""
