"""Some of what each file changed, kept for the desk after it is in force."""

from django.db import models, transaction

from paywall.circulation import previewing
from paywall.circulation.models import CirculationImport


class KeptChange(models.Model):
    """What a file changed of an account, in the words in which it was shown before the yes.

    Some of each file only; forgotten with what was rejected, and when its account is erased.
    """

    file = models.ForeignKey(CirculationImport, models.CASCADE, related_name="kept_changes")
    publication = models.CharField(max_length=40, blank=True)
    number = models.CharField(max_length=40)
    number_key = models.CharField(max_length=40)
    name = models.CharField(max_length=160, blank=True)
    what = models.JSONField(default=list)

    class Meta:
        ordering = ("pk",)
        default_permissions = ()  # whoever sees a file sees what it changed

    def __str__(self) -> str:
        return f"{self.publication} {self.number}".strip()


def keep(file: CirculationImport) -> None:
    """Keep some of what a staged file is about to change; a second time it is kept already.

    Call it before anything of it is in force: then what was and what will be are both there.
    """
    if not (file.new or file.changed or file.absent):
        return
    with transaction.atomic():
        if not file.kept_changes.exists():
            KeptChange.objects.bulk_create(
                KeptChange(
                    file=file,
                    publication=each.publication,
                    number=each.number,
                    number_key=each.number_key,
                    name=each.name,
                    what=list(each.what),
                )
                for each in previewing.some_of(file)
            )
