"""The pictures of a WordPress export, by their numbers, kept out of memory."""

import sqlite3

from articles.importing.items import Picture


class Attachments:
    """A table on disk that is gone with this object."""

    def __init__(self) -> None:
        self._table = sqlite3.connect("", isolation_level=None)
        self._table.execute("PRAGMA journal_mode=OFF")
        self._table.execute(
            "CREATE TABLE attachment (number TEXT PRIMARY KEY, post, address, caption, alt)"
        )
        self._table.execute("CREATE INDEX of_post ON attachment (post)")

    def add(self, number: str, picture: Picture, *, post: str) -> None:
        """Remember the picture, and the number of the post that it was uploaded for."""
        row = (number, post, picture.address, picture.caption, picture.alt)
        self._table.execute("INSERT OR REPLACE INTO attachment VALUES (?, ?, ?, ?, ?)", row)

    def find(self, number: str) -> Picture | None:
        """Return the picture with this number, if the export has it."""
        query = "SELECT address, caption, alt FROM attachment WHERE number = ?"
        return next(iter(self._pictures(query, number)), None)

    def of_post(self, post: str) -> list[Picture]:
        """Return the pictures that were uploaded for the post."""
        query = (
            "SELECT address, caption, alt FROM attachment WHERE post = ? ORDER BY rowid LIMIT 100"
        )
        return self._pictures(query, post)

    def _pictures(self, query: str, value: str) -> list[Picture]:
        rows = self._table.execute(query, (value,))
        return [Picture(address=row[0], caption=row[1], alt=row[2]) for row in rows]

    def close(self) -> None:
        self._table.close()
