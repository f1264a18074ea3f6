"""When each schedule ran last, and on which days staff were written to."""

from django.db import models


class ScheduleRun(models.Model):
    """The last run of a task that runs by itself."""

    task = models.CharField(max_length=200, unique=True)
    known_since = models.DateTimeField(help_text="When it ran for the first time.")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="When it last came to an end.")
    error = models.CharField(max_length=200, blank=True, help_text="What ended it, if anything.")

    class Meta:
        verbose_name = "schedule"
        verbose_name_plural = "health"
        permissions = (("view_health", "Can see what waits for a person"),)

    def __str__(self) -> str:
        return self.task


class HealthDigest(models.Model):
    """A day on which staff were written to; the date makes it once a day."""

    day = models.DateField(unique=True)
    sent_at = models.DateTimeField()
    counts = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.day}"
