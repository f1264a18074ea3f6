"""How many stories are free."""

from django.contrib import admin
from unfold.admin import ModelAdmin

from paywall.metering.models import MeterRule


@admin.register(MeterRule)
class MeterRuleAdmin(ModelAdmin):
    list_display = ("__str__", "allowance", "strangers_allowance")
    list_select_related = ("section",)
