"""The audit trail of what staff do."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models


class StaffAction(models.Model):
    """One thing that somebody on the staff did: who, when, what, about whom, and why.

    The row is written before the thing is done, and `outcome` once it is: an empty one says that
    it was begun and nobody came back. Names survive the accounts they are of: `actor_name` is the
    colleague's address, `about` what it was done to, without anything personal of a reader's.
    `key` is the form's, so that two clicks do a thing once.
    """

    at = models.DateTimeField(db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    actor_name = models.CharField("who", max_length=254)
    what = models.CharField(max_length=120)
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="staff_actions"
    )
    about = models.CharField(max_length=300, blank=True)
    reason = models.TextField(blank=True)
    details = models.JSONField(default=dict)
    outcome = models.TextField(blank=True)
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        ordering = ("-at", "-pk")
        indexes: ClassVar = [
            models.Index(fields=["reader", "at"], name="staff_action_reader"),
            models.Index(fields=["actor_name", "at"], name="staff_action_actor"),
        ]
        verbose_name = "staff action"
        # Nobody adds, changes or deletes a row: there is no such permission to give.
        default_permissions = ("view",)
        permissions: ClassVar = [
            ("answer_readers", "May look readers up and see their page"),
            ("create_reader", "May make an account for a caller"),
            ("give_courtesy", "May give courtesy access, and end it"),
            ("give_stories_back", "May give the month's free stories back"),
            ("resend_letter", "May send a letter again"),
            ("send_payment_link", "May send a link to pay"),
            ("refund_payment", "May refund a payment"),
            ("cancel_subscription", "May cancel a subscription and resume it"),
            ("link_print_account", "May link and unlink a print account"),
            ("sign_reader_out", "May sign a reader out everywhere"),
            ("export_reader", "May export what is kept about a reader"),
            ("erase_reader", "May erase a reader"),
            ("manage_staff", "May make colleagues staff and put them into groups"),
        ]

    def __str__(self) -> str:
        return f"{self.what}, by {self.actor_name}"
