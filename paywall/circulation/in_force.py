"""What accounts say already: a row of a file that says the same is neither read nor staged."""

from array import array
from collections.abc import Iterator

from django.db.models import QuerySet

from paywall.circulation.models import PrintAccount

_AT_A_TIME = 20_000
_MET = -1  # a row of the account says something else


class InForce:
    """The accounts that are not absent, by their digests; about 110 bytes for each.

    `lines`: the digest to the line of the file that says the same; 0 where none has yet. That of
    an account of several rows is the digest of none of them: its rows are all staged.
    """

    def __init__(self) -> None:
        self.lines: dict[int, int] = {}
        self._ids = array("q")  # in the order of `lines`
        self._others: set[int] = set()  # whose digest another has, which only 0 should be
        there: QuerySet[PrintAccount, tuple[int, int]] = PrintAccount.objects.filter(
            absent_since=None
        ).values_list("digest", "pk")
        for digest, key in there.order_by().iterator(chunk_size=_AT_A_TIME):
            if not digest or digest in self.lines:
                self._others.add(key)
            else:
                self.lines[digest] = 0
                self._ids.append(key)

    def meet(self, key: int, digest: int) -> int:
        """Note that the file has another row of an account.

        Returns the line that says what the account says already; 0 where none does.
        """
        self._others.discard(key)
        line = self.lines.get(digest, 0)
        if not line and digest in self.lines:
            self.lines[digest] = _MET
        return max(line, 0)

    def missed(self) -> Iterator[int]:
        """Yield the accounts that the file has no row of, by their keys."""
        yield from self._others
        yield from (
            key for key, line in zip(self._ids, self.lines.values(), strict=True) if not line
        )
