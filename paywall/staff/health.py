"""The page of what waits for a person, and of what runs by itself."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from paywall import clock
from paywall.health.models import ScheduleRun
from paywall.health.schedules import schedules
from paywall.health.waiting import waiting
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
        found = waiting(now=clock.now(), real_now=real_now)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Health",
            "waiting": found,
            "some_wait": any(one.waits for one in found),
            "some_told": not all(one.waits for one in found),
            "schedules": schedules(real_now=real_now),
        }
        return TemplateResponse(request, "admin/paywall/schedulerun/health.html", context)
