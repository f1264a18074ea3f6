"""Readers' claims on print accounts, and those that the holder, staff or later files decide."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from paywall.circulation.models import PrintAccount
from paywall.entitlements.models import Entitlement


class ActivationQuerySet(models.QuerySet["Activation"]):
    def active(self) -> Self:
        """Keep those that have a seat."""
        return self.filter(state=Activation.State.ACTIVE)


class Activation(models.Model):
    """A reader's claim on a print account: the seat, and the entitlement that it earns.

    `holder`: the first, who sees who has a seat, invites, approves and withdraws. `barred`: the
    holder, or staff, took the seat back: proving the account again only asks for it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waits for the holder"
        ACTIVE = "active", "Active"
        WITHDRAWN = "withdrawn", "Withdrawn"

    account = models.ForeignKey(PrintAccount, models.CASCADE, related_name="activations")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="activations")
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    holder = models.BooleanField(default=False)
    barred = models.BooleanField(default=False)
    proof = models.CharField(max_length=24, help_text="How it was proved.")
    claimed_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    entitlement = models.OneToOneField(
        Entitlement, models.SET_NULL, null=True, related_name="activation"
    )

    objects = ActivationQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "reader"], name="one_seat_per_reader"),
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(holder=True),
                name="one_holder_per_account",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reader} on {self.account}"


class Invitation(models.Model):
    """A holder's invitation to a seat. The letter has the secret, of which a hash is kept."""

    account = models.ForeignKey(PrintAccount, models.CASCADE, related_name="invitations")
    inviter = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    address = models.EmailField()
    secret_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Invitation to {self.account}"


class PrintCase(models.Model):
    """What a reader typed and was not found by: a draft, until they ask us to check it.

    Once open it is tried again after each of the next files, until staff decide. The phone number
    is kept as its last four digits. `tried_as_of`: the file that it was last tried with.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Not asked yet"
        OPEN = "open", "Open"
        FOUND = "found", "Found by a later file"
        APPROVED = "approved", "Approved"
        DECLINED = "declined", "Declined"

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="print_cases")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    number = models.CharField("account number", max_length=60, blank=True)
    last_name = models.CharField(max_length=80, blank=True)
    postal_code = models.CharField(max_length=16, blank=True)
    house_number = models.CharField(max_length=40, blank=True)
    phone_last4 = models.CharField("last four of the phone", max_length=4, blank=True)
    typed_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField("files tried", default=0)
    tried_as_of = models.DateTimeField(null=True)
    account = models.ForeignKey(
        PrintAccount, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reason = models.TextField(blank=True, help_text="The reader is told this.")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "case"
        ordering = ("-opened_at",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["reader"], condition=Q(state="draft"), name="one_draft_per_reader"
            ),
            models.UniqueConstraint(
                fields=["reader"], condition=Q(state="open"), name="one_open_case_per_reader"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["-opened_at"], name="print_case_opened")]

    def __str__(self) -> str:
        return f"{self.reader}, {self.get_state_display().lower()}"


class WrongTries(models.Model):
    """How often one number, name, reader or network was wrong lately: under a keyed hash."""

    key = models.CharField(max_length=64, unique=True)
    tries = models.PositiveIntegerField(default=0)
    rounds = models.PositiveSmallIntegerField(default=0)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return self.key[:8]


class Suppressed(models.Model):
    """An account whose reader was erased: no later file brings it back. A keyed hash alone."""

    key = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key[:8]
