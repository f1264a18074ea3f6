"""Counts in a list of the admin, written as on the pages: 1,000."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin


def shown_with_commas(*names: str) -> list[Callable[[Any], str]]:
    """Return a column for each of these fields."""
    return [_column(name, name.replace("_", " ").capitalize()) for name in names]


def _column(name: str, heading: str) -> Callable[[Any], str]:
    @admin.display(description=heading)
    def column(row: Any) -> str:
        return f"{getattr(row, name):,}"

    column.__name__ = name
    return column
