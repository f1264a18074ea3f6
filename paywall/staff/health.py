"""The page of what waits for a person, and of what runs by itself."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import resolve
from django.utils import timezone

from paywall import clock
from paywall.health.models import ScheduleRun
from paywall.health.schedules import schedules
from paywall.health.waiting import looked_for
from paywall.staff.events import ReadOnlyAdmin


@admin.register(ScheduleRun)
class HealthAdmin(ReadOnlyAdmin):
    """One page in place of a list: nothing here is written by hand."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("paywall.view_health"))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        real_now = timezone.now()  # noqa: TID251, schedules follow real time
        everything = looked_for(now=clock.now(), real_now=real_now)
        found = [(one, may_open(request, one.address)) for one in everything if one.count]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "What waits",
            "waiting": [(one, opens) for one, opens in found if one.waits],
            "told": [(one, opens) for one, opens in found if not one.waits],
            "none_of": [one.what for one in everything if not one.count],
            "schedules": schedules(real_now=real_now),
        }
        return TemplateResponse(request, "admin/paywall/schedulerun/health.html", context)


def may_open(request: HttpRequest, address: str) -> bool:
    """Tell whether the screen of something that waits opens to whoever looks at it."""
    _, model, page = (resolve(urlsplit(address).path).url_name or "").split("_")
    verb = "change" if page == "publish" else "view"
    return model == "schedulerun" or bool(request.user.has_perm(f"paywall.{verb}_{model}"))
