"""What happened, by day; and who was counted already, so that they are counted once."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class DayCount(models.Model):
    """How often something happened on one of the newspaper's days. Kept for ever: it names nobody.

    Three kinds of rows add up apart: of the whole paper (no section, no story), of a section, and
    of a story.
    """

    day = models.DateField()
    what = models.CharField(max_length=32)
    section = models.CharField(max_length=60, blank=True)
    story = models.CharField(max_length=200, blank=True)
    number = models.PositiveBigIntegerField(default=0)

    class Meta:
        permissions: ClassVar = [("view_reports", "Can see what the paper earns")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["what", "section", "story", "day"], name="counted_once_a_day"
            )
        ]
        indexes: ClassVar = [  # of some days, among the many rows of years of stories
            models.Index(
                fields=["day", "what", "story", "number"],
                condition=~models.Q(story=""),
                name="counted_stories_by_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.what}: {self.number}"


class CountedStory(models.Model):
    """What the reports call a story that was counted, and where it is."""

    key = models.CharField(max_length=200, unique=True)
    title = models.CharField(max_length=300)
    section = models.CharField(max_length=60)
    address = models.CharField(max_length=500, db_index=True)

    def __str__(self) -> str:
        return self.title


class Seen(models.Model):
    """The last day, or month, for which a reader was counted under a name."""

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    what = models.CharField(max_length=32)
    day = models.DateField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["reader", "what"], name="seen_once")
        ]

    def __str__(self) -> str:
        return f"{self.what}, {self.day}"


class CountedReader(models.Model):
    """Somebody was counted for a section or a story on this day, and is not counted again.

    `mark` is a keyed hash of day, reader and place: without the key the row says neither who read
    nor what, and it is deleted in the night after that day.
    """

    day = models.DateField()
    mark = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "mark"], name="reader_counted_once")
        ]

    def __str__(self) -> str:
        return f"{self.day}"


class PrintReaderDay(models.Model):
    """An activated print reader opened something on this day: what auditors ask to see.

    It says not what was read. It stays when the reader or the account is erased, and names neither
    then.
    """

    day = models.DateField(db_index=True)
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    account = models.ForeignKey(
        "paywall.PrintAccount", models.SET_NULL, null=True, related_name="+"
    )
    publication = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = "print reader's day"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["reader", "day"], name="print_reader_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.day}"


class CountedLog(models.Model):
    """How far an access log was counted. Its first line tells which it is, whatever its name."""

    first_line = models.CharField(max_length=64, unique=True, help_text="Hashed.")
    name = models.CharField(max_length=500)
    position = models.PositiveBigIntegerField(default=0, help_text="In bytes, of the plain text.")
    counted_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
