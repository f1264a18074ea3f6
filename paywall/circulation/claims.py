"""Readers' claims on print accounts, and those that staff or later files decide."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from paywall.circulation.models import PrintAccount
from paywall.entitlements.models import Entitlement


class Activation(models.Model):
    """A reader's claim on a print account: the seat, and the entitlement that it earns.

    `holder`: the first, who sees who has a seat, invites, approves and withdraws.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waits for the holder"
        ACTIVE = "active", "Active"
        WITHDRAWN = "withdrawn", "Withdrawn"

    account = models.ForeignKey(PrintAccount, models.CASCADE, related_name="activations")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="activations")
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    holder = models.BooleanField(default=False)
    proof = models.CharField(max_length=24, help_text="How it was proved.")
    claimed_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    entitlement = models.OneToOneField(
        Entitlement, models.SET_NULL, null=True, related_name="activation"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "reader"], name="one_seat_per_reader"),
        ]

    def __str__(self) -> str:
        return f"{self.reader} on {self.account}"
