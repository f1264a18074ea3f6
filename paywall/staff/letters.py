"""Which letters were written to whom, what became of them, and having one sent after all."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from paywall import clock
from paywall.letters import sending
from paywall.letters.kinds import Kind
from paywall.letters.models import Letter
from paywall.staff.lists import FoundByReader

STATES = {
    "bounced": ("Came back", Q(bounced_at__isnull=False, seen_at=None)),
    "sent": ("Sent", Q(sent_at__isnull=False)),
    "given_up": ("Given up", Q(given_up_at__isnull=False, seen_at=None)),
    "seen": ("Came back or given up, looked at", Q(seen_at__isnull=False)),
    "failing": ("Failing", Q(sent_at=None, given_up_at=None) & ~Q(error="")),
    "waiting": ("Waiting", Q(sent_at=None, given_up_at=None, error="")),
}


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, label) for name, (label, _) in STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Letter]) -> QuerySet[Letter]:
        state = STATES.get(self.value() or "")
        return queryset.filter(state[1]) if state else queryset


@admin.register(Letter)
class LetterAdmin(FoundByReader):
    """To be looked at: what was written stays as it is."""

    list_display = ("kind", "address", "subject", "written_at", "state", "tries", "error")
    list_filter = (StateFilter, "kind")
    named_by = ("key",)
    ordering = ("-pk",)
    show_full_result_count = False
    actions: ClassVar = ["try_again", "looked_at"]
    fields = (
        ("kind", "state"),
        ("address", "subject"),
        ("written_at", "sent_at", "given_up_at"),
        ("tries", "next_try_at"),
        ("bounced_at", "bounce", "seen_at"),
        "error",
        "body",
        ("key", "message_id"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Letter]:
        letters: QuerySet[Letter] = super().get_queryset(request)
        return letters.defer("text", "html")  # only a letter's own page shows what it says

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Letter | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Letter | None = None) -> bool:
        return False

    def has_try_again_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("paywall.change_letter"))

    @admin.display(description="Text")
    def body(self, letter: Letter) -> str:
        if letter.kind == Kind.PRINT_INVITATION:
            return "Its link is for whom it was written to."
        return format_html('<div style="white-space: pre-line">{}</div>', letter.text)

    @admin.display(description="State")
    def state(self, letter: Letter) -> str:
        if letter.bounced_at:
            return f"Came back: {letter.bounce}"
        if letter.sent_at:
            return "Sent"
        if letter.given_up_at:
            return "Given up"
        return "Failing" if letter.error else "Waiting"

    @admin.action(description="Try again", permissions=["try_again"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Letter]) -> None:
        """Have those sent that were given up; the others are sent anyway, or were."""
        now = clock.now()
        again = [letter for letter in queryset if sending.try_again(letter, now=now)]
        count = len(again)
        for letter in again:
            self.log_change(request, letter, "To be sent again.")
        skipped = "Those that were not given up are left as they are."
        text = f"{count} to be sent within a minute. {skipped}"
        self.message_user(request, text, messages.SUCCESS if count else messages.WARNING)

    @admin.action(description="Looked at", permissions=["try_again"])
    def looked_at(self, request: HttpRequest, queryset: QuerySet[Letter]) -> None:
        """Let those that came back or were given up wait for nobody any more."""
        failed = [one for one in queryset.filter(seen_at=None) if one.bounced_at or one.given_up_at]
        count = sending.looked_at(queryset, now=clock.now())
        for letter in failed:
            self.log_change(request, letter, "Looked at.")
        self.message_user(request, f"{count} no longer wait for anybody.", messages.SUCCESS)
