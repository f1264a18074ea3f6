"""Who the reader is."""

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone


class ReaderQuerySet(models.QuerySet["Reader"]):
    def raise_access_version(self) -> int:
        """Make every remembered answer about these readers' access void, in this transaction."""
        return self.update(access_version=F("access_version") + 1)


class ReaderManager(BaseUserManager["Reader"].from_queryset(ReaderQuerySet)):  # type: ignore[misc]
    """Creates readers; signing up in the browser goes through allauth."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Reader":
        """Create a reader; without a password they sign in by emailed code."""
        if not email:
            raise ValueError("A reader needs an email address.")
        reader: Reader = self.model(email=email.strip().lower(), **fields)
        reader.set_password(password)
        reader.save(using=self._db)
        return reader

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Reader":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> "Reader":
        reader: Reader = self.get(email=(email or "").strip().lower())
        return reader


if TYPE_CHECKING:
    Counter = models.PositiveBigIntegerField[int, int]
else:
    Counter = models.PositiveBigIntegerField  # only the stubs take types


class RaisedOnly(Counter):
    """A counter that saving a row leaves as the database has it: only an UPDATE raises it."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        return super().pre_save(model_instance, add) if add else F(self.attname)


class Reader(AbstractBaseUser, PermissionsMixin):
    """Somebody with an account. The email address is the name."""

    email = models.EmailField("email address", unique=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    is_active = models.BooleanField(default=True, help_text="Off: may not sign in.")
    is_staff = models.BooleanField("staff", default=False, help_text="May enter the admin.")
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    access_version = RaisedOnly(
        default=0,
        editable=False,
        help_text="Raised with every change of what the reader may read or has read.",
    )

    objects: ClassVar[ReaderManager] = ReaderManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        indexes: ClassVar = [  # of the few that staff filter their list by
            models.Index(fields=["id"], condition=Q(is_staff=True), name="reader_is_staff"),
            models.Index(fields=["id"], condition=Q(is_active=False), name="reader_is_inactive"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")),
                name="reader_email_is_lower_case",
                violation_error_message="Write the email address in small letters.",
            )
        ]

    def __str__(self) -> str:
        return self.email


def raise_access_version(reader_ids: Iterable[int | None]) -> None:
    """Make every remembered answer about these readers' access void, in this transaction."""
    Reader.objects.filter(pk__in=reader_ids).raise_access_version()
