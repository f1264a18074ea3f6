"""Figures that were prepared, so that nobody waits for them."""

from django.db import models


class Prepared(models.Model):
    """What changes little and takes long to add up: a month that is over, the print accounts."""

    name = models.CharField(max_length=80, unique=True)
    figures = models.JSONField()
    made_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
