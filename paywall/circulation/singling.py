"""Noticing, in little memory, that no account has two rows in a file: nearly all files are so."""

from collections import defaultdict

from django.db.models import Count

from paywall.circulation.models import CirculationImport, StagedRow

BITS = 2**27  # 16 MB: of a million accounts some thousands seem to have two rows
MOST_DOUBTFUL = 50_000
_ASKED = 500


class Singles:
    """The accounts that were seen, each as a bit; those whose bit was taken are doubtful."""

    def __init__(self) -> None:
        self._seen = bytearray(BITS // 8)
        self._doubtful: list[tuple[str, str]] = []

    def add(self, publication: str, number_key: str) -> None:
        """Note one more row of an account."""
        place, bit = divmod(hash((publication, number_key)) % BITS, 8)
        bit = 1 << bit
        seen = self._seen[place]
        if not seen & bit:
            self._seen[place] = seen | bit
        elif len(self._doubtful) <= MOST_DOUBTFUL:
            self._doubtful.append((publication, number_key))

    def are_all(self, file: CirculationImport) -> bool:
        """Tell whether it is certain that each account has one row, of those that are staged."""
        if len(self._doubtful) > MOST_DOUBTFUL:
            return False
        doubtful = defaultdict(list)
        for publication, number_key in self._doubtful:
            doubtful[publication].append(number_key)
        return not any(
            StagedRow.objects.filter(
                file=file,
                publication=publication,
                number_key__in=keys[start : start + _ASKED],
            )
            .order_by()
            .values("number_key")
            .annotate(rows=Count("pk"))
            .filter(rows__gt=1)
            .exists()
            for publication, keys in doubtful.items()
            for start in range(0, len(keys), _ASKED)
        )
