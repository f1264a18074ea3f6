"""Walking over many accounts in spans of their numbers, so that each transaction is short."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Max, QuerySet


def spans(rows: "QuerySet[Any]", size: int) -> Iterator[tuple[str, str]]:
    """Yield spans of `number_key`, (after, to], that hold about so many rows each.

    The rows of one number are never divided. The rows should be of one publication.
    """
    last = rows.aggregate(last=Max("number_key"))["last"]
    after = ""
    while last is not None and after < last:
        rest = rows.filter(number_key__gt=after).order_by("number_key")
        to = rest.values_list("number_key", flat=True)[size - 1 : size].first() or last
        yield after, to
        after = to
