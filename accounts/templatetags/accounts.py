"""Words for the pages of an account."""

from django import template

from accounts.devices import name_of

register = template.Library()
register.filter("device", name_of)
