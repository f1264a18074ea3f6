"""Noticing, in little memory, which accounts may have several rows in a file: few have."""

import json

from django.db import connection, transaction

from paywall.circulation.models import CirculationImport, StagedRow
from paywall.circulation.spans import make_way, stretches

BITS = 2**27  # 16 MB: of a million accounts some thousands seem to have two rows
KEYS = 20_000  # looked for at once
ROWS = 50_000  # looked at in one transaction
_MARK = """
UPDATE paywall_stagedrow SET several = true
WHERE file_id = %s AND id > %s AND id <= %s AND number_key IN (SELECT {keys})
"""
_KEYS = {"postgresql": "unnest(CAST(%s AS text[]))", "sqlite": "value FROM json_each(%s)"}


class Several:
    """The accounts that were seen, each as a bit; those whose bit was taken may have come twice."""

    def __init__(self) -> None:
        self._seen = bytearray(BITS // 8)
        self._again: set[str] = set()

    def add(self, publication: str, number_key: str) -> None:
        """Note one more row of an account."""
        mark = hash((publication, number_key)) % BITS
        place, bit = mark >> 3, 1 << (mark & 7)
        seen = self._seen[place]
        if seen & bit:
            self._again.add(number_key)
        else:
            self._seen[place] = seen | bit

    def mark(self, file: CirculationImport) -> None:
        """Mark the staged rows of accounts that may have several: they are judged together."""
        keys = list(self._again)
        sql = _MARK.format(keys=_KEYS[connection.vendor])
        for start in range(0, len(keys), KEYS):
            some = keys[start : start + KEYS]
            told = some if connection.vendor == "postgresql" else json.dumps(some)
            for stretch in stretches(StagedRow.objects.filter(file=file), ROWS):
                with transaction.atomic(), connection.cursor() as cursor:
                    if connection.vendor == "postgresql":  # it knows nothing of a new table
                        cursor.execute("SET LOCAL enable_nestloop = off")
                    cursor.execute(sql, [file.pk, *stretch, told])
                make_way()
