"""Print accounts as the circulation system keeps them, and the files that tell of them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower

from paywall.catalog.models import Section
from paywall.circulation.states import IMPORT_STATES, LINE_STATUSES, ImportState

# PostgreSQL's: texts that are looked for whole are told apart by their bytes, not by the rules of a
# language, which takes half the time. SQLite always does.
BYTES = "varchar_pattern_ops"


class PrintAccount(models.Model):
    """A publication's account number, with the people and addresses that prove whose it is.

    `number` is as written, `number_key` as it is compared; sister papers reuse numbers. Only
    what matching needs is kept. `digest` tells an account that changed from one that did not.
    `absent_since` is the moment of the first full file without it; `last_seen_at` is moved on when
    the account changes or goes missing, not with every file: in between it is in the last one.
    """

    publication = models.CharField(max_length=40, blank=True)
    number = models.CharField(max_length=40)
    number_key = models.CharField(max_length=40)
    former_number_key = models.CharField("former number", max_length=40, blank=True)
    first_name = models.CharField(max_length=80, blank=True)
    last_name = models.CharField(max_length=80, blank=True)
    second_name = models.CharField(max_length=160, blank=True)
    company = models.CharField(max_length=160, blank=True)
    street = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=80, blank=True)
    postal_code = models.CharField(max_length=16, blank=True)
    billing_postal_code = models.CharField(max_length=16, blank=True)
    phone_last4 = models.CharField("last four of the phone", max_length=4, blank=True)
    email = models.CharField(
        max_length=254, blank=True, help_text="Kept in lower case, to be compared."
    )
    digest = models.BigIntegerField(default=0)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    absent_since = models.DateTimeField(null=True)
    seats = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Readers it is good for. Empty: as the settings say."
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                # The number first: readers are looked for by it alone.
                fields=["number_key", "publication"],
                opclasses=[BYTES, BYTES],
                name="print_account_once_per_publication",
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["former_number_key"],
                opclasses=[BYTES],
                condition=~models.Q(former_number_key=""),
                name="print_account_former_number",
            ),
            models.Index(
                fields=["email"],
                opclasses=[BYTES],
                condition=~models.Q(email=""),
                name="print_account_email",
            ),
            models.Index(Lower("last_name"), name="print_account_name"),
            models.Index(
                fields=["phone_last4"],
                opclasses=[BYTES],
                condition=~models.Q(phone_last4=""),
                name="print_account_phone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.publication} {self.number}".strip()


class PrintLine(models.Model):
    """One thing that an account takes. Several are no duplicates: the best one wins.

    `status_since` is the moment of the first file that said so; empty for a line that was stopped
    already when its account was first seen. The paid-through date is inclusive.
    """

    # Checking each of a million lines would take as long as writing them: the import joins them.
    account = models.ForeignKey(
        PrintAccount, models.CASCADE, db_constraint=False, related_name="lines"
    )
    product = models.CharField(max_length=40, blank=True)
    rate_code = models.CharField(max_length=40, blank=True)
    delivery_days = models.CharField(max_length=7, blank=True)
    status = models.CharField(max_length=8, choices=LINE_STATUSES)
    hold_until = models.DateField(null=True)
    paid_through = models.DateField(null=True)
    status_since = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.product or 'Paper'} {self.rate_code} {self.status}"


class PrintProduct(models.Model):
    """What a line of this product and rate code opens; what is not listed opens everything."""

    product = models.CharField(max_length=40, blank=True, help_text="Empty: every product.")
    rate_code = models.CharField(max_length=40, blank=True, help_text="Empty: every rate code.")
    opens = models.CharField(
        max_length=10,
        choices=[
            ("everything", "Everything"),
            ("sections", "Some sections"),
            ("nothing", "Nothing"),
        ],
        default="everything",
    )
    sections = models.ManyToManyField(Section, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["product", "rate_code"],
                name="print_product_once",
                violation_error_message="There is a row for this already: change that one.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.product or 'every product'}, {self.rate_code or 'every rate code'}"


class PrintPublication(models.Model):
    """A publication that print accounts are of, and what its last accepted file was.

    Endings are judged at `as_of`; `rows` is how many its last full file had, for the breaker.
    """

    name = models.CharField(max_length=40, unique=True, blank=True)
    as_of = models.DateTimeField()
    rows = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.name or "The paper"


class CirculationImport(models.Model):
    """One circulation file: what was in it, what became of it, and who decided."""

    source = models.CharField(max_length=500, help_text="Without credentials.")
    profile = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    full = models.BooleanField(default=True, help_text="Off: it holds changes only.")
    state = models.CharField(max_length=10, choices=IMPORT_STATES, default=ImportState.STAGING)
    why = models.TextField(blank=True, help_text="Why it was refused or held, for staff.")
    began_at = models.DateTimeField()
    as_of = models.DateTimeField(help_text="The moment that its endings are judged at.")
    ended_at = models.DateTimeField(null=True)
    rows = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    absent = models.PositiveIntegerField(default=0)
    would_end = models.PositiveIntegerField(default=0, help_text="Activations that would end.")
    activations = models.PositiveIntegerField(default=0, help_text="Open when it was judged.")
    publications = models.JSONField(default=dict, help_text="How many rows each has.")
    readings = models.PositiveSmallIntegerField(
        default=0, help_text="How often reading it was begun, if staff sent it."
    )
    added_to = models.PositiveBigIntegerField(
        default=0, help_text="The staged row up to which new accounts are in force."
    )
    keys_from = models.PositiveBigIntegerField(
        null=True, help_text="What a staged row's key is added to: its new account has that one."
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-began_at",)
        verbose_name = "circulation file"

    def __str__(self) -> str:
        return f"{self.source}, {self.began_at:%Y-%m-%d %H:%M}"

    def summary(self) -> str:
        """Say in one line what became of it: the last line of the command."""
        counts = ("rows", "new", "changed", "unchanged", "rejected", "absent")
        numbers = ", ".join(f"{getattr(self, name)} {name}" for name in counts)
        state = "taken" if self.state == ImportState.SWAPPING else self.state
        return f"{state}: {numbers}"


class SentPiece(models.Model):
    """A piece of a file that staff sent, until a task has read it.

    In the database: it is all that web and worker are sure to share, and what storage keeps is
    served to everybody.
    """

    file = models.ForeignKey(CirculationImport, models.CASCADE, related_name="pieces")
    position = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["file", "position"], name="sent_piece_once")
        ]

    def __str__(self) -> str:
        return f"piece {self.position}"


class StagedRow(models.Model):
    """A row of a file that is being read, held or swapped in; it is in force nowhere."""

    file = models.ForeignKey(
        CirculationImport, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    line = models.PositiveBigIntegerField(help_text="Where it begins in the file, from 1.")
    digest = models.BigIntegerField()
    publication = models.CharField(max_length=40)
    number = models.CharField(max_length=40)
    number_key = models.CharField(max_length=40)
    former_number_key = models.CharField(max_length=40)
    first_name = models.CharField(max_length=80)
    last_name = models.CharField(max_length=80)
    second_name = models.CharField(max_length=160)
    company = models.CharField(max_length=160)
    street = models.CharField(max_length=200)
    city = models.CharField(max_length=80)
    postal_code = models.CharField(max_length=16)
    billing_postal_code = models.CharField(max_length=16)
    phone_last4 = models.CharField(max_length=4)
    email = models.CharField(max_length=254)
    product = models.CharField(max_length=40)
    rate_code = models.CharField(max_length=40)
    delivery_days = models.CharField(max_length=7)
    status = models.CharField(max_length=8)
    hold_until = models.DateField(null=True)
    paid_through = models.DateField(null=True)
    several = models.BooleanField(
        db_default=False, help_text="Its account may have other rows in the file, too."
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["number_key"], condition=models.Q(several=True), name="staged_row_several"
            ),
            models.Index(
                fields=["file", "former_number_key"],
                condition=~models.Q(former_number_key=""),
                name="staged_row_former_number",
            ),
        ]

    def __str__(self) -> str:
        return f"line {self.line}"


class StagedChange(models.Model):
    """What a file would change of an account that is there. It is gone as soon as it is in force.

    So what is left of them is where an interrupted swap goes on. `row`: the staged row that the
    account's people and addresses are taken from; `rows`: how many the file has of the account.
    """

    class Kind(models.TextChoices):
        CHANGED = "changed", "Changed"
        ABSENT = "absent", "Not in the file"

    file = models.ForeignKey(
        CirculationImport, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    kind = models.CharField(max_length=8, choices=Kind)
    account = models.ForeignKey(
        PrintAccount,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    row = models.ForeignKey(
        StagedRow,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    rows = models.PositiveIntegerField(default=0)
    digest = models.BigIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["account"], name="staged_change_account")]

    def __str__(self) -> str:
        return self.get_kind_display()


class RejectedRow(models.Model):
    """A row that could not be read: where it is, and why. What else it says is not kept.

    An account whose row was rejected is in the file all the same: it is not absent.
    """

    file = models.ForeignKey(CirculationImport, models.CASCADE, related_name="rejected_rows")
    line = models.PositiveBigIntegerField(help_text="Where it begins in the file, from 1.")
    publication = models.CharField(max_length=40, blank=True)
    number = models.CharField(max_length=40, blank=True)
    number_key = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=300)
    repeats = models.BooleanField(default=False, help_text="Another row says the same.")

    class Meta:
        ordering = ("line",)

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"
