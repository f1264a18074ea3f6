"""What the paper earns: the first page of the admin, and each report as a file."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from paywall import clock
from paywall.insights import counting
from paywall.reports.board import Board
from paywall.reports.listing import BY_MONTH, REPORTS
from paywall.reports.spans import Choice, span_of
from paywall.reports.tables import headers_in_csv, in_csv
from paywall.staff.panels import Panel, Tile, panels, tiles

PERMISSION = "paywall.view_reports"
NAMES_READERS = {"print-days": "paywall.view_printreaderday"}
REMEMBERED_FOR = 300  # seconds; each of many editors opens the admin with this page
IN_A_DEMONSTRATION = 5


@dataclass(frozen=True, slots=True)
class Shown:
    """The dashboard as it was when the figures were looked up."""

    tiles: list[Tile]
    panels: list[Panel]
    at: datetime


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Give the admin's first page the figures, for whoever may see them."""
    if not request.user.has_perm(PERMISSION):
        return context | {"title": "What you can do here"}
    now = clock.now()
    choice = _choice(request)
    span = span_of(choice, counting.day_of(now))
    key = f"dashboard:{choice}:{span.first}:{span.last}"
    shown = cache.get(key)
    if shown is None:
        board = Board(span, now)
        shown = Shown(tiles(board), panels(board), now)
        cache.set(key, shown, IN_A_DEMONSTRATION if settings.DEBUG else REMEMBERED_FOR)
    return context | {
        "title": "What it earns",
        "shown": shown,
        "span": span,
        "choice": choice,
        "choices": list(Choice),
        "invented": settings.DEBUG,
        "names_readers": request.user.has_perm(NAMES_READERS["print-days"]),
    }


@require_safe
def export(request: HttpRequest, name: str) -> HttpResponseBase:
    """Return a report's table, whole, as a file for a spreadsheet."""
    if not request.user.has_perms([PERMISSION, *filter(None, [NAMES_READERS.get(name)])]):
        raise PermissionDenied
    if name not in REPORTS:
        raise Http404("There is no such report.")
    now = clock.now()
    span = span_of(_choice(request), counting.day_of(now))
    board = Board(span, now)
    table = REPORTS[name](board)
    lines = in_csv(headers_in_csv(table), table.rows)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    first, last = span.first, span.last
    if name in BY_MONTH:  # these days are not what it holds
        first, last = board.months[0].starts_date, board.today
    file = f"{name}-{first}-{last}.csv"
    response["Content-Disposition"] = f'attachment; filename="{file}"'
    return response


export_report = admin.site.admin_view(export)


def _choice(request: HttpRequest) -> Choice:
    asked = request.GET.get("days", "")
    return Choice(asked) if asked in set(Choice) else Choice.DAYS
