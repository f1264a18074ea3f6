"""Sections, packages and prices."""

from typing import ClassVar

from django.contrib import admin
from unfold.admin import ModelAdmin, TabularInline

from paywall.catalog.models import Package, Price, Section


@admin.register(Section)
class SectionAdmin(ModelAdmin):
    list_display = ("name", "access", "order")
    prepopulated_fields: ClassVar = {"slug": ("name",)}


class PriceInline(TabularInline):
    model = Price
    extra = 0


@admin.register(Package)
class PackageAdmin(ModelAdmin):
    list_display = ("name", "everything", "listed", "order")
    prepopulated_fields: ClassVar = {"slug": ("name",)}
    filter_horizontal = ("sections",)
    inlines = (PriceInline,)
