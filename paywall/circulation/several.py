"""Noticing, in little memory, which accounts may have several rows in a file: few have."""

import json

from django.db import connection, transaction

from paywall.circulation.models import CirculationImport, StagedRow
from paywall.circulation.spans import hurry, make_way, stretches

BITS = 2**27  # 16 MB: of a million accounts some thousands seem to have two rows
KEYS = 20_000  # looked for at once
ROWS = 50_000  # looked at in one transaction
_MARK = """
UPDATE paywall_stagedrow SET several = true
WHERE file_id = %s AND id > %s AND id <= %s AND number_key {among}
"""


class Several:
    """The accounts that were seen, each as a bit; those whose bit was taken may have come twice."""

    def __init__(self) -> None:
        self._seen = bytearray(BITS // 8)
        self._again: set[str] = set()

    def add(self, publication: str, number_key: str) -> None:
        """Note one more row of an account."""
        place, bit = divmod(hash((publication, number_key)) % BITS, 8)
        bit = 1 << bit
        seen = self._seen[place]
        if seen & bit:
            self._again.add(number_key)
        else:
            self._seen[place] = seen | bit

    def mark(self, file: CirculationImport) -> None:
        """Mark the staged rows of accounts that may have several: they are judged together."""
        keys = list(self._again)
        for start in range(0, len(keys), KEYS):
            some = keys[start : start + KEYS]
            for stretch in stretches(StagedRow.objects.filter(file=file), ROWS):
                with transaction.atomic(), connection.cursor() as cursor:
                    hurry()
                    if connection.vendor == "postgresql":
                        cursor.execute(_MARK.format(among="= ANY(%s)"), [file.pk, *stretch, some])
                    else:
                        among = "IN (SELECT value FROM json_each(%s))"
                        told = json.dumps(some)
                        cursor.execute(_MARK.format(among=among), [file.pk, *stretch, told])
                make_way()
